using Carillon.Messages;
using Carillon.Storage;

namespace Carillon.Tests.Storage.StorageConformance;

public abstract class EventConformance(StorageFactory factory) : StorageTest(factory)
{
    private static readonly Guid Provider = new("01890000-0000-7000-8000-000000000001");

    [Fact]
    public async Task A_receipt_moves_its_message_and_stands_in_its_log()
    {
        var message = await SentAsync("x-1");

        var write = await RecordAsync(Receipt(MessageEventKind.Delivered, externalId: "x-1") with { Detail = "250 ok" });

        Assert.Equal((EventVerdict.Recorded, MessageStatus.Delivered), (write.Verdict, write.MovedTo));
        Assert.Equal(MessageStatus.Delivered, (await StoredAsync(message)).Status);
        var happened = Assert.Single(await Log.EventsAsync(Tenant, message.Id, Cancellation));
        Assert.Equal((MessageEventKind.Delivered, Now, "250 ok", Provider), (happened.Kind, happened.At, happened.Detail, happened.ProviderId));
        Assert.Empty(await Log.EventsAsync(Other, message.Id, Cancellation));
    }

    [Fact]
    public async Task The_same_receipt_again_changes_nothing()
    {
        var message = await SentAsync("x-1");
        await RecordAsync(Receipt(MessageEventKind.Delivered, externalId: "x-1"));

        var again = await RecordAsync(Receipt(MessageEventKind.Delivered, externalId: "x-1"));

        Assert.Equal((EventVerdict.Repeated, null), (again.Verdict, again.MovedTo));
        Assert.Single(await Log.EventsAsync(Tenant, message.Id, Cancellation));
        Assert.Equal(1, (await Log.SumsAsync(Cancellation)).Single(s => s.Status == MessageStatus.Delivered).Count);
    }

    [Fact]
    public async Task A_receipt_that_comes_before_the_outcome_is_recorded_with_it()
    {
        var message = await AcceptOwnedAsync();
        var byExternal = await RecordAsync(Receipt(MessageEventKind.Delivered, externalId: "x-9"));
        var byId = await RecordAsync(Receipt(MessageEventKind.Opened, messageId: message.Id));
        Assert.Equal((EventVerdict.Early, EventVerdict.Early), (byExternal.Verdict, byId.Verdict));
        Assert.Equal(MessageStatus.Sending, (await StoredAsync(message)).Status);

        await RecordAsync(Outcome(message, MessageStatus.Sent, "x-9"));

        Assert.Equal(MessageStatus.Read, (await StoredAsync(message)).Status);
        Assert.Equal(
            [MessageEventKind.Delivered, MessageEventKind.Opened],
            (await Log.EventsAsync(Tenant, message.Id, Cancellation)).Select(e => e.Kind).Order());
    }

