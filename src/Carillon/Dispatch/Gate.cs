using Carillon.Messages;

namespace Carillon.Dispatch;

/// <summary>What is asked of a message before it is rendered. Answers are values; the trace keeps them.</summary>
internal readonly record struct GateAnswer(MessageStatus? Stop, string? Reason)
{
    public static GateAnswer Go => default;
}

/// <summary>Decides whether a due message may still go.</summary>
internal static class Gate
{
    /// <param name="hold">Asked, for its lane, what held or holds its messages; only for one that has waited long.</param>
    public static GateAnswer Check(OutboundMessage message, DateTimeOffset now, RetryPolicy retry, Func<LaneKey, DateTimeOffset, LaneHold?> hold)
    {
        if (message.Notification.ExpiresAt is { } expires && expires <= now)
            return new GateAnswer(MessageStatus.Expired, hold(message.Lane, now) is { } held && held.Until >= expires ? held.Reason : MessageReasons.Expired);
        // Its step's time is over: the next one begins in its place, so that nobody hears twice.
        if (message.StepDeadline is { } deadline && deadline <= now) return new GateAnswer(MessageStatus.Cancelled, MessageReasons.Superseded);
        return retry.IsTooOld(message, now) && retry.IsTooOld(message, now, hold(message.Lane, now)?.Until) ? new GateAnswer(MessageStatus.Failed, MessageReasons.RetriesExhausted) : GateAnswer.Go;
    }
}
