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
    public static GateAnswer Check(OutboundMessage message, DateTimeOffset now, RetryPolicy retry)
    {
        if (message.Notification.ExpiresAt is { } expires && expires <= now) return new GateAnswer(MessageStatus.Expired, MessageReasons.Expired);
        // Its step's time is over: the next one begins in its place, so that nobody hears twice.
        if (message.StepDeadline is { } deadline && deadline <= now) return new GateAnswer(MessageStatus.Cancelled, MessageReasons.Superseded);
        return retry.IsTooOld(message, now) ? new GateAnswer(MessageStatus.Failed, MessageReasons.RetriesExhausted) : GateAnswer.Go;
    }
}
