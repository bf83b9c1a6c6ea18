using Carillon.Messages;
using Carillon.Storage;

namespace Carillon.Tests.Storage.StorageConformance;

public abstract class CancelConformance(StorageFactory factory) : StorageTest(factory)
{
    [Fact]
    public async Task What_waits_is_cancelled_for_good()
    {
        var notification = MakeNotification(due: Now.AddDays(300), secrets: [1]);
        await AcceptAsync(notification);

        var message = Assert.Single(await CancelAsync(notification));
        Assert.Equal((notification.Messages[0].Id, Channel.Email, CancelState.Cancelled, MessageStatus.Cancelled), (message.Id, message.Channel, message.State, message.Status));
        var stored = await StoredAsync(notification.Messages[0]);
        Assert.Equal((MessageStatus.Cancelled, MessageReasons.Cancelled), (stored.Status, stored.Reason));
        Assert.Empty((await ClaimAsync(notification.Messages[0].Lane, now: Now.AddDays(301))).Messages);
        Assert.Null((await StoredAsync(notification)).Secrets);
        Assert.Equal(1, (await Log.CountersAsync(Tenant, Now, Cancellation)).Single(c => c.Status == MessageStatus.Cancelled).Count);
    }

    [Fact]
    public async Task A_retry_that_waits_is_cancelled_too()
    {
        var message = await AcceptOwnedAsync();
        await RecordAsync(new OutcomeWrite { Message = message, At = Now, Status = MessageStatus.Queued, DueAt = Now.AddMinutes(3), Attempts = 1 });

        Assert.Equal(CancelState.Cancelled, Assert.Single(await CancelAsync(message.Notification)).State);
        Assert.Empty(await Queue.LanesAsync(Cancellation));
    }

    [Fact]
    public async Task Released_work_can_be_cancelled()
    {
        var message = await AcceptOwnedAsync();
        await Queue.ReleaseAsync(1, [message], Cancellation);
        Assert.Equal(CancelState.Cancelled, Assert.Single(await CancelAsync(message.Notification)).State);
        Assert.Empty(await Queue.LanesAsync(Cancellation));
    }

    [Fact]
    public async Task What_a_node_has_is_in_flight_and_goes_its_way()
    {
        var message = await AcceptOwnedAsync();
        Assert.Equal(CancelState.InFlight, Assert.Single(await CancelAsync(message.Notification)).State);
        Assert.True((await RecordAsync(message, MessageStatus.Sent)).Recorded);
        Assert.Equal(MessageStatus.Sent, (await StoredAsync(message)).Status);
    }

    [Fact]
    public async Task What_would_be_tried_again_ends_as_cancelled_instead()
    {
        var message = await AcceptOwnedAsync(secrets: [1]);
        await CancelAsync(message.Notification);
        var outcome = await RecordAsync(new OutcomeWrite
        {
            Message = message,
            At = Now.AddSeconds(5),
            Status = MessageStatus.Queued,
            Reason = MessageReasons.Retry,
            DueAt = Now.AddMinutes(3),
            Attempts = 1,
            Trace = "{\"k\":\"attempt\"}\n"u8.ToArray(),
        });

        Assert.Equal((true, true, false), (outcome.Recorded, outcome.Cancelled, outcome.NextBegun));
        var stored = await StoredAsync(message);
        Assert.Equal((MessageStatus.Cancelled, MessageReasons.Cancelled, null, 1), (stored.Status, stored.Reason, stored.DueAt, stored.Attempts));
        Assert.Equal("{\"k\":\"attempt\"}\n"u8.ToArray(), stored.Trace);
        Assert.Empty(await Queue.LanesAsync(Cancellation));
        Assert.Equal(1, (await Log.CountersAsync(Tenant, Now, Cancellation)).Single(c => c.Status == MessageStatus.Cancelled).Count);
        Assert.Null((await StoredAsync(message.Notification)).Secrets);
    }

    [Fact]
    public async Task What_waits_again_without_being_cancelled_says_so()
    {
        var message = await AcceptOwnedAsync();
        Assert.False((await RecordAsync(new OutcomeWrite { Message = message, At = Now, Status = MessageStatus.Queued, DueAt = Now, Attempts = 1 })).Cancelled);
    }

    [Fact]
    public async Task What_is_given_back_after_it_was_cancelled_ends_as_cancelled()
    {
        var (lost, released, kept) = (await AcceptOwnedAsync(secrets: [1]), await AcceptOwnedAsync(epoch: 2), await AcceptOwnedAsync());
        await CancelAsync(lost.Notification);
        await CancelAsync(released.Notification);

        Assert.Equal(new Rescue(1, 0, 1), await Queue.RescueAsync([2], Now, Cancellation));
        await Queue.ReleaseAsync(2, [released], Cancellation);

        foreach (var message in new[] { lost, released })
        {
            var stored = await StoredAsync(message);
            Assert.Equal((MessageStatus.Cancelled, MessageReasons.Cancelled, null), (stored.Status, stored.Reason, stored.DueAt));
        }

        Assert.Null((await StoredAsync(lost.Notification)).Secrets);
        Assert.Equal(kept.Id, Assert.Single((await ClaimAsync(kept.Lane, epoch: 3)).Messages).Id);
        Assert.Equal(2, (await Log.CountersAsync(Tenant, Now, Cancellation)).Where(c => c.Status == MessageStatus.Cancelled).Sum(c => c.Count));
    }

    [Fact]
    public async Task What_is_final_stays_as_it_is()
    {
        var message = await AcceptOwnedAsync();
        await RecordAsync(message, MessageStatus.Sent);
        var answer = Assert.Single(await CancelAsync(message.Notification));
        Assert.Equal((CancelState.Final, MessageStatus.Sent), (answer.State, answer.Status));
    }

    [Fact]
    public async Task A_cancelled_notification_begins_no_further_step()
    {
        var message = await AcceptOwnedAsync();
        await CancelAsync(message.Notification);
        var next = new NextStep(1, [MakeMessage(message.Notification, Channel.Sms, "+1", step: 1)]);
        Assert.False((await RecordAsync(message, MessageStatus.Failed, next: next)).NextBegun);
    }

    [Fact]
    public async Task Several_notifications_are_cancelled_together()
    {
        var (waiting, owned, foreign) = (MakeNotification(), await AcceptOwnedAsync(), MakeNotification(tenant: Other));
        await AcceptAsync(waiting);
        await AcceptAsync(foreign);

        var answers = await Queue.CancelManyAsync(Tenant, [waiting.Id, owned.Notification.Id, foreign.Id, Ids.Next()], Now, Cancellation);

        Assert.Equal(
            [(waiting.Messages[0].Id, CancelState.Cancelled), (owned.Id, CancelState.InFlight)], answers.Select(a => (a.Id, a.State)));
        Assert.Equal(MessageStatus.Queued, (await StoredAsync(foreign.Messages[0])).Status);
        Assert.Equal(1, (await Log.SumsAsync(Cancellation)).Single(s => s.Status == MessageStatus.Cancelled).Count);
    }

    [Fact]
    public async Task Another_tenants_notification_is_not_there()
    {
        var notification = MakeNotification();
        await AcceptAsync(notification);
        Assert.Empty(await Queue.CancelAsync(Other, notification.Id, Now, Cancellation));
        Assert.Equal(MessageStatus.Queued, (await StoredAsync(notification.Messages[0])).Status);
    }

    private async Task<IReadOnlyList<CancelledMessage>> CancelAsync(Notification notification) =>
        await Queue.CancelAsync(notification.Tenant, notification.Id, Now, Cancellation);
}
