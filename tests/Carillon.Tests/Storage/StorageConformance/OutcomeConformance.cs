using Carillon.Messages;
using Carillon.Storage;

namespace Carillon.Tests.Storage.StorageConformance;

public abstract class OutcomeConformance(StorageFactory factory) : StorageTest(factory)
{
    private static readonly LaneKey Lane = new(Tenant, Channel.Email, Priority.Normal);

    private static readonly Plan TwoSteps = new(
        [new PlanStep([new PlanTarget(Channel.Email, "a@example.org")]), new PlanStep([new PlanTarget(Channel.Sms, "+1")])]);

    [Fact]
    public async Task An_outcome_is_stored_with_all_it_says()
    {
        var message = await AcceptOwnedAsync();
        var outcome = await RecordAsync(new OutcomeWrite
        {
            Message = message,
            At = Now.AddSeconds(3),
            Status = MessageStatus.Sent,
            Attempts = 2,
            ProviderId = Ids.Next(),
            ExternalId = "250-queued-as-Ü",
            Cost = 0.0075m,
            Currency = "EUR",
            ContentHash = Ids.Next(),
            Trace = "{\"t\":1}\n"u8.ToArray(),
        });

        Assert.True(outcome.Recorded);
        var stored = await StoredAsync(message);
        Assert.Equal(
            (outcome.Status, outcome.Attempts, outcome.ProviderId, outcome.ExternalId, outcome.Cost, outcome.Currency, outcome.ContentHash),
            (stored.Status, stored.Attempts, stored.ProviderId, stored.ExternalId, stored.Cost, stored.Currency, stored.ContentHash));
        Assert.Equal((Now.AddSeconds(3), Now.AddSeconds(3), null), (stored.UpdatedAt, stored.SentAt, stored.DueAt));
        Assert.Equal("{\"t\":1}\n"u8.ToArray(), stored.Trace);
        Assert.Empty((await ClaimAsync(Lane, now: Now.AddDays(1))).Messages);
    }

    [Fact]
    public async Task Traces_are_appended()
    {
        var message = await AcceptOwnedAsync();
        await RecordAsync(new OutcomeWrite { Message = message, At = Now, Status = MessageStatus.Queued, DueAt = Now, Attempts = 1, Trace = "{\"a\":\"é\"}\n"u8.ToArray() });
        var again = Assert.Single((await ClaimAsync(Lane)).Messages);
        await RecordAsync(new OutcomeWrite { Message = again, At = Now, Status = MessageStatus.Queued, DueAt = Now, Attempts = 2 });
        again = Assert.Single((await ClaimAsync(Lane)).Messages);
        await RecordAsync(new OutcomeWrite { Message = again, At = Now, Status = MessageStatus.Failed, Attempts = 3, Trace = "{\"b\":2}\n"u8.ToArray() });

        Assert.Equal("{\"a\":\"é\"}\n{\"b\":2}\n"u8.ToArray(), (await StoredAsync(message)).Trace);
    }

    [Fact]
    public async Task A_retry_waits_until_it_is_due_and_keeps_its_attempts()
    {
        var message = await AcceptOwnedAsync();
        await RecordAsync(new OutcomeWrite
        {
            Message = message,
            At = Now,
            Status = MessageStatus.Queued,
            Reason = MessageReasons.Retry,
            DueAt = Now.AddSeconds(30),
            Attempts = 4,
        });

        var stored = await StoredAsync(message);
        Assert.Equal((MessageStatus.Queued, MessageReasons.Retry, Now.AddSeconds(30)), (stored.Status, stored.Reason, stored.DueAt));
        Assert.Null(stored.SentAt);
        Assert.Empty((await ClaimAsync(Lane, now: Now.AddSeconds(29))).Messages);
        var claimed = Assert.Single((await ClaimAsync(Lane, now: Now.AddSeconds(30))).Messages);
        Assert.Equal((4, Now, Now.AddSeconds(30)), (claimed.Attempts, claimed.CreatedAt, claimed.DueAt));
    }

    [Fact]
    public async Task An_epoch_that_lost_the_message_records_nothing()
    {
        var provider = Ids.Next();
        var message = await AcceptOwnedAsync(epoch: 1);
        await Queue.RescueAsync([2], Now, Cancellation);
        var lost = await RecordAsync(new OutcomeWrite { Message = message, At = Now, Status = MessageStatus.Sent, ProviderId = provider, Trace = "{}\n"u8.ToArray() });

        Assert.False(lost.Recorded);
        var stored = await StoredAsync(message);
        Assert.Equal(MessageStatus.Queued, stored.Status);
        Assert.Null(stored.Trace);
        Assert.DoesNotContain(await Log.CountersAsync(Tenant, Now, Cancellation), c => c.Status == MessageStatus.Sent);

        var claimed = Assert.Single((await ClaimAsync(Lane, epoch: 2)).Messages);
        Assert.False((await RecordAsync(message, MessageStatus.Sent, epoch: 1)).Recorded);
        Assert.True((await RecordAsync(claimed, MessageStatus.Sent, epoch: 2)).Recorded);
    }

