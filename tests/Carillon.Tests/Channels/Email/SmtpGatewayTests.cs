using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Carillon.Channels;
using Carillon.Channels.Email;
using Carillon.Channels.Simulator;
using Carillon.Messages;
using Carillon.Providers;

namespace Carillon.Tests.Channels.Email;

public sealed class SmtpGatewayTests
{
    private readonly GatewayServices _services = new(TimeProvider.System, new SimulatorOutbox());

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_message_arrives_and_the_reply_is_the_answer()
    {
        await using var server = new LoopbackSmtpServer();
        var result = await SendAsync(Settings(server.Port));

        Assert.Equal(SendResult.Accepted("250 2.0.0 Ok: queued as 4XYZ"), result);
        Assert.Contains("MAIL FROM:<hello@example.com>", server.Commands);
        Assert.Contains("RCPT TO:<ana@example.net>", server.Commands);
        Assert.Contains("Subject: Welcome\r\n", Assert.Single(server.Messages), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("CONNECT", "421 4.3.2 closing", SendOutcome.Unavailable)]
    [InlineData("CONNECT", "554 5.7.1 go away", SendOutcome.Unavailable)]
    [InlineData("CONNECT", LoopbackSmtpServer.Close, SendOutcome.Unavailable)]
    [InlineData("MAIL", LoopbackSmtpServer.Close, SendOutcome.Unavailable)]
    [InlineData("MAIL", "451 4.3.0 later", SendOutcome.RetryAfter)]
    [InlineData("RCPT", "450 4.2.0 greylisted", SendOutcome.RetryAfter)]
    [InlineData("RCPT", "550 5.1.1 no such user", SendOutcome.Rejected)]
    [InlineData("DATA", "451 4.3.0 later", SendOutcome.RetryAfter)]
    [InlineData(".", "452 4.3.1 disk full", SendOutcome.RetryAfter)]
    [InlineData(".", "554 5.7.1 spam", SendOutcome.Rejected)]
    [InlineData(".", LoopbackSmtpServer.Close, SendOutcome.Unknown)]
    public async Task What_the_server_says_is_understood(string command, string reply, SendOutcome outcome)
    {
        await using var server = new LoopbackSmtpServer((command, reply));
        var result = await SendAsync(Settings(server.Port));
        Assert.Equal(outcome, result.Outcome);
        Assert.Null(result.Delay);
        if (reply != LoopbackSmtpServer.Close) Assert.Contains(reply, result.Answer, StringComparison.Ordinal);
        else Assert.False(string.IsNullOrEmpty(result.Answer));
    }

    [Fact]
    public async Task A_port_where_nobody_listens_is_unavailable()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        Assert.Equal(SendOutcome.Unavailable, (await SendAsync(Settings(port))).Outcome);
    }

