using Carillon.Channels;
using Carillon.Channels.Email;
using Carillon.Channels.Simulator;

namespace Carillon.Tests.Channels.Email;

/// <summary>The gateway against a server that others wrote.</summary>
public sealed class SmtpSinkTests
{
    private readonly GatewayServices _services = new(TimeProvider.System, new SimulatorOutbox());

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_message_arrives_once_and_whole()
    {
        using var sink = await SmtpSink.StartAsync(Token);
        const int count = 500;
        await using (var gateway = Create(sink.Port))
        {
            var provider = Sample.Provider("smtp", "{}");
            var sends = Enumerable.Range(0, count).Select(i => gateway.SendAsync(
                Sample.Message(provider, i, address: $"ana{i}@example.net", subject: $"Número {i}", text: $"Body {i}\n.\n..\nend"), Token).AsTask());
            Assert.All(await Task.WhenAll(sends), r => Assert.Equal(SendOutcome.Accepted, r.Outcome));
        }

        var mails = sink.Mails().ToList();
        Assert.Equal(count, mails.Count);
        for (var i = 0; i < count; i++)
        {
            var mail = Assert.Single(mails, m => m.Contains($"To: ana{i}@example.net", StringComparison.Ordinal));
            Assert.Contains($"Body {i}\n.\n..\nend\n", mail.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("-f", "RCPT", SendOutcome.Rejected)]
    [InlineData("-f", ".", SendOutcome.Rejected)]
    [InlineData("-r", "RCPT", SendOutcome.RetryAfter)]
    [InlineData("-r", "DATA", SendOutcome.RetryAfter)]
    [InlineData("-r", ".", SendOutcome.RetryAfter)]
    [InlineData("-q", "MAIL", SendOutcome.Unavailable)]
    [InlineData("-q", "RCPT", SendOutcome.Unavailable)]
    [InlineData("-q", ".", SendOutcome.Unknown)]
    [InlineData("-Q", "CONNECT", SendOutcome.Unavailable)]
    [InlineData("-Q", "EHLO", SendOutcome.Unavailable)]
    public async Task What_decides_about_failover_is_told_apart(string option, string command, SendOutcome outcome)
    {
        using var sink = await SmtpSink.StartAsync(Token, option, command);
        await using var gateway = Create(sink.Port);
        var result = await gateway.SendAsync(Sample.Message(Sample.Provider("smtp", "{}")), Token);
        Assert.Equal(outcome, result.Outcome);
        Assert.False(string.IsNullOrEmpty(result.Answer));
    }

    private IGateway Create(int port) => SmtpGateway.Kind.Create(
        Sample.Provider("smtp", $$"""{"host":"127.0.0.1","port":{{port}},"security":"none","from_email":"hello@example.com"}"""), _services);
}