    [Fact]
    public async Task An_outcome_counts_once_however_often_it_is_written()
    {
        var message = await AcceptOwnedAsync();
        Assert.True((await RecordAsync(message, MessageStatus.Sent)).Recorded);
        Assert.False((await RecordAsync(message, MessageStatus.Sent)).Recorded);
        Assert.Equal(1, (await Log.CountersAsync(Tenant, Now, Cancellation)).Single(c => c.Status == MessageStatus.Sent).Count);
    }

    [Fact]
    public async Task Accept_mark_and_outcome_may_share_one_group()
    {
        var notification = MakeNotification(owned: true);
        var message = notification.Messages[0];
        var group = new WriteGroup { Epoch = 7 };
        group.Accepts.Add(Accepting(notification));
        group.Marks.Add(new SendMark { Message = message, ProviderId = Ids.Next() });
        group.Outcomes.Add(new OutcomeWrite { Message = message, At = Now, Status = MessageStatus.Sent });
        await Queue.CommitAsync(group, Cancellation);

        Assert.True(group.Marks[0].Owned);
        Assert.True(group.Outcomes[0].Recorded);
    }

    [Fact]
    public async Task The_next_step_begins_when_its_predecessor_failed()
    {
        var message = await AcceptOwnedAsync(TwoSteps);
        var sms = MakeMessage(message.Notification, Channel.Sms, "+1", step: 1);
        var outcome = await RecordAsync(message, MessageStatus.Failed, next: new NextStep(1, [sms]));

        Assert.True(outcome.NextBegun);
        var stored = await StoredAsync(sms);
        Assert.Equal((MessageStatus.Queued, 1, Channel.Sms, "+1"), (stored.Status, stored.Step, stored.Channel, stored.Address));
        Assert.Equal(sms.Id, Assert.Single((await ClaimAsync(sms.Lane)).Messages).Id);
        var notification = await Log.GetNotificationAsync(Tenant, message.Notification.Id, Cancellation);
        Assert.Equal(2, notification?.Messages.Count);
    }

    [Fact]
    public async Task A_next_step_in_memory_is_owned_by_its_writer()
    {
        var message = await AcceptOwnedAsync(TwoSteps);
        var sms = MakeMessage(message.Notification, Channel.Sms, "+1", step: 1, owned: true);
        await RecordAsync(message, MessageStatus.Failed, next: new NextStep(1, [sms]));

        Assert.Empty((await ClaimAsync(sms.Lane)).Messages);
        Assert.True((await RecordAsync(sms, MessageStatus.Sent)).Recorded);
    }

    [Fact]
    public async Task A_step_of_several_messages_fails_as_a_whole_and_its_successor_begins_once()
    {
        var notification = MakeNotification(owned: true, plan: TwoSteps, messages: 2);
        await AcceptAsync(notification);
        var next = new NextStep(1, [MakeMessage(notification, Channel.Sms, "+1", step: 1)]);

        Assert.False((await RecordAsync(notification.Messages[0], MessageStatus.Failed, next: next)).NextBegun);
        Assert.True((await RecordAsync(notification.Messages[1], MessageStatus.Failed, next: next)).NextBegun);
    }

    [Fact]
    public async Task Two_failures_in_one_group_begin_the_next_step_once()
    {
        var notification = MakeNotification(owned: true, plan: TwoSteps, messages: 2);
        await AcceptAsync(notification);
        var group = new WriteGroup { Epoch = 1 };
        foreach (var message in notification.Messages)
        {
            group.Outcomes.Add(new OutcomeWrite
            {
                Message = message,
                At = Now,
                Status = MessageStatus.Failed,
                Next = new NextStep(1, [MakeMessage(notification, Channel.Sms, "+1", step: 1)]),
            });
        }

        await Queue.CommitAsync(group, Cancellation);
        Assert.Equal([false, true], group.Outcomes.Select(o => o.NextBegun));
        Assert.Single((await ClaimAsync(new LaneKey(Tenant, Channel.Sms, Priority.Normal))).Messages);
    }

    [Theory]
    [InlineData(MessageStatus.Sent)]
    [InlineData(MessageStatus.Delivered)]
    [InlineData(MessageStatus.Read)]
    public async Task No_next_step_begins_when_one_message_of_the_step_succeeded(MessageStatus success)
    {
        var notification = MakeNotification(owned: true, plan: TwoSteps, messages: 2);
        await AcceptAsync(notification);
        await RecordAsync(notification.Messages[0], success);
        var next = new NextStep(1, [MakeMessage(notification, Channel.Sms, "+1", step: 1)]);

        Assert.False((await RecordAsync(notification.Messages[1], MessageStatus.Failed, next: next)).NextBegun);
    }

