using System.Collections.Concurrent;
using Carillon.Messages;
using Carillon.Storage;

namespace Carillon.Tests.Storage.StorageConformance;

public abstract class ClaimConformance(StorageFactory factory) : StorageTest(factory)
{
    private static readonly LaneKey Lane = new(Tenant, Channel.Email, Priority.Normal);

    [Fact]
    public async Task Claims_come_earliest_first_and_only_when_due()
    {
        var late = MakeNotification(due: Now.AddSeconds(2));
        var soon = MakeNotification(due: Now.AddSeconds(1));
        var now = MakeNotification();
        var next = MakeNotification(due: Now.AddSeconds(9));
        await AcceptAsync(late, soon, now, next);

        var claim = await ClaimAsync(Lane, now: Now.AddSeconds(2));
        Assert.Equal([now.Messages[0].Id, soon.Messages[0].Id, late.Messages[0].Id], claim.Messages.Select(m => m.Id));
        Assert.Equal(Now.AddSeconds(9), claim.NextDue);
    }

    [Fact]
    public async Task A_claim_takes_no_more_than_asked()
    {
        await AcceptAsync([.. Enumerable.Range(0, 5).Select(_ => MakeNotification())]);

        var first = await ClaimAsync(Lane, limit: 3);
        var second = await ClaimAsync(Lane, limit: 3);
        Assert.Equal(3, first.Messages.Count);
        Assert.Equal(Now, first.NextDue);
        Assert.Equal(2, second.Messages.Count);
        Assert.Null(second.NextDue);
        Assert.Empty((await ClaimAsync(Lane)).Messages);
    }

    [Fact]
    public async Task A_claim_takes_from_its_lane_alone()
    {
        await AcceptAsync(MakeNotification());
        await AcceptAsync(MakeNotification(tenant: Other));
        await AcceptAsync(MakeNotification(priority: Priority.Critical));
        await AcceptAsync(MakeNotification(channel: Channel.Sms));

        Assert.Single((await ClaimAsync(Lane)).Messages);
        Assert.Single((await ClaimAsync(new LaneKey(Other, Channel.Email, Priority.Normal))).Messages);
        Assert.Single((await ClaimAsync(new LaneKey(Tenant, Channel.Email, Priority.Critical))).Messages);
        Assert.Single((await ClaimAsync(new LaneKey(Tenant, Channel.Sms, Priority.Normal))).Messages);
    }

    [Fact]
    public async Task A_claimed_message_is_whole_and_owned()
    {
        var notification = MakeNotification(address: "é@例.jp", contact: "c", messages: 2);
        await AcceptAsync(notification);

        var claim = await ClaimAsync(Lane);
        Assert.Equal(2, claim.Messages.Count);
        Assert.Same(claim.Messages[0].Notification, claim.Messages[1].Notification);
        var message = claim.Messages[0];
        Assert.True(message.IsOwned);
        Assert.Equal("é@例.jp", message.Address);
        Assert.Equal(Channel.Email, message.Channel);
        Assert.Equal((0, 0, Now, Now), (message.Step, message.Attempts, message.CreatedAt, message.DueAt));
        Assert.Equal(Lane, message.Lane);
        Assert.Equal("c", message.Notification.ContactId);
        Assert.Equal(MessageStatus.Sending, (await StoredAsync(message)).Status);
    }

    [Fact]
    public async Task What_is_handed_over_in_memory_cannot_be_claimed()
    {
        await AcceptOwnedAsync();
        Assert.Empty((await ClaimAsync(Lane)).Messages);
        Assert.Empty(await Queue.LanesAsync(Cancellation));
    }

    [Fact]
    public async Task Claims_at_the_same_time_never_give_a_message_twice()
    {
        await AcceptAsync([.. Enumerable.Range(0, 500).Select(_ => MakeNotification())]);

        var claimed = new ConcurrentBag<Guid>();
        await Task.WhenAll(Enumerable.Range(1, 8).Select(epoch => Task.Run(
            async () =>
            {
                while (await ClaimAsync(Lane, epoch, limit: 7) is { Messages.Count: > 0 } claim)
                {
                    foreach (var message in claim.Messages) claimed.Add(message.Id);
                }
            },
            Cancellation)));

        Assert.Equal(500, claimed.Count);
        Assert.Equal(500, claimed.Distinct().Count());
    }

