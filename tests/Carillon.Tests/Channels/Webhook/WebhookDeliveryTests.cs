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
    public async Task An_endpoint_that_is_gone_is_not_posted_to_again_until_it_is_enabled_by_hand()
    {
        var isGone = true;
        await using var server = new LoopbackHttpServer(r => HttpReply.Of(r.Target == "/gone" && isGone ? 410 : 200));
        var options = new CarillonOptions { WebhookRetry = Soon, OutgoingGuard = AddressGuard.TryParse("private")! };
        await StartAsync(options);
        var first = await DeliverAsync(server.Url + "/gone");
        isGone = false;

        // The same URL, written otherwise.
        var second = await DeliverAsync(server.Url.Replace("http://", "HTTP://", StringComparison.Ordinal) + "/gone");

        Assert.Equal((MessageStatus.Failed, MessageReasons.Rejected, 1), (second.Status, second.Reason, second.Attempts));
        Assert.Contains("answered 410 Gone to " + PublicId.Format(PublicId.Message, first.Id), Encoding.UTF8.GetString(second.Trace!), StringComparison.Ordinal);
        Assert.Single(server.Requests);
        Assert.Equal(MessageStatus.Sent, (await DeliverAsync(server.Url + "/other")).Status);

        await _engine.DisposeAsync();
        await StartAsync(options, isFirst: false);
        var endpoint = Assert.Single(_engine.Endpoints.List(Tenant));
        Assert.Equal((server.Url + "/gone", first.Id), (endpoint.Url, endpoint.MessageId));
        Assert.Equal(MessageStatus.Failed, (await DeliverAsync(server.Url + "/gone")).Status);
        Assert.Null(_engine.Endpoints.Find(new TenantId(2), new Uri(server.Url + "/gone")));
        Assert.False(await _engine.Endpoints.EnableAsync(new TenantId(2), endpoint.Id, Token));
        Assert.True(await _engine.Endpoints.EnableAsync(Tenant, endpoint.Id, Token));

        Assert.Equal(MessageStatus.Sent, (await DeliverAsync(server.Url + "/gone")).Status);
        Assert.False(await _engine.Endpoints.EnableAsync(Tenant, endpoint.Id, Token));
        await _engine.DisposeAsync();
        await StartAsync(options, isFirst: false);
        Assert.Empty(_engine.Endpoints.List(Tenant));
    }

    [Fact]
    public async Task A_test_asks_a_disabled_endpoint_all_the_same_and_disables_none()
    {
        await using var server = new LoopbackHttpServer(HttpReply.Of(410));
        await StartAsync(new CarillonOptions { WebhookRetry = Soon, OutgoingGuard = AddressGuard.TryParse("private")! });
        var provider = _engine.Providers.List(Tenant).Single(p => p.Provider.Name == "hooks").Provider.Id;

        var test = Assert.IsType<ProviderTest.Ran>(await _engine.ProviderTests.RunAsync(Tenant, provider, new ProviderTestDraft { To = server.Url }, Token));

        Assert.Equal(410, Assert.Single(test.Exchange.Http).Status);
        Assert.Empty(_engine.Endpoints.List(Tenant));
        await DeliverAsync(server.Url);
        await _engine.ProviderTests.RunAsync(Tenant, provider, new ProviderTestDraft { To = server.Url }, Token);
        Assert.Equal(3, server.Requests.Count);
    }

    [Fact]
    public async Task A_private_address_is_not_posted_to_until_the_operator_allows_it()
    {
        await using var server = new LoopbackHttpServer(HttpReply.Of(200));
        await StartAsync(new CarillonOptions { WebhookRetry = Soon });
        Assert.Equal(MessageStatus.Failed, (await DeliverAsync(server.Url)).Status);
        Assert.Equal(0, server.Connections);
    }

    private async Task StartAsync(CarillonOptions options, bool isFirst = true)
    {
        Assert.True(KeyRing.TryParse("a key that is only for tests", out var ring, out _));
        _engine = new CarillonEngine(
            new SqliteStorage(new SqliteStorageOptions { Directory = _directory.FullName }, TimeProvider.System), ring, options, TimeProvider.System, new NoDefects());
        await _engine.StartAsync(Token);
        if (!isFirst) return;
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
