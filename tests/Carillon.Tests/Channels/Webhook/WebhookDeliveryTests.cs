using System.Text;
using System.Text.Json;
using Carillon.Channels.Http;
using Carillon.Dispatch;
using Carillon.Messages;
using Carillon.Providers;
using Carillon.Security;
using Carillon.Storage;
using Carillon.Storage.Sqlite;
using Carillon.Tests.Channels.Http;

namespace Carillon.Tests.Channels.Webhook;

/// <summary>Webhooks through the whole engine.</summary>
public sealed class WebhookDeliveryTests : IAsyncDisposable
{
    private static readonly TenantId Tenant = new(1);
    private static readonly RetryPolicy Soon = new() { MaxAttempts = 4, BaseDelay = TimeSpan.FromMilliseconds(1), MaxDelay = TimeSpan.FromMilliseconds(2) };

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("carillon-webhook-");
    private CarillonEngine _engine = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task An_endpoint_that_fails_is_tried_again_by_the_policy_of_its_channel()
    {
        await using var server = new LoopbackHttpServer(r => HttpReply.Of(r.Target == "/well" ? 200 : 500));
        // The policy of the other channels would give up at once.
        await StartAsync(new CarillonOptions { Retry = Soon with { MaxAttempts = 1 }, WebhookRetry = Soon, OutgoingGuard = AddressGuard.TryParse("private")! });
        var failed = await DeliverAsync(server.Url + "/ill");
        Assert.Equal((MessageStatus.Failed, MessageReasons.RetriesExhausted, 4), (failed.Status, failed.Reason, failed.Attempts));
        Assert.Equal(4, server.Requests.Count);
        Assert.Single(server.Requests.Select(r => r.Headers["webhook-id"] + r.Text).Distinct());
        // What one endpoint does is no concern of another's.
        Assert.Equal(MessageStatus.Sent, (await DeliverAsync(server.Url + "/well")).Status);
    }

    [Fact]
    public async Task An_endpoint_that_is_gone_ends_its_message_at_once()
    {
        await using var server = new LoopbackHttpServer(HttpReply.Of(410));
        await StartAsync(new CarillonOptions { WebhookRetry = Soon, OutgoingGuard = AddressGuard.TryParse("private")! });
        var message = await DeliverAsync(server.Url);
        Assert.Equal((MessageStatus.Failed, MessageReasons.Rejected, 1), (message.Status, message.Reason, message.Attempts));
        Assert.Contains("gone for good", Encoding.UTF8.GetString(message.Trace!), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_private_address_is_not_posted_to_until_the_operator_allows_it()
    {
        await using var server = new LoopbackHttpServer(HttpReply.Of(200));
        await StartAsync(new CarillonOptions { WebhookRetry = Soon });
        Assert.Equal(MessageStatus.Failed, (await DeliverAsync(server.Url)).Status);
        Assert.Equal(0, server.Connections);
    }

    private async Task StartAsync(CarillonOptions options)
    {
        Assert.True(KeyRing.TryParse("a key that is only for tests", out var ring, out _));
        _engine = new CarillonEngine(
            new SqliteStorage(new SqliteStorageOptions { Directory = _directory.FullName }, TimeProvider.System), ring, options, TimeProvider.System, new NoDefects());
        await _engine.StartAsync(Token);
        var draft = new ProviderDraft { Name = "hooks", Channel = Channel.Webhook, Kind = "webhook", Settings = JsonDocument.Parse("{}").RootElement };
        Assert.IsType<ProviderCreation.Created>(await _engine.Providers.CreateAsync(Tenant, draft, Token));
    }

    private async Task<StoredMessage> DeliverAsync(string url)
    {
        var request = new NotificationRequest
        {
            Recipient = new RecipientRequest { Addresses = [(Channel.Webhook, url)] },
            Channels = [Channel.Webhook],
            Message = "Hello",
        };
        var id = Assert.IsType<AcceptResult.Accepted>(await _engine.Intake.AcceptAsync(Tenant, request, null, _ => [], Token)).Notification.Messages[0].Id;
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (true)
        {
            var stored = await _engine.Storage.Log.GetMessageAsync(Tenant, id, Token);
            if (stored!.Status.IsFinal()) return stored;
            await timer.WaitForNextTickAsync(Token);
        }
    }

    private sealed class NoDefects : IDefectLog
    {
        public void Report(string where, Exception exception) => Assert.Fail($"{where}: {exception}");
    }
}