    [Fact]
    public async Task Lanes_tell_where_work_waits_and_since_when()
    {
        await AcceptAsync(MakeNotification(due: Now.AddHours(2)), MakeNotification(due: Now.AddHours(1)));
        await AcceptAsync(MakeNotification(tenant: Other, priority: Priority.Critical));

        Assert.Equal(
            [
                new LaneDue(Lane, Now.AddHours(1)),
                new LaneDue(new LaneKey(Other, Channel.Email, Priority.Critical), Now),
            ],
            await Queue.LanesAsync(Cancellation));
    }

    [Fact]
    public async Task Released_work_is_due_at_once_and_not_lost()
    {
        var message = await AcceptOwnedAsync();
        await Queue.ReleaseAsync(1, [message], Cancellation);

        Assert.Equal(MessageStatus.Queued, (await StoredAsync(message)).Status);
        Assert.Equal(message.Id, Assert.Single((await ClaimAsync(Lane, epoch: 2)).Messages).Id);
    }

    [Fact]
    public async Task Work_of_another_epoch_cannot_be_released()
    {
        var message = await AcceptOwnedAsync();
        await Queue.ReleaseAsync(2, [message], Cancellation);
        Assert.Empty((await ClaimAsync(Lane)).Messages);
    }

    [Fact]
    public async Task Released_work_that_was_owned_ahead_of_its_time_becomes_due_now()
    {
        var notification = MakeNotification(due: Now.AddHours(1), owned: true);
        await AcceptAsync(notification);
        await Queue.ReleaseAsync(1, notification.Messages, Cancellation);

        Assert.Single((await ClaimAsync(Lane, epoch: 2)).Messages);
        Assert.Equal(Now, (await StoredAsync(notification.Messages[0])).DueAt);
    }

    [Fact]
    public async Task Rescue_gives_back_what_dead_epochs_own_and_leaves_the_living_alone()
    {
        var dead = await AcceptOwnedAsync(epoch: 1);
        var alive = await AcceptOwnedAsync(epoch: 2);

        Assert.Equal(new Rescue(1, 0), await Queue.RescueAsync([2, 3], Now, Cancellation));
        Assert.Equal(default, await Queue.RescueAsync([2, 3], Now, Cancellation));

        Assert.Equal(dead.Id, Assert.Single((await ClaimAsync(Lane, epoch: 3)).Messages).Id);
        Assert.True((await RecordAsync(alive, MessageStatus.Sent, epoch: 2)).Recorded);
    }

    [Fact]
    public async Task Rescue_without_any_live_epoch_takes_everything()
    {
        await AcceptOwnedAsync();
        Assert.Equal(new Rescue(1, 0), await Queue.RescueAsync([], Now, Cancellation));
    }

    [Fact]
    public async Task A_marked_message_without_outcome_ends_as_unknown_on_rescue()
    {
        var provider = Ids.Next();
        var message = await AcceptOwnedAsync();
        Assert.True((await MarkAsync(message, provider)).Owned);

        Assert.Equal(new Rescue(0, 1), await Queue.RescueAsync([], Now.AddMinutes(1), Cancellation));
        var stored = await StoredAsync(message);
        Assert.Equal(MessageStatus.Failed, stored.Status);
        Assert.Equal(MessageReasons.OutcomeUnknown, stored.Reason);
        Assert.Equal(provider, stored.ProviderId);
        Assert.Equal(1, stored.Attempts);
        Assert.Null(stored.DueAt);
        Assert.NotEmpty(stored.Trace!);
        Assert.Empty((await ClaimAsync(Lane, now: Now.AddDays(1))).Messages);
        var counters = await Log.CountersAsync(Tenant, Now, Cancellation);
        Assert.Contains(counters, c => c is { Status: MessageStatus.Failed, Count: 1 } && c.ProviderId == provider);
    }

    [Fact]
    public async Task A_mark_is_refused_to_an_epoch_that_lost_the_message()
    {
        var message = await AcceptOwnedAsync();
        await Queue.RescueAsync([2], Now, Cancellation);
        Assert.False((await MarkAsync(message, Ids.Next())).Owned);
    }

    [Fact]
    public async Task A_mark_is_gone_with_its_outcome()
    {
        var message = await AcceptOwnedAsync();
        await MarkAsync(message, Ids.Next());
        await RecordAsync(new OutcomeWrite { Message = message, At = Now, Status = MessageStatus.Queued, Reason = MessageReasons.Retry, DueAt = Now, Attempts = 1 });
        await ClaimAsync(Lane);

        Assert.Equal(new Rescue(1, 0), await Queue.RescueAsync([], Now, Cancellation));
    }
}
