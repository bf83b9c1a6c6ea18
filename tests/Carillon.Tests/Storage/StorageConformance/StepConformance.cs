using Carillon.Messages;
using Carillon.Storage;

namespace Carillon.Tests.Storage.StorageConformance;

public abstract class StepConformance(StorageFactory factory) : StorageTest(factory)
{
    private static readonly TimeSpan Wait = TimeSpan.FromHours(2);

    [Fact]
    public async Task A_step_that_has_not_come_far_enough_in_its_time_is_followed_by_the_next()
    {
        var message = await AcceptOwnedAsync(PlanOf(Until.Delivered));
        await RecordAsync(message, MessageStatus.Sent);
        Assert.Empty(await DueAsync(Now + Wait - TimeSpan.FromSeconds(1)));
        var due = Assert.Single(await DueAsync(Now + Wait));
        Assert.Equal((message.Notification.Id, 0, true), (due.Notification.Id, due.Step, due.IsDeadline));
        Assert.NotNull(due.Notification.Plan);

        var (next, sms) = NextOf(due.Notification);
        Assert.Equal(StepVerdict.Begun, await DecideAsync(due, next));

        Assert.Equal(MessageStatus.Sent, (await StoredAsync(message)).Status);
        Assert.Equal(MessageStatus.Queued, (await StoredAsync(sms)).Status);
        Assert.Empty(await DueAsync(Now.AddDays(1)));
    }

    [Theory]
    [InlineData(Until.Sent, MessageStatus.Sent)]
    [InlineData(Until.Delivered, MessageStatus.Delivered)]
    [InlineData(Until.Delivered, MessageStatus.Read)]
    [InlineData(Until.Read, MessageStatus.Read)]
    public async Task A_step_that_came_far_enough_is_the_last(Until until, MessageStatus status)
    {
        var message = await AcceptOwnedAsync(PlanOf(until));
        await RecordAsync(message, MessageStatus.Sent);
        if (status != MessageStatus.Sent) await HappenedAsync(message, status == MessageStatus.Read ? MessageEventKind.Read : MessageEventKind.Delivered);
        var due = Assert.Single(await DueAsync(Now + Wait));

        Assert.Equal(StepVerdict.NotNeeded, await DecideAsync(due, NextOf(due.Notification).Next));

        Assert.Empty(await DueAsync(Now.AddDays(1)));
        Assert.Single((await Log.GetNotificationAsync(Tenant, message.Notification.Id, Cancellation))!.Messages);
    }

    [Fact]
    public async Task Confirmation_ends_a_plan_that_waits_for_it()
    {
        var message = await AcceptOwnedAsync(PlanOf(Until.Confirmed));
        await RecordAsync(message, MessageStatus.Sent);
        await HappenedAsync(message, MessageEventKind.Confirmed);
        var due = Assert.Single(await DueAsync(Now + Wait));

        Assert.Equal(StepVerdict.NotNeeded, await DecideAsync(due, NextOf(due.Notification).Next));
    }

    [Fact]
    public async Task What_still_waits_of_a_step_whose_time_is_over_is_not_sent_any_more()
    {
        var notification = MakeNotification(plan: PlanOf(Until.Sent));
        await AcceptAsync(notification);
        var due = Assert.Single(await DueAsync(Now + Wait));

        Assert.Equal(StepVerdict.Begun, await DecideAsync(due, NextOf(due.Notification).Next));

        var first = await StoredAsync(notification.Messages[0]);
        Assert.Equal((MessageStatus.Cancelled, MessageReasons.Superseded), (first.Status, first.Reason));
        Assert.Empty((await ClaimAsync(notification.Messages[0].Lane, now: Now.AddDays(1))).Messages);
    }

    [Fact]
    public async Task A_message_that_is_being_sent_at_that_moment_is_waited_for()
    {
        var message = await AcceptOwnedAsync(PlanOf(Until.Sent));
        var due = Assert.Single(await DueAsync(Now + Wait));
        Assert.Equal(StepVerdict.Postponed, await DecideAsync(due, NextOf(due.Notification).Next));
        Assert.Empty(await DueAsync(Now + Wait));
        await RecordAsync(message, MessageStatus.Sent);

        var again = Assert.Single(await DueAsync(Now + Wait + TimeSpan.FromSeconds(1)));
        Assert.Equal(StepVerdict.NotNeeded, await DecideAsync(again, NextOf(again.Notification).Next));
    }