    [Fact]
    public async Task What_arrived_although_its_answer_was_lost_is_not_sent_again()
    {
        var message = await AcceptOwnedAsync();
        await RecordAsync(new OutcomeWrite
        {
            Message = message,
            At = Now,
            Status = MessageStatus.Queued,
            DueAt = Now.AddMinutes(1),
            Attempts = 1,
            ProviderId = Provider,
            ExternalId = "x-2",
        });

        await RecordAsync(Receipt(MessageEventKind.Delivered, externalId: "x-2"));

        Assert.Equal(MessageStatus.Delivered, (await StoredAsync(message)).Status);
        Assert.Empty((await ClaimAsync(message.Lane, now: Now.AddHours(1))).Messages);
        Assert.Empty(await Queue.LanesAsync(Cancellation));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_receipt_for_a_message_of_a_dead_node_counts_once_it_is_taken_back(bool marked)
    {
        var message = await AcceptOwnedAsync();
        if (marked) await MarkAsync(message, Provider);
        Assert.Equal(EventVerdict.Early, (await RecordAsync(Receipt(MessageEventKind.Delivered, messageId: message.Id))).Verdict);

        await Queue.RescueAsync([2], Now, Cancellation);
        Clock.Now = Now.AddMinutes(1);
        await Queue.UnreadCallbacksAsync(Clock.Now, 10, Cancellation);

        Assert.Equal(MessageStatus.Delivered, (await StoredAsync(message)).Status);
        Assert.Empty((await ClaimAsync(message.Lane, now: Now.AddHours(1))).Messages);
        Assert.Empty(await Queue.LanesAsync(Cancellation));
    }

    [Fact]
    public async Task Early_receipts_whose_message_never_comes_are_dropped_in_time()
    {
        await RecordAsync(Receipt(MessageEventKind.Delivered, externalId: "of nobody"));

        Assert.Equal(0, await Queue.CleanAsync(Cleaning(Now, 100, earlyBefore: Now), Cancellation));
        Assert.Equal(1, await Queue.CleanAsync(Cleaning(Now, 100, earlyBefore: Now.AddSeconds(1)), Cancellation));
    }

    [Fact]
    public async Task A_receipt_of_another_provider_with_the_same_id_is_not_taken_for_ours()
    {
        var message = await SentAsync("x-1");
        var foreign = new EventWrite { ProviderId = Ids.Next(), ExternalId = "x-1", Kind = MessageEventKind.Bounced, At = Now };

        await RecordAsync(foreign);

        Assert.Equal(EventVerdict.Early, foreign.Verdict);
        Assert.Equal(MessageStatus.Sent, (await StoredAsync(message)).Status);
    }

    [Fact]
    public async Task A_bounce_says_why_and_a_later_price_corrects_the_cost()
    {
        var message = await SentAsync("x-1");

        await RecordAsync(Receipt(MessageEventKind.Bounced, externalId: "x-1") with { IsPermanent = true, Cost = 0.0125m, Currency = "EUR" });

        var stored = await StoredAsync(message);
        Assert.Equal((MessageStatus.Bounced, MessageReasons.HardBounce, 0.0125m, "EUR"), (stored.Status, stored.Reason, stored.Cost, stored.Currency));
    }

    [Fact]
    public async Task A_callback_is_kept_once_and_read_once()
    {
        var message = await SentAsync("x-1");
        var (first, second) = (Callback("body"), Callback("body"));
        await KeepAsync(first);
        await KeepAsync(second);
        Assert.Equal((false, true), (first.IsRepeated, second.IsRepeated));
        var unread = Assert.Single(await Queue.UnreadCallbacksAsync(Now.AddSeconds(1), 10, Cancellation));
        Assert.Equal((first.Id, Provider), (unread.Id, unread.ProviderId));
        Assert.Equal("body"u8.ToArray(), unread.Request);
        Assert.Empty(await Queue.UnreadCallbacksAsync(Now, 10, Cancellation));

        var reading = await RecordAsync(new ReadingWrite { CallbackId = first.Id, At = Now, Events = [Receipt(MessageEventKind.Delivered, externalId: "x-1").Make()] });
        var again = await RecordAsync(new ReadingWrite { CallbackId = first.Id, At = Now, Events = [Receipt(MessageEventKind.Opened, externalId: "x-1").Make()] });

        Assert.Equal((true, false), (reading.Recorded, again.Recorded));
        Assert.Empty(await Queue.UnreadCallbacksAsync(Now.AddSeconds(1), 10, Cancellation));
        Assert.Single(await Log.EventsAsync(Tenant, message.Id, Cancellation));
        Assert.Equal(0, await Queue.CleanAsync(Cleaning(Now, 100, callbacksBefore: Now), Cancellation));
        Assert.Equal(1, await Queue.CleanAsync(Cleaning(Now, 100, callbacksBefore: Now.AddSeconds(1)), Cancellation));
    }

    [Fact]
    public async Task What_came_in_is_a_message_that_is_found_by_its_address_and_taken_once()
    {
        InboundWrite Inbound() => new() { Notification = Received("+15550001", "YES"), ProviderId = Provider, ExternalId = "in-1" };
        var (first, second) = (Inbound(), Inbound());
        await RecordAsync(new ReadingWrite { At = Now, Inbound = [first] });
        await RecordAsync(new ReadingWrite { At = Now, Inbound = [second] });

        Assert.Equal((false, true), (first.IsRepeated, second.IsRepeated));
        var found = Assert.Single((await Log.ListMessagesAsync(new MessageQuery { Tenant = Tenant, Address = "+15550001" }, Cancellation)).Items);
        Assert.Equal(
            found.Id, Assert.Single((await Log.ListMessagesAsync(new MessageQuery { Tenant = Tenant, Direction = MessageDirection.Inbound }, Cancellation)).Items).Id);
        Assert.Empty((await Log.ListMessagesAsync(new MessageQuery { Tenant = Tenant, Direction = MessageDirection.Outbound }, Cancellation)).Items);
        Assert.Equal((MessageStatus.Received, "in-1", Provider), (found.Status, found.ExternalId, found.ProviderId));
        var notification = await Log.GetNotificationAsync(Tenant, found.NotificationId, Cancellation);
        Assert.Equal(("YES", "+15559999"), (notification!.Notification.Details!.Content!.Text, notification.Notification.Details.ReceivedBy));
        Assert.Empty(await Queue.LanesAsync(Cancellation));
    }

    [Fact]
    public async Task A_message_is_found_by_the_gateways_id()
    {
        var message = await SentAsync("x-1");

        Assert.Equal(message.Id, await Log.FindByExternalAsync(Provider, "x-1", Cancellation));
        Assert.Null(await Log.FindByExternalAsync(Provider, "x-2", Cancellation));
        Assert.Null(await Log.FindByExternalAsync(Ids.Next(), "x-1", Cancellation));
    }

    [Fact]
    public async Task The_newest_that_went_to_an_address_through_a_provider_is_found_among_all_tenants()
    {
        var (first, second) = ((await Store.Tenants.CreateAsync("a", "A", Cancellation)).Id, (await Store.Tenants.CreateAsync("b", "B", Cancellation)).Id);
        async Task<Guid> SentAsync(TenantId tenant, string address, Guid provider, Channel channel = Channel.Email)
        {
            var notification = MakeNotification(tenant: tenant, address: address, owned: true, channel: channel);
            await AcceptAsync(notification);
            await RecordAsync(new OutcomeWrite { Message = notification.Messages[0], At = Now, Status = MessageStatus.Sent, Attempts = 1, ProviderId = provider });
            return notification.Messages[0].Id;
        }

        var older = await SentAsync(first, "ana@example.net", Provider);
        var newer = await SentAsync(second, "ana@example.net", Provider);
        await SentAsync(second, "ana@example.net", Ids.Next());
        await SentAsync(second, "bea@example.net", Provider);
        await SentAsync(first, "ana@example.net", Provider, Channel.Webhook);

        var found = await Log.NewestToAsync(Provider, Channel.Email, "ana@example.net", Now.AddDays(-1), 10, Cancellation);

        Assert.Equal([(second, newer), (first, older)], found.Select(m => (m.Tenant, m.Id)));
        Assert.Equal(newer, Assert.Single(await Log.NewestToAsync(Provider, Channel.Email, "ana@example.net", Now.AddDays(-1), 1, Cancellation)).Id);
        Assert.Empty(await Log.NewestToAsync(Provider, Channel.Email, "ana@example.net", Now.AddDays(1), 10, Cancellation));
    }

    [Fact]
    public async Task A_callback_that_could_not_be_read_is_listed_and_becomes_an_unread_one_again_once()
    {
        var callback = Callback("body");
        await KeepAsync(callback);
        Assert.Null(await Queue.ReopenCallbackAsync(callback.Id, Cancellation));
        await RecordAsync(new ReadingWrite { CallbackId = callback.Id, At = Now.AddSeconds(3), Fault = "It has no id." });

        var kept = new KeptCallback(callback.Id, Provider, Now, Now.AddSeconds(3), "It has no id.");
        Assert.Equal([kept], await Log.FaultyCallbacksAsync(Provider, null, 10, Cancellation));
        Assert.Empty(await Log.FaultyCallbacksAsync(Provider, callback.Id, 10, Cancellation));
        Assert.Empty(await Log.FaultyCallbacksAsync(Ids.Next(), null, 10, Cancellation));
        Assert.Equal(kept, await Log.GetCallbackAsync(callback.Id, Cancellation));
        Assert.Null(await Log.GetCallbackAsync(Ids.Next(), Cancellation));

        var again = await Queue.ReopenCallbackAsync(callback.Id, Cancellation);

        Assert.Equal((callback.Id, Provider, Now), (again!.Id, again.ProviderId, again.ReceivedAt));
        Assert.Equal("body"u8.ToArray(), again.Request);
        Assert.Single(await Queue.UnreadCallbacksAsync(Now.AddSeconds(1), 10, Cancellation));
        Assert.Empty(await Log.FaultyCallbacksAsync(Provider, null, 10, Cancellation));
        Assert.Null(await Queue.ReopenCallbackAsync(callback.Id, Cancellation));
        Assert.True((await RecordAsync(new ReadingWrite { CallbackId = callback.Id, At = Now })).Recorded);
    }

    private async Task<OutboundMessage> SentAsync(string externalId)
    {
        var message = await AcceptOwnedAsync();
        await RecordAsync(Outcome(message, MessageStatus.Sent, externalId));
        return message;
    }

    private static OutcomeWrite Outcome(OutboundMessage message, MessageStatus status, string externalId) => new()
    {
        Message = message,
        At = Now,
        Status = status,
        Attempts = 1,
        ProviderId = Provider,
        ExternalId = externalId,
    };

    private static Event Receipt(MessageEventKind kind, string? externalId = null, Guid? messageId = null) => new(kind, externalId, messageId);

    private async Task<EventWrite> RecordAsync(Event receipt)
    {
        var write = receipt.Make();
        await RecordAsync(write);
        return write;
    }

    private Task RecordAsync(EventWrite write) => RecordAsync(new ReadingWrite { At = Now, Events = [write] });

    private CallbackWrite Callback(string body) => new()
    {
        Id = Ids.Next(),
        ProviderId = Provider,
        ReceivedAt = Now,
        Digest = [1, 2, 3],
        Request = System.Text.Encoding.UTF8.GetBytes(body),
    };

    private async Task KeepAsync(CallbackWrite callback)
    {
        var group = new WriteGroup { Epoch = 1 };
        group.Callbacks.Add(callback);
        await Queue.CommitAsync(group, Cancellation);
    }

    private Notification Received(string from, string text)
    {
        var notification = new Notification
        {
            Tenant = Tenant,
            Id = Ids.Next(),
            CreatedAt = Now,
            Details = new NotificationDetails { Content = new MessageContent { Text = text }, ReceivedBy = "+15559999" },
        };
        notification.Messages = [MakeMessage(notification, Channel.Sms, from)];
        return notification;
    }

    private sealed record Event(MessageEventKind Kind, string? ExternalId, Guid? MessageId)
    {
        public string? Detail { get; init; }

        public bool IsPermanent { get; init; }

        public decimal? Cost { get; init; }

        public string? Currency { get; init; }

        public EventWrite Make() => new()
        {
            ProviderId = Provider,
            ExternalId = ExternalId,
            MessageId = MessageId,
            Kind = Kind,
            At = Now,
            Detail = Detail,
            IsPermanent = IsPermanent,
            Cost = Cost,
            Currency = Currency,
        };
    }
}
