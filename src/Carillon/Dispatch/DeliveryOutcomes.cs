using Carillon.Messages;
using Carillon.Storage;

namespace Carillon.Dispatch;

/// <summary>What is recorded of a message that was on its way: sent, to be tried again, held, or ended. Each takes the trace with it.</summary>
internal sealed class DeliveryOutcomes(DeliveryServices services, DeliveryTrace trace)
{
    /// <summary>How long a message waits at least that could not be sent for want of the store.</summary>
    public static readonly TimeSpan NotSentRest = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan ShortestLook = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestLook = TimeSpan.FromMinutes(10);

    public OutcomeWrite Sent(OutboundMessage message, Guid provider, string? externalId, (decimal? Amount, string? Currency) cost, Guid? hash, int attempts, DateTimeOffset now) =>
        new()
        {
            Message = message,
            At = now,
            Status = MessageStatus.Sent,
            Attempts = attempts,
            ProviderId = provider,
            ExternalId = externalId,
            Cost = cost.Amount,
            Currency = cost.Currency,
            ContentHash = hash,
            Trace = trace.Take(),
            EraseSecretsAt = message.Notification.Secrets is null ? null : now,
        };

    /// <summary>Tried again, or at its end where it has had its chances.</summary>
    /// <param name="notBefore">The earliest that it may be; null for what the retry policy says.</param>
    /// <param name="early">When it comes back although its delay is not over; null for never.</param>
    public OutcomeWrite Retry(
        OutboundMessage message, int attempts, DateTimeOffset? notBefore, DateTimeOffset now, Guid? provider = null, DateTimeOffset? early = null)
    {
        var next = NextOf(message, attempts, notBefore, now);
        if (next is null) return Final(message, MessageStatus.Failed, MessageReasons.RetriesExhausted, attempts, now, provider);
        if (early < next) next = early < now ? now : early;

        trace.Next(MessageReasons.Retry, next.Value, now);
        return new OutcomeWrite
        {
            Message = message,
            At = now,
            Status = MessageStatus.Queued,
            Reason = MessageReasons.Retry,
            DueAt = next,
            Attempts = attempts,
            ProviderId = provider,
            Trace = trace.Take(),
        };
    }

    /// <summary>
    /// It only found out that a provider is out, or over a limit, for all: it keeps its place among those that wait. Its lane pauses until one can be asked
    /// again, and goes on at once when a limit is raised.
    /// </summary>
    public OutcomeWrite PutBack(OutboundMessage message, string reason, int attempts, DateTimeOffset? again, DateTimeOffset now)
    {
        if (attempts > message.Attempts && NextOf(message, attempts, null, now) is null)
            return Final(message, MessageStatus.Failed, MessageReasons.RetriesExhausted, attempts, now);
        trace.Next(reason, again, now);
        return new OutcomeWrite
        {
            Message = message,
            At = now,
            Status = MessageStatus.Queued,
            Reason = reason,
            DueAt = message.DueAt,
            Attempts = attempts,
            Trace = trace.Take(),
        };
    }

    /// <summary>
    /// It costs more than is left, and others of its lane may not: it waits by itself, and that was no attempt. That the budget was raised nobody tells it,
    /// so it looks now and then, after an eighth of the time that it has waited.
    /// </summary>
    public OutcomeWrite Hold(OutboundMessage message, DateTimeOffset? again, DateTimeOffset now)
    {
        var next = again is { } then && then > now ? then : now + NotSentRest;
        var look = (now - message.BegunAt) / 8;
        var latest = now + (look < ShortestLook ? ShortestLook : look > LongestLook ? LongestLook : look);
        if (next > latest) next = latest;
        trace.Next(MessageReasons.Limit, next, now);
        return new OutcomeWrite
        {
            Message = message,
            At = now,
            Status = MessageStatus.Held,
            Reason = MessageReasons.Limit,
            DueAt = next,
            Attempts = message.Attempts,
            Trace = trace.Take(),
        };
    }

    public OutcomeWrite Final(
        OutboundMessage message, MessageStatus status, string? reason, int attempts, DateTimeOffset now, Guid? provider = null, Guid? hash = null)
    {
        // Once unknown, never another try by another way: the next step of the plan would be one.
        var next = reason is MessageReasons.OutcomeUnknown || status is MessageStatus.Expired ? null : services.Plans.NextStep(message, now);
        return new OutcomeWrite
        {
            Message = message,
            At = now,
            Status = status,
            Reason = reason,
            Attempts = attempts,
            ProviderId = provider,
            ContentHash = hash,
            Trace = trace.Take(),
            Next = next,
            EraseSecretsAt = message.Notification.Secrets is null || next is not null ? null : now + services.Options.SecretRetention,
        };
    }

    /// <summary>When the retry policy has it tried again; null where it has had its chances.</summary>
    private DateTimeOffset? NextOf(OutboundMessage message, int attempts, DateTimeOffset? notBefore, DateTimeOffset now)
    {
        var policy = services.Options.RetryOf(message.Channel);
        var drawn = Random.Shared.NextDouble();
        return policy.Next(message, attempts, now, notBefore, drawn)
            ?? policy.Next(message, attempts, now, notBefore, drawn, services.HoldOf(message.Lane, now)?.Until);
    }
}
