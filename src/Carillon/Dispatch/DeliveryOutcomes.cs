using Carillon.Messages;
using Carillon.Storage;

namespace Carillon.Dispatch;

/// <summary>What is recorded of a message that was on its way: sent, to be tried again, held, or ended. Each takes the trace with it.</summary>
internal sealed class DeliveryOutcomes(DeliveryServices services, DeliveryTrace trace)
{
    /// <summary>How long a message waits at least that could not be sent for want of the store.</summary>
    public static readonly TimeSpan NotSentRest = TimeSpan.FromSeconds(1);

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
    /// <param name="sample">In [0, 1): where between none and all of its delay it comes back; null for at random.</param>
    public OutcomeWrite Retry(
        OutboundMessage message, int attempts, DateTimeOffset? notBefore, DateTimeOffset now, Guid? provider = null, double? sample = null)
    {
        var policy = services.Options.RetryOf(message.Channel);
        var drawn = sample ?? Random.Shared.NextDouble();
        var next = policy.Next(message, attempts, now, notBefore, drawn)
            ?? policy.Next(message, attempts, now, notBefore, drawn, services.HoldOf(message.Lane, now)?.Until);
        if (next is null) return Final(message, MessageStatus.Failed, MessageReasons.RetriesExhausted, attempts, now, provider);

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
    /// It only found out that a provider is out, for all: that is no attempt, and it keeps its place among those that wait. Its lane pauses until one can
    /// be asked again.
    /// </summary>
    public OutcomeWrite PutBack(OutboundMessage message, DateTimeOffset? again, DateTimeOffset now)
    {
        trace.Next(MessageReasons.Retry, again, now);
        return new OutcomeWrite
        {
            Message = message,
            At = now,
            Status = MessageStatus.Queued,
            Reason = MessageReasons.Retry,
            DueAt = message.DueAt,
            Attempts = message.Attempts,
            Trace = trace.Take(),
        };
    }

    /// <summary>Waits for a limit: that was no attempt.</summary>
    public OutcomeWrite Hold(OutboundMessage message, DateTimeOffset? again, DateTimeOffset now)
    {
        var next = again is { } then && then > now ? then : now + NotSentRest;
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
}