    [Fact]
    public async Task No_next_step_begins_while_one_message_of_the_step_is_retried()
    {
        var notification = MakeNotification(owned: true, plan: TwoSteps, messages: 2);
        await AcceptAsync(notification);
        await RecordAsync(new OutcomeWrite { Message = notification.Messages[0], At = Now, Status = MessageStatus.Queued, DueAt = Now.AddHours(1) });
        var next = new NextStep(1, [MakeMessage(notification, Channel.Sms, "+1", step: 1)]);

        Assert.False((await RecordAsync(notification.Messages[1], MessageStatus.Failed, next: next)).NextBegun);
    }

    [Fact]
    public async Task No_next_step_begins_after_an_unknown_outcome()
    {
        var notification = MakeNotification(owned: true, plan: TwoSteps, messages: 2);
        await AcceptAsync(notification);
        await RecordAsync(new OutcomeWrite
        {
            Message = notification.Messages[0],
            At = Now,
            Status = MessageStatus.Failed,
            Reason = MessageReasons.OutcomeUnknown,
        });
        var next = new NextStep(1, [MakeMessage(notification, Channel.Sms, "+1", step: 1)]);

        Assert.False((await RecordAsync(notification.Messages[1], MessageStatus.Failed, next: next)).NextBegun);
    }

    [Fact]
    public async Task Secrets_are_erased_with_the_outcome_that_says_so()
    {
        var message = await AcceptOwnedAsync(secrets: [1, 2, 3]);
        await RecordAsync(new OutcomeWrite { Message = message, At = Now, Status = MessageStatus.Sent, EraseSecretsAt = Now });
        Assert.Null((await StoredAsync(message.Notification)).Secrets);
    }

    [Fact]
    public async Task Secrets_of_a_failed_message_are_cleaned_when_their_time_has_come()
    {
        var message = await AcceptOwnedAsync(secrets: [1, 2, 3]);
        await RecordAsync(new OutcomeWrite { Message = message, At = Now, Status = MessageStatus.Failed, EraseSecretsAt = Now.AddHours(24) });

        Assert.Equal(0, await Queue.CleanAsync(Cleaning(Now.AddHours(23), 100), Cancellation));
        Assert.NotNull((await StoredAsync(message.Notification)).Secrets);
        Assert.Equal(1, await Queue.CleanAsync(Cleaning(Now.AddHours(24), 100), Cancellation));
        Assert.Null((await StoredAsync(message.Notification)).Secrets);
        Assert.Equal(0, await Queue.CleanAsync(Cleaning(Now.AddHours(24), 100), Cancellation));
    }

    [Fact]
    public async Task Secrets_stay_while_another_message_of_the_notification_needs_them()
    {
        var notification = MakeNotification(owned: true, secrets: [1], messages: 2);
        await AcceptAsync(notification);
        await RecordAsync(new OutcomeWrite { Message = notification.Messages[0], At = Now, Status = MessageStatus.Sent, EraseSecretsAt = Now });
        await Queue.CleanAsync(Cleaning(Now, 100), Cancellation);
        Assert.NotNull((await StoredAsync(notification)).Secrets);

        await RecordAsync(new OutcomeWrite { Message = notification.Messages[1], At = Now, Status = MessageStatus.Sent, EraseSecretsAt = Now });
        Assert.Null((await StoredAsync(notification)).Secrets);
    }

    [Fact]
    public async Task Idempotency_keys_are_forgotten_when_they_are_old()
    {
        AcceptWrite Keyed(string key, DateTimeOffset at) =>
            new() { Tenant = Tenant, At = at, Notifications = [], Idempotency = new IdempotencyRecord(key, [1], [2]) };
        foreach (var key in new[] { "a", "b", "c" }) await AcceptAsync(Keyed(key, Now));
        await AcceptAsync(Keyed("young", Now.AddHours(1)));

        Assert.Equal(2, await Queue.CleanAsync(Cleaning(Now, 2, idempotencyBefore: Now.AddMinutes(1)), Cancellation));
        Assert.Equal(1, await Queue.CleanAsync(Cleaning(Now, 2, idempotencyBefore: Now.AddMinutes(1)), Cancellation));
        Assert.Equal(0, await Queue.CleanAsync(Cleaning(Now, 2, idempotencyBefore: Now.AddMinutes(1)), Cancellation));
        Assert.Equal(AcceptVerdict.Committed, (await AcceptAsync(Keyed("a", Now))).Verdict);
        Assert.Equal(AcceptVerdict.KeyExists, (await AcceptAsync(Keyed("young", Now))).Verdict);
    }
}
