using Carillon.Messages;
using Carillon.Storage;

namespace Carillon.Dispatch;

/// <summary>Makes the messages of a plan's steps.</summary>
internal sealed class PlanStepper(IdGenerator ids, LaneScheduler lanes)
{
    /// <summary>Null when the plan has no further step. Room is reserved for messages that are marked as owned.</summary>
    public NextStep? NextStep(OutboundMessage failed, DateTimeOffset now) => NextStep(failed.Notification, failed.Step, now);

    public NextStep? NextStep(Notification notification, int step, DateTimeOffset now)
    {
        var number = step + 1;
        if (notification.Plan is not { } plan || plan.Steps.Count <= number) return null;
        return new NextStep(
            number, [.. plan.Steps[number].Targets.Select(t => Make(notification, t, number, now))], plan.DeadlineOf(number, now));
    }

    public OutboundMessage Make(Notification notification, PlanTarget target, int step, DateTimeOffset now)
    {
        var message = new OutboundMessage
        {
            Notification = notification,
            Id = ids.Next(),
            Channel = target.Channel,
            Address = target.Address,
            Step = step,
            CreatedAt = now,
            DueAt = step == 0 && notification.ScheduledAt is { } scheduled && scheduled > now ? scheduled : now,
        };
        message.IsOwned = message.DueAt <= now && lanes.TryReserve(message);
        return message;
    }
}