    [Fact]
    public async Task A_message_of_a_step_that_was_followed_does_not_wait_to_be_tried_again()
    {
        var notification = MakeNotification(plan: PlanOf(Until.Sent), messages: 2, owned: true);
        await AcceptAsync(notification);
        var (first, second) = (notification.Messages[0], notification.Messages[1]);
        await RecordAsync(first, MessageStatus.Failed);
        var (next, _) = NextOf(notification);
        var release = await RecordAsync(new OutcomeWrite { Message = second, At = Now, Status = MessageStatus.Queued, DueAt = Now.AddHours(3), Attempts = 1 });
        Assert.False(release.Cancelled);
        var claimed = Assert.Single((await ClaimAsync(second.Lane, now: Now.AddHours(3))).Messages);
        await Queue.RescueAsync([], Now, Cancellation);
        Assert.Equal(StepVerdict.Begun, await DecideAsync(Assert.Single(await DueAsync(Now + Wait)), next));

        Assert.Equal(second.Id, claimed.Id);
        var stored = await StoredAsync(second);
        Assert.Equal((MessageStatus.Cancelled, MessageReasons.Superseded), (stored.Status, stored.Reason));
    }

    [Fact]
    public async Task A_deadline_is_decided_once_however_many_look_at_it()
    {
        var notification = MakeNotification(plan: PlanOf(Until.Sent));
        await AcceptAsync(notification);
        var due = Assert.Single(await DueAsync(Now + Wait));

        var (first, second) = (NextOf(due.Notification).Next, NextOf(due.Notification).Next);
        Assert.Equal(StepVerdict.Begun, await DecideAsync(due, first));
        Assert.Equal(StepVerdict.NotNeeded, await DecideAsync(due, second));

        Assert.Equal(2, (await Log.GetNotificationAsync(Tenant, notification.Id, Cancellation))!.Messages.Count);
    }

    [Fact]
    public async Task An_unknown_outcome_is_never_followed()
    {
        var message = await AcceptOwnedAsync(PlanOf(Until.Sent));
        await RecordAsync(new OutcomeWrite { Message = message, At = Now, Status = MessageStatus.Failed, Reason = MessageReasons.OutcomeUnknown, Attempts = 1 });
        var due = Assert.Single(await DueAsync(Now + Wait));

        Assert.Equal(StepVerdict.NotNeeded, await DecideAsync(due, NextOf(due.Notification).Next));
    }

    [Fact]
    public async Task A_bounce_of_the_only_message_has_the_next_step_looked_at()
    {
        var message = await AcceptOwnedAsync(PlanOf(Until.Delivered));
        await RecordAsync(message, MessageStatus.Sent);
        await HappenedAsync(message, MessageEventKind.Bounced);

        var due = Assert.Single(await DueAsync(Now));
        Assert.False(due.IsDeadline);
        Assert.Equal(StepVerdict.Begun, await DecideAsync(due, NextOf(due.Notification).Next));

        // The deadline of the step that is over finds nothing to do.
        var deadline = Assert.Single(await DueAsync(Now + Wait));
        Assert.Equal(StepVerdict.NotNeeded, await DecideAsync(deadline, NextOf(deadline.Notification).Next));
    }

    [Fact]
    public async Task A_cancelled_notification_goes_on_to_no_step()
    {
        var notification = MakeNotification(plan: PlanOf(Until.Sent));
        await AcceptAsync(notification);
        await Queue.CancelAsync(Tenant, notification.Id, Now, Cancellation);
        var due = Assert.Single(await DueAsync(Now + Wait));

        Assert.Equal(StepVerdict.NotNeeded, await DecideAsync(due, NextOf(due.Notification).Next));
    }

    [Fact]
    public async Task A_step_that_began_has_a_deadline_of_its_own()
    {
        var notification = MakeNotification(plan: PlanOf(Until.Read));
        await AcceptAsync(notification);
        var due = Assert.Single(await DueAsync(Now + Wait));
        var (next, _) = NextOf(due.Notification);

        await DecideAsync(due, next with { Deadline = Now.AddHours(5) });

        var second = Assert.Single(await DueAsync(Now.AddHours(5)));
        Assert.Equal((1, true), (second.Step, second.IsDeadline));
    }

    internal static Plan PlanOf(Until until) => new(
    [
        new PlanStep([new PlanTarget(Channel.Email, "ada@example.org")], Wait, until),
        new PlanStep([new PlanTarget(Channel.Sms, "+1555")], Wait, until),
        new PlanStep([new PlanTarget(Channel.Voice, "+1555")]),
    ]);

    private (NextStep Next, OutboundMessage Message) NextOf(Notification notification)
    {
        var message = MakeMessage(notification, Channel.Sms, "+1555", step: 1);
        return (new NextStep(1, [message]), message);
    }

    private async Task<IReadOnlyList<DueStep>> DueAsync(DateTimeOffset now) => await Queue.DueStepsAsync(now, 100, Cancellation);

    private Task HappenedAsync(OutboundMessage message, MessageEventKind kind) => RecordAsync(new ReadingWrite
    {
        At = Now,
        Events = [new EventWrite { ProviderId = Ids.Next(), MessageId = message.Id, Kind = kind, At = Now }],
    });
}
