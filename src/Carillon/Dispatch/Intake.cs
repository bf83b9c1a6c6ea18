using Carillon.Contacts;
using Carillon.Messages;
using Carillon.Quotas;
using Carillon.Storage;

namespace Carillon.Dispatch;

/// <summary>Takes notifications in: checks them, binds contact, template and plan, and answers once they are durably stored.</summary>
public sealed class Intake
{
    /// <summary>The most notifications that one batch may hold.</summary>
    public const int MaxBatch = 10_000;

    private readonly NotificationBuilder _builder;
    private readonly GroupCommitter _committer;
    private readonly CarillonOptions _options;
    private readonly TimeProvider _time;
    private readonly AcceptCommit _commit;
    private readonly QuotaGate _gate;
    private readonly ChunkIntake _chunks;
    private readonly KeysInFlight _keys = new();
    private volatile bool _closed;

    internal Intake(
        NotificationBuilder builder, ContactDirectory contacts, IQueueStore store, GroupCommitter committer, Dispatcher dispatcher, LaneScheduler lanes,
        CarillonOptions options, TimeProvider time)
    {
        _builder = builder;
        _committer = committer;
        _options = options;
        _time = time;
        _commit = new AcceptCommit(contacts, committer, dispatcher, lanes);
        _gate = new QuotaGate(store, _commit);
        _chunks = new ChunkIntake(builder, contacts, _commit, _gate, _keys, time);
    }

    /// <summary>Notifications that wait for their commit.</summary>
    public long Pending => _commit.Pending;

    /// <inheritdoc cref="AcceptAsync(TenantId, NotificationRequest, IdempotencyKey?, Func{Notification, byte[]}, RecipientQuota?, CancellationToken)"/>
    public ValueTask<AcceptResult> AcceptAsync(
        TenantId tenant, NotificationRequest request, IdempotencyKey? idempotency, Func<Notification, byte[]> writeAnswer,
        CancellationToken cancellationToken) => AcceptAsync(tenant, request, idempotency, writeAnswer, null, cancellationToken);

    /// <summary>Accepts one notification.</summary>
    /// <param name="writeAnswer">Makes the body to be kept with the idempotency key.</param>
    /// <param name="quota">The caps of its sender; null for none.</param>
    public async ValueTask<AcceptResult> AcceptAsync(
        TenantId tenant, NotificationRequest request, IdempotencyKey? idempotency, Func<Notification, byte[]> writeAnswer, RecipientQuota? quota,
        CancellationToken cancellationToken)
    {
        if (Refusal() is { } refusal) return refusal;
        if (idempotency is { } key && !_keys.TryTake(tenant, key.Key)) return new AcceptResult.KeyInFlight();
        try
        {
            var built = await _builder.BuildAsync(tenant, request, null, null, cancellationToken);
            if (built.Notification is null) return new AcceptResult.Refused(built.Faults);
            return await _gate.OneAsync(tenant, built, quota, idempotency, writeAnswer, cancellationToken);
        }
        catch (StorageUnavailableException e)
        {
            return new AcceptResult.Unavailable(e.Message, AcceptCommit.RetryAfter);
        }
        finally
        {
            if (idempotency is { } used) _keys.Release(tenant, used.Key);
        }
    }

    /// <inheritdoc cref="AcceptManyAsync(TenantId, IReadOnlyList{NotificationRequest}, Guid, bool, IdempotencyKey?, Func{Notification, byte[]}, RecipientQuota?, CancellationToken)"/>
    public ValueTask<IReadOnlyList<AcceptResult>> AcceptManyAsync(
        TenantId tenant, IReadOnlyList<NotificationRequest> requests, Guid batchId, bool newBatch, IdempotencyKey? idempotency,
        Func<Notification, byte[]> writeAnswer, CancellationToken cancellationToken) =>
        AcceptManyAsync(tenant, requests, batchId, newBatch, idempotency, writeAnswer, null, cancellationToken);

    /// <summary>
    /// Accepts the items of a batch, or of a chunk of one: one result each, in order. The good are accepted, the bad are refused.
    /// The chunk is one commit. <paramref name="idempotency"/> stands for it; items with a key of their own go by that.
    /// </summary>
    /// <param name="batchId">Their batch; <paramref name="newBatch"/> makes it with this chunk, if anything of it is accepted.</param>
    /// <param name="writeAnswer">Makes the body of one item's answer; the answers of a chunk are kept, in order, with its key.</param>
    /// <param name="quota">The caps of their sender; null for none. The first good items get the places that there are.</param>
    public async ValueTask<IReadOnlyList<AcceptResult>> AcceptManyAsync(
        TenantId tenant, IReadOnlyList<NotificationRequest> requests, Guid batchId, bool newBatch, IdempotencyKey? idempotency,
        Func<Notification, byte[]> writeAnswer, RecipientQuota? quota, CancellationToken cancellationToken)
    {
        if (Refusal() is { } refusal) return All(refusal);
        if (idempotency is { } key && !_keys.TryTake(tenant, key.Key)) return All(new AcceptResult.KeyInFlight());
        try
        {
            var batch = new BatchOrder(tenant, batchId, newBatch, idempotency, writeAnswer) { Quota = quota };
            return await _chunks.AcceptAsync(batch, requests, cancellationToken);
        }
        finally
        {
            if (idempotency is { } used) _keys.Release(tenant, used.Key);
        }

        AcceptResult[] All(AcceptResult result)
        {
            var results = new AcceptResult[requests.Count];
            Array.Fill(results, result);
            return results;
        }
    }

    /// <summary>The faults that accepting this request would find; nothing is stored.</summary>
    public async ValueTask<IReadOnlyList<FieldFault>> CheckAsync(TenantId tenant, NotificationRequest request, CancellationToken cancellationToken)
    {
        var built = await _builder.BuildAsync(tenant, request, null, null, cancellationToken);
        if (built.Notification is not null) _commit.Unreserve(built.Notification);
        built.Turn?.Dispose();
        return built.Faults;
    }

    /// <summary>Nothing is accepted any more; what is being accepted is waited for, until <paramref name="deadline"/>.</summary>
    internal async Task CloseAsync(DateTimeOffset deadline)
    {
        _closed = true;
        while (Pending > 0 && _time.GetUtcNow() < deadline) await Task.Delay(TimeSpan.FromMilliseconds(5), _time);
    }

    private AcceptResult.Unavailable? Refusal()
    {
        if (_closed) return new AcceptResult.Unavailable("The server is shutting down; send it again in a moment.", AcceptCommit.RetryAfter);
        var pending = _commit.Pending;
        if (pending >= _options.MaxPendingAccepts || _commit.PendingBytes >= _options.MaxPendingBytes)
        {
            return new AcceptResult.Unavailable(
                "More has been sent than the store can take at this moment; send it again, more slowly.", AcceptCommit.RetryAfter);
        }

        // While the store is in trouble one request at a time is let through, to see whether it still is.
        return pending > 0 && _committer.Trouble is { } trouble
            ? new AcceptResult.Unavailable($"The store cannot take it now ({trouble}); nothing was stored. Send it again later.", AcceptCommit.RetryAfter)
            : null;
    }
}
