using System.Text;
using System.Text.Json;
using Carillon.Channels.Http;
using Carillon.Dispatch;
using Carillon.Messages;
using Carillon.Providers;
using Carillon.Security;
using Carillon.Senders;
using Carillon.Storage.Sqlite;
using Carillon.Tests.Channels.Email;

namespace Carillon.Tests.Senders;

/// <summary>Mail on its whole way, from the intake to a server on the loopback.</summary>
public sealed class SignedMailTests : IAsyncLifetime
{
    private static readonly TenantId Tenant = new(1);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("carillon-signed-");
    private readonly LoopbackSmtpServer _server = new(("EHLO", "250-loopback\r\n250-PIPELINING\r\n250-SMTPUTF8\r\n250 8BITMIME"));
    private CarillonEngine _engine = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await StartAsync();
        var draft = new ProviderDraft
        {
            Name = "relay",
            Channel = Channel.Email,
            Kind = "smtp",
            Settings = JsonElement.Parse($$"""{"host":"127.0.0.1","port":{{_server.Port}},"security":"none","from_email":"hello@example.net"}"""),
        };
        Assert.IsType<ProviderCreation.Created>(await _engine.Providers.CreateAsync(Tenant, draft, Token));
    }

    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        await _server.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task A_mail_is_signed_so_that_it_verifies_and_still_is_after_a_restart()
    {
        DkimVerifier.SkipWithout();
        var sender = await CreateAsync("example.net");
        Assert.True(await DkimVerifier.VerifiesAsync(await SendAsync(), sender, Token));

        await _engine.DisposeAsync();
        await StartAsync();

        Assert.Empty(_engine.StartNotes);
        var mail = await SendAsync();
        Assert.True(await DkimVerifier.VerifiesAsync(mail, sender, Token));
        Assert.False(await DkimVerifier.VerifiesAsync(mail.Replace("Hello", "Hullo", StringComparison.Ordinal), sender, Token));
    }

    [Theory]
    [InlineData("Bücher <post@News.Bücher.example>")]
    [InlineData("büro@bücher.example")]
    public async Task A_domain_in_any_script_signs_for_those_below_it(string from)
    {
        DkimVerifier.SkipWithout();
        var sender = await CreateAsync("bücher.example");

        var mail = await SendAsync(from);

        Assert.Contains(" d=xn--bcher-kva.example; s=carillon;", mail, StringComparison.Ordinal);
        Assert.True(await DkimVerifier.VerifiesAsync(mail, sender, Token));
    }

    [Fact]
    public async Task Mail_from_a_domain_without_a_sender_or_with_one_that_was_deleted_is_not_signed()
    {
        var sender = await CreateAsync("example.net");

        Assert.DoesNotContain("DKIM-Signature", await SendAsync("hello@example.org"), StringComparison.Ordinal);
        Assert.True(await _engine.Senders.DeleteAsync(Tenant, sender.Id, Token));
        Assert.DoesNotContain("DKIM-Signature", await SendAsync(), StringComparison.Ordinal);
    }

    private async Task StartAsync()
    {
        Assert.True(KeyRing.TryParse("a key that is only for tests", out var ring, out _));
        _engine = new CarillonEngine(
            new SqliteStorage(new SqliteStorageOptions { Directory = _directory.FullName }, TimeProvider.System), ring, new CarillonOptions { OutgoingGuard = AddressGuard.Anywhere },
            TimeProvider.System, new NoDefects());
        await _engine.StartAsync(Token);
    }

    private async Task<SenderDomain> CreateAsync(string domain) =>
        Assert.IsType<SenderCreation.Created>(await _engine.Senders.CreateAsync(Tenant, new SenderDraft { Domain = domain }, Token)).Sender;

    /// <summary>The mail as the server got it.</summary>
    private async Task<string> SendAsync(string? from = null)
    {
        var request = new NotificationRequest
        {
            Recipient = new RecipientRequest { Email = "ana@example.com" },
            Channels = [Channel.Email],
            Subject = "Grüße",
            Message = "Hello Ana,\n\nyour line  is ready. \n\n",
            Html = "<p>Hello Ana, größer</p>",
            From = from,
        };
        var accepted = await _engine.Intake.AcceptAsync(Tenant, request, null, n => Encoding.UTF8.GetBytes($"\"{n.Id}\""), Token);
        Assert.IsType<AcceptResult.Accepted>(accepted);
        return await _server.NextMessageAsync(Token);
    }

    private sealed class NoDefects : IDefectLog
    {
        public void Report(string where, Exception exception) => Assert.Fail($"{where}: {exception}");
    }
}
