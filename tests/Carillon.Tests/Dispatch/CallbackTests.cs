using System.Net;
using System.Text.Json;
using Carillon.Callbacks;
using Carillon.Channels;
using Carillon.Messages;
using Carillon.Providers;
using Carillon.Storage;

namespace Carillon.Tests.Dispatch;

/// <summary>What vendors call back with, through the whole engine.</summary>
public sealed class CallbackTests
{
    [Fact]
    public async Task A_callback_without_the_vendors_signature_is_refused_and_not_kept()
    {
        await using var harness = await EngineHarness.StartAsync(null, "mail");

        Assert.IsType<CallbackAnswer.Refused>(await harness.CallBackAsync("mail", "delivered", signed: false));

        Assert.Empty(await UnreadAsync(harness));
    }

    [Fact]
    public async Task A_callback_for_nobody_is_not_found()
    {
        await using var harness = await EngineHarness.StartAsync(null, "mail");
        var request = new CallbackRequest { Method = "POST", Url = new Uri("https://example.net/"), Headers = new Dictionary<string, string>(), ReceivedAt = DateTimeOffset.UnixEpoch };

        Assert.IsType<CallbackAnswer.NotFound>(await harness.Engine.Callbacks.ReceiveAsync(harness.Engine.Ids.Next(), request, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_receipt_that_overtakes_the_gateways_answer_is_not_lost()
    {
        await using var harness = await EngineHarness.StartAsync(null, "mail");
        harness.CallbackEvents["early"] = [new CallbackEvent.Receipt { ExternalId = "ext-7", Kind = MessageEventKind.Delivered, Detail = "handed over" }];
        harness.Scripts["mail"] = async _ =>
        {
            await harness.CallBackAsync("mail", "early");
            return SendResult.Accepted("ok", "ext-7");
        };
        var notification = await harness.AcceptAsync(EngineHarness.Mail());

        var message = await harness.UntilAsync(notification.Messages[0].Id, m => m.Status == MessageStatus.Delivered);

        var happened = Assert.Single(await harness.Engine.Storage.Log.EventsAsync(EngineHarness.Tenant, message.Id, TestContext.Current.CancellationToken));
        Assert.Equal("handed over", happened.Detail);
    }

    [Fact]
    public async Task A_repeated_callback_is_answered_alike_and_counts_once()
    {
        await using var harness = await EngineHarness.StartAsync(null, "mail");
        harness.Scripts["mail"] = _ => new(SendResult.Accepted("ok", "ext-1"));
        harness.CallbackEvents["delivered"] = [new CallbackEvent.Receipt { ExternalId = "ext-1", Kind = MessageEventKind.Delivered }];
        var message = await harness.DeliverAsync(EngineHarness.Mail());

        var first = Assert.IsType<CallbackAnswer.Answered>(await harness.CallBackAsync("mail", "delivered"));
        var second = Assert.IsType<CallbackAnswer.Answered>(await harness.CallBackAsync("mail", "delivered"));

        Assert.Equal((HttpStatusCode.OK, false), (first.Status, first.IsRepeated));
        Assert.Equal((HttpStatusCode.OK, true), (second.Status, second.IsRepeated));
        await harness.UntilAsync(message.Id, m => m.Status == MessageStatus.Delivered);
        Assert.Single(await harness.Engine.Storage.Log.EventsAsync(EngineHarness.Tenant, message.Id, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task What_cannot_be_read_is_kept_and_stops_nothing()
    {
        await using var harness = await EngineHarness.StartAsync(null, "mail");
        harness.Scripts["mail"] = _ => new(SendResult.Accepted("ok", "ext-1"));
        harness.CallbackEvents["delivered"] = [new CallbackEvent.Receipt { ExternalId = "ext-1", Kind = MessageEventKind.Delivered }];
        var message = await harness.DeliverAsync(EngineHarness.Mail());

        Assert.IsType<CallbackAnswer.Answered>(await harness.CallBackAsync("mail", "gibberish"));
        await harness.CallBackAsync("mail", "delivered");

        await harness.UntilAsync(message.Id, m => m.Status == MessageStatus.Delivered);
    }

    [Fact]
    public async Task An_answer_becomes_a_message_of_the_contact_and_an_event_of_what_it_answers()
    {
        await using var harness = await EngineHarness.StartAsync(null, "mail");
        harness.CallbackEvents["reply"] =
            [new CallbackEvent.Inbound { From = "ana@example.net", To = "shop@example.net", ExternalId = "in-1", Text = "1" }];
        var request = EngineHarness.Mail();
        request.Recipient!.Id = "ana";
        var sent = await harness.DeliverAsync(request);

        await harness.CallBackAsync("mail", "reply");

        await harness.UntilAsync(sent.Id, m => m.Status == MessageStatus.Read);
        var received = Assert.Single(
            (await harness.Engine.Storage.Log.ListMessagesAsync(new MessageQuery { Tenant = EngineHarness.Tenant, ContactId = "ana" }, TestContext.Current.CancellationToken)).Items,
            m => m.Status == MessageStatus.Received);
        Assert.Equal("ana@example.net", received.Address);
        var content = await harness.Engine.Contents.ReadAsync(EngineHarness.Tenant, received.Id, TestContext.Current.CancellationToken);
        Assert.Equal("1", content!.Text);
    }

    [Fact]
    public async Task A_tenants_callback_says_nothing_of_another_tenants_message()
    {
        await using var harness = await EngineHarness.StartAsync(null, "mail");
        var message = await harness.DeliverAsync(EngineHarness.Mail());
        harness.CallbackEvents["forged"] = [new CallbackEvent.Receipt { MessageId = message.Id, ExternalId = "x", Kind = MessageEventKind.Bounced }];

        await CallBackAsync(harness, await ProviderOfAsync(harness, new TenantId(2)), "forged");

        Assert.Equal(MessageStatus.Sent, (await harness.UntilAsync(message.Id)).Status);
        Assert.Empty(await harness.Engine.Storage.Log.EventsAsync(EngineHarness.Tenant, message.Id, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_installations_provider_reports_on_every_tenants_messages()
    {
        await using var harness = await EngineHarness.StartAsync(null);
        var shared = await ProviderOfAsync(harness, TenantId.Installation);
        var message = await harness.DeliverAsync(EngineHarness.Mail());
        harness.CallbackEvents["delivered"] = [new CallbackEvent.Receipt { MessageId = message.Id, ExternalId = "x", Kind = MessageEventKind.Delivered }];

        await CallBackAsync(harness, shared, "delivered");

        Assert.Equal(MessageStatus.Delivered, (await harness.UntilAsync(message.Id)).Status);
    }

    [Fact]
    public async Task An_answer_through_the_installations_provider_is_the_tenants_whose_message_it_answers()
    {
        await using var harness = await EngineHarness.StartAsync(null);
        Assert.Equal(EngineHarness.Tenant, (await harness.Engine.Storage.Tenants.CreateAsync("shop", "Shop", TestContext.Current.CancellationToken)).Id);
        var shared = await ProviderOfAsync(harness, TenantId.Installation);
        var request = EngineHarness.Mail();
        request.Recipient!.Id = "ana";
        var sent = await harness.DeliverAsync(request);
        harness.CallbackEvents["reply"] = [new CallbackEvent.Inbound { From = "ana@example.net", To = "shop@example.net", ExternalId = "in-1", Text = "1" }];
        harness.CallbackEvents["stranger"] = [new CallbackEvent.Inbound { From = "eve@example.net", To = "shop@example.net", ExternalId = "in-2", Text = "2" }];

        await CallBackAsync(harness, shared, "reply");
        await CallBackAsync(harness, shared, "stranger");

        var log = harness.Engine.Storage.Log;
        var received = Assert.Single((await log.ListMessagesAsync(new MessageQuery { Tenant = EngineHarness.Tenant, Direction = MessageDirection.Inbound }, TestContext.Current.CancellationToken)).Items);
        Assert.Equal(("ana", "ana@example.net", "in-1"), (received.ContactId, received.Address, received.ExternalId));
        Assert.Equal(MessageEventKind.Replied, Assert.Single(await log.EventsAsync(EngineHarness.Tenant, sent.Id, TestContext.Current.CancellationToken)).Kind);
        var unknown = Assert.Single((await log.ListMessagesAsync(new MessageQuery { Tenant = TenantId.Installation, Direction = MessageDirection.Inbound }, TestContext.Current.CancellationToken)).Items);
        Assert.Equal("in-2", unknown.ExternalId);
    }

    [Fact]
    public async Task A_callback_that_could_not_be_read_is_read_again_by_hand()
    {
        await using var harness = await EngineHarness.StartAsync(null, "mail");
        harness.Scripts["mail"] = _ => new(SendResult.Accepted("ok", "ext-1"));
        var message = await harness.DeliverAsync(EngineHarness.Mail());
        var provider = harness.Engine.Providers.List(EngineHarness.Tenant).Single(p => p.Provider.Name == "mail").Provider.Id;
        await CallBackAsync(harness, provider, "delivered");
        var log = harness.Engine.Storage.Log;
        var kept = Assert.Single(await log.FaultyCallbacksAsync(provider, null, 10, TestContext.Current.CancellationToken));
        Assert.Equal("Nobody knows what this says.", kept.Fault);
        Assert.True(await harness.Engine.Callbacks.RetryAsync(kept.Id, TestContext.Current.CancellationToken));
        Assert.Single(await log.FaultyCallbacksAsync(provider, null, 10, TestContext.Current.CancellationToken));

        harness.CallbackEvents["delivered"] = [new CallbackEvent.Receipt { ExternalId = "ext-1", Kind = MessageEventKind.Delivered }];
        Assert.True(await harness.Engine.Callbacks.RetryAsync(kept.Id, TestContext.Current.CancellationToken));

        Assert.Null((await log.GetCallbackAsync(kept.Id, TestContext.Current.CancellationToken))!.Fault);
        Assert.Equal(MessageStatus.Delivered, (await harness.UntilAsync(message.Id)).Status);
        Assert.False(await harness.Engine.Callbacks.RetryAsync(kept.Id, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_token_in_the_address_is_not_kept_and_still_tells_one_request_from_another()
    {
        CallbackRequest Request(string query) => new()
        {
            Method = "POST",
            Url = new Uri("https://example.net/callbacks/prv_1" + query),
            Headers = new Dictionary<string, string>(),
            ReceivedAt = DateTimeOffset.UnixEpoch,
        };

        string Kept(string query) => CallbackDocument.Read(CallbackDocument.Write(Request(query)), DateTimeOffset.UnixEpoch).Url.OriginalString;

        Assert.Equal("https://example.net/callbacks/prv_1?message=msg_1&x=2", Kept("?message=msg_1&token=a-secret-of-many-letters&x=2"));
        Assert.Equal("https://example.net/callbacks/prv_1", Kept("?token=a-secret-of-many-letters"));
        Assert.Equal("https://example.net/callbacks/prv_1", Kept(""));
        Assert.NotEqual(CallbackDocument.Digest(Request("?token=a")), CallbackDocument.Digest(Request("?token=b")));
    }

    private static async Task<Guid> ProviderOfAsync(EngineHarness harness, TenantId tenant) =>
        Assert.IsType<ProviderCreation.Created>(await harness.Engine.Providers.CreateAsync(
            tenant, new ProviderDraft { Name = "other", Channel = Channel.Email, Kind = "scripted", Settings = JsonElement.Parse("{}") },
            TestContext.Current.CancellationToken)).Provider.Id;

    /// <summary>Comes back once what the callback says is recorded.</summary>
    private static async Task CallBackAsync(EngineHarness harness, Guid provider, string body)
    {
        var request = new CallbackRequest
        {
            Method = "POST",
            Url = new Uri("https://example.net/callbacks/x"),
            Headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["x-signed"] = "yes" },
            Body = System.Text.Encoding.UTF8.GetBytes(body),
            ReceivedAt = harness.Engine.Time.GetUtcNow(),
        };
        Assert.IsType<CallbackAnswer.Answered>(await harness.Engine.Callbacks.ReceiveAsync(provider, request, TestContext.Current.CancellationToken));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while ((await UnreadAsync(harness)).Count > 0) await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
    }

    private static async Task<IReadOnlyList<StoredCallback>> UnreadAsync(EngineHarness harness) =>
        await harness.Engine.Storage.Queue.UnreadCallbacksAsync(DateTimeOffset.MaxValue, 10, TestContext.Current.CancellationToken);
}
