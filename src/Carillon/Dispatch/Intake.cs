using Carillon.Messages;

namespace Carillon.Dispatch;

/// <summary>Takes notifications in: checks them, binds contact, template and plan, and answers once they are durably stored.</summary>
public sealed class Intake
{
    /// <summary>The most notifications that one batch may hold.</summary>
    public const int MaxBatch = 10_000;

    /// <summary>Accepts one notification.</summary>
    /// <param name="writeAnswer">Makes the body to be kept with the idempotency key.</param>
    public ValueTask<AcceptResult> AcceptAsync(
        TenantId tenant,
        NotificationRequest request,
        IdempotencyKey? idempotency,
        Func<Notification, byte[]> writeAnswer,
        CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <summary>
    /// Accepts the items of a batch, or of a chunk of one: one result each, in order. The good are accepted, the bad are refused.
    /// A whole chunk is one commit. <paramref name="idempotency"/> stands for the chunk; items with a key of their own go by that.
    /// </summary>
    /// <param name="batchId">Their batch; <paramref name="newBatch"/> makes it with this chunk.</param>
    /// <param name="writeAnswer">Makes the body of one item's answer from its result and index; the answers of a chunk are kept, in order, with its key.</param>
    public ValueTask<IReadOnlyList<AcceptResult>> AcceptManyAsync(
        TenantId tenant,
        IReadOnlyList<NotificationRequest> requests,
        Guid batchId,
        bool newBatch,
        IdempotencyKey? idempotency,
        Func<Notification, byte[]> writeAnswer,
        CancellationToken cancellationToken) => throw new NotSupportedException();
}