    [Fact]
    public async Task A_server_without_starttls_is_unavailable_when_it_is_asked_for()
    {
        await using var server = new LoopbackSmtpServer();
        var result = await SendAsync(Settings(server.Port, security: "starttls"));
        Assert.Equal(SendOutcome.Unavailable, result.Outcome);
        Assert.DoesNotContain(server.Commands, c => c.StartsWith("MAIL", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false, SendOutcome.Unavailable)]
    [InlineData(true, SendOutcome.Accepted)]
    public async Task A_login_leaves_only_for_a_server_whose_certificate_is_right_or_expressly_ignored(bool ignored, SendOutcome outcome)
    {
        using var certificate = SelfSigned();
        await using var server = new LoopbackSmtpServer { Certificate = certificate };
        var settings = Settings(server.Port, security: "tls").TrimEnd('}') + $$""","allow_invalid_certificate":{{(ignored ? "true" : "false")}}}""";
        await using (var gateway = Create(settings, """{"username":"ana","password":"hunter2"}"""))
            Assert.Equal(outcome, (await gateway.SendAsync(Sample.Message(Sample.Provider("smtp", "{}")), Token)).Outcome);

        var login = server.Commands.Where(c => c.StartsWith("AUTH", StringComparison.Ordinal));
        Assert.Equal(ignored ? ["AUTH PLAIN " + Convert.ToBase64String("\0ana\0hunter2"u8)] : [], login);
    }

    [Fact]
    public async Task A_password_does_not_leave_in_clear_because_a_server_offers_no_encryption()
    {
        await using var server = new LoopbackSmtpServer();
        await using var gateway = Create(Settings(server.Port, security: "starttls_if_offered"), """{"username":"ana","password":"hunter2"}""");
        Assert.Equal(SendOutcome.Unavailable, (await gateway.SendAsync(Sample.Message(Sample.Provider("smtp", "{}")), Token)).Outcome);
        Assert.DoesNotContain(server.Commands, c => c.StartsWith("AUTH", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_address_that_is_not_allowed_is_not_connected_to()
    {
        await using var server = new LoopbackSmtpServer();
        var provider = Sample.Provider("smtp", Settings(server.Port)) with { Tenant = new TenantId(1) };
        await using var gateway = SmtpGateway.Kind.Create(provider, _services);
        var result = await gateway.SendAsync(Sample.Message(Sample.Provider("smtp", "{}")), Token);
        Assert.Equal(SendOutcome.Unavailable, result.Outcome);
        Assert.Equal(0, server.Connections);
    }

    public static TheoryData<string, string> ContentFaults => new()
    {
        { "address", "nobody" },
        { "address", "ana@example.net>\r\nRCPT TO:<eve@example.net" },
        { "subject", "Hello\r\nBcc: eve@example.net" },
        { "subject", "Hello\nBcc: eve@example.net" },
        { "name", "Ana\r\nBcc: eve@example.net" },
        { "from", "not an address" },
        { "reply_to", "a@example.net, b@example.net" },
        { "header", "1\r\nBcc: eve@example.net" },
        { "header_name", "X: y\r\nBcc" },
        { "header_name", "Bcc" },
        { "attachment", "a.pdf\r\nBcc: eve@example.net" },
    };

    [Theory]
    [MemberData(nameof(ContentFaults))]
    public async Task What_cannot_stand_in_a_mail_is_rejected_and_never_sent(string part, string value)
    {
        await using var server = new LoopbackSmtpServer();
        var provider = Sample.Provider("smtp", Settings(server.Port));
        await using var gateway = SmtpGateway.Kind.Create(provider, _services);
        var message = Sample.Message(
            provider,
            address: part == "address" ? value : "ana@example.net",
            subject: part == "subject" ? value : "Hello",
            recipientName: part == "name" ? value : null,
            from: part == "from" ? value : null,
            replyTo: part == "reply_to" ? value : null,
            headers: part switch
            {
                "header" => new Dictionary<string, string>(StringComparer.Ordinal) { ["X-Order"] = value },
                "header_name" => new Dictionary<string, string>(StringComparer.Ordinal) { [value] = "1" },
                _ => null,
            },
            attachments: part == "attachment" ? [new GatewayAttachment(value, "text/plain", default)] : null);

        var result = await gateway.SendAsync(message, Token);
        Assert.Equal(SendOutcome.Rejected, result.Outcome);
        Assert.DoesNotContain("eve", result.Answer, StringComparison.Ordinal);
        Assert.Equal(0, server.Connections);
    }

    [Fact]
    public async Task Many_providers_of_one_relay_share_its_connections()
    {
        await using var server = new LoopbackSmtpServer();
        var gateways = Enumerable.Range(0, 50).Select(i => Create(Settings(server.Port, from: $"tenant{i}@example.com", connections: 2))).ToList();
        Assert.Equal(1, _services.SmtpTransports.Count);

        var sends = gateways.SelectMany((gateway, i) => Enumerable.Range(0, 4)
            .Select(j => gateway.SendAsync(Sample.Message(Sample.Provider("smtp", "{}"), (i * 4) + j), Token).AsTask()));
        Assert.All(await Task.WhenAll(sends), r => Assert.Equal(SendOutcome.Accepted, r.Outcome));
        Assert.InRange(server.Connections, 1, 2);
        Assert.Equal(200, server.Messages.Count);

        foreach (var gateway in gateways) await gateway.DisposeAsync();
        Assert.Equal(0, _services.SmtpTransports.Count);
    }

    [Fact]
    public async Task Another_login_has_connections_of_its_own()
    {
        await using var one = Create(Settings(25), """{"username":"ana","password":"1"}""");
        await using var two = Create(Settings(25), """{"username":"ana","password":"2"}""");
        await using var three = Create(Settings(25), """{"username":"ana","password":"1"}""");
        Assert.Equal(2, _services.SmtpTransports.Count);
    }

    [Fact]
    public async Task A_gateway_disposed_twice_takes_nothing_from_the_others()
    {
        await using var server = new LoopbackSmtpServer();
        await using var one = Create(Settings(server.Port));
        var two = Create(Settings(server.Port));
        await two.DisposeAsync();
        await two.DisposeAsync();
        Assert.Equal(SendOutcome.Accepted, (await one.SendAsync(Sample.Message(Sample.Provider("smtp", "{}")), Token)).Outcome);
    }

    [Fact]
    public async Task A_message_withdrawn_while_it_waits_was_not_sent_and_one_under_way_is_awaited()
    {
        var answers = new TaskCompletionSource();
        await using var server = new LoopbackSmtpServer() { Answers = answers.Task };
        await using var gateway = Create(Settings(server.Port, connections: 1));
        using var cancellation = new CancellationTokenSource();
        var provider = Sample.Provider("smtp", "{}");
        var first = gateway.SendAsync(Sample.Message(provider, 1), cancellation.Token).AsTask();
        await server.ContentCame.Task.WaitAsync(Token);
        // One more may be on its way behind the first; the third has no connection.
        var second = gateway.SendAsync(Sample.Message(provider, 2), Token).AsTask();
        var third = gateway.SendAsync(Sample.Message(provider, 3), cancellation.Token).AsTask();
        await cancellation.CancelAsync();

        Assert.Equal(SendOutcome.Unavailable, (await third).Outcome);
        answers.SetResult();
        Assert.Equal(SendOutcome.Accepted, (await first).Outcome);
        Assert.Equal(SendOutcome.Accepted, (await second).Outcome);
        Assert.Equal(2, server.Messages.Count);
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=loopback", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(Sample.Time.AddYears(-1), Sample.Time.AddYears(20));
        // Servers want a key that is stored; a round trip through PKCS#12 makes it so.
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }

    private static string Settings(int port, string security = "none", string from = "hello@example.com", int connections = 4) =>
        $$"""{"host":"127.0.0.1","port":{{port}},"security":"{{security}}","from_email":"{{from}}","max_connections":{{connections}}}""";

    private IGateway Create(string settings, string? credentials = null) =>
        SmtpGateway.Kind.Create(Sample.Provider("smtp", settings, credentials), _services);

    private async Task<SendResult> SendAsync(string settings)
    {
        await using var gateway = Create(settings);
        return await gateway.SendAsync(Sample.Message(Sample.Provider("smtp", "{}")), Token);
    }
}
