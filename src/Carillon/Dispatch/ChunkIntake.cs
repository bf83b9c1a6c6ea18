using System.Globalization;
using System.Text;
using System.Text.Json;
using Carillon.Contacts;
using Carillon.Storage;

namespace Carillon.Dispatch;

/// <summary>Accepts the chunks of batches.</summary>
internal sealed class ChunkIntake(
    NotificationBuilder builder, ContactDirectory contacts, AcceptCommit commit, KeysInFlight keys, TimeProvider time)
{
    public async ValueTask<IReadOnlyList<AcceptResult>> AcceptAsync(
        BatchOrder batch, IReadOnlyList<NotificationRequest> requests, CancellationToken cancellationToken)
    {
        var results = new AcceptResult[requests.Count];
        try
        {
            await AcceptOnceAsync(batch, requests, results, cancellationToken);
            await AddLateAsync(batch, requests, results, cancellationToken);
        }
        catch (StorageUnavailableException e)
        {
            FillEmpty(results, new AcceptResult.Unavailable(e.Message, AcceptCommit.RetryAfter));
        }

        return results;
    }

    private async ValueTask AcceptOnceAsync(
        BatchOrder batch, IReadOnlyList<NotificationRequest> requests, AcceptResult[] results, CancellationToken cancellationToken)
    {
        var chunk = new Chunk(batch, requests.Count);
        // Any item that brings its contact along may change it.
        using var turns = await contacts.TakeTurnsAsync(
            batch.Tenant, requests.Select(r => r.Recipient is { } recipient ? recipient.Id ?? r.RecipientId : null).OfType<string>());
        var isCommitted = false;
        try
        {
            await BuildAsync(batch, chunk, requests, results, cancellationToken);
            if (chunk.IsEmpty) return;
            var plain = chunk.Notifications.Count > 0 ? chunk.PlainWrite(time.GetUtcNow()) : null;
            AcceptWrite[] keyed = [.. chunk.Keyed.Select(k => chunk.KeyedWrite(k.Built, k.Key))];
            await commit.CommitAsync(plain is null ? keyed : [plain, .. keyed]);
            isCommitted = true;

            for (var i = 0; i < keyed.Length; i++)
                results[chunk.Keyed[i].Index] = commit.Settle(keyed[i], keyed[i].Notifications[0], keyed[i].Idempotency!.RequestHash);
            if (plain is not null) SettlePlain(chunk, plain, batch.Idempotency, results);
            else if (batch.IsNew && Array.Exists(results, r => r is AcceptResult.Accepted)) await MakeBatchAsync(batch);
        }
        catch when (!isCommitted)
        {
            foreach (var notification in chunk.All) commit.Unreserve(notification);
            throw;
        }
        finally
        {
            foreach (var item in chunk.Keyed) keys.Release(batch.Tenant, item.Key.Key);
        }
    }

    private async ValueTask BuildAsync(
        BatchOrder batch, Chunk chunk, IReadOnlyList<NotificationRequest> requests, AcceptResult[] results, CancellationToken cancellationToken)
    {
        for (var i = 0; i < requests.Count; i++)
        {
            var request = requests[i];
            if (request is { IdempotencyKey: not null, RequestHash: null })
                throw new ArgumentException("An item with an idempotency key needs its hash.", nameof(requests));

            var built = await builder.BuildAsync(batch.Tenant, request, batch.BatchId, chunk.Fresh, cancellationToken);
            if (built.Notification is null)
            {
                results[i] = new AcceptResult.Refused(built.Faults);
            }
            else if (request.IdempotencyKey is not { } ownKey)
            {
                chunk.Add(i, built);
            }
            else if (keys.TryTake(batch.Tenant, ownKey))
            {
                chunk.AddKeyed(i, built, new IdempotencyKey(ownKey, request.RequestHash!));
            }
            else
            {
                commit.Unreserve(built.Notification);
                results[i] = new AcceptResult.KeyInFlight();
            }
        }
    }

    private void SettlePlain(Chunk chunk, AcceptWrite plain, IdempotencyKey? idempotency, AcceptResult[] results)
    {
        if (plain.Failure is null && plain.Verdict == AcceptVerdict.Committed)
        {
            for (var i = 0; i < chunk.Notifications.Count; i++) results[chunk.Indexes[i]] = commit.Begin(chunk.Notifications[i]);
            return;
        }

        foreach (var notification in chunk.Notifications) commit.Unreserve(notification);
        if (plain.Failure is { } failure)
        {
            FillEmpty(results, new AcceptResult.Unavailable(failure.Message, AcceptCommit.RetryAfter));
            return;
        }

        if (AcceptCommit.Repeated(plain.Existing!, idempotency!.Value.RequestHash) is not AcceptResult.Replayed replayed)
        {
            FillEmpty(results, new AcceptResult.KeyReused());
            return;
        }

        using var answers = JsonDocument.Parse(replayed.Answer);
        foreach (var index in chunk.Indexes)
        {
            // An item that was refused the first time has no answer here: it may be good by now.
            if (answers.RootElement[index].ValueKind != JsonValueKind.Null)
                results[index] = new AcceptResult.Replayed(Encoding.UTF8.GetBytes(answers.RootElement[index].GetRawText()));
        }
    }

    /// <summary>
    /// The row of a batch whose first accepted items all have keys of their own. Made after them: were it made with them, a chunk of
    /// which nothing is accepted would make it, and the next chunk again.
    /// </summary>
    private ValueTask MakeBatchAsync(BatchOrder batch) => commit.CommitAsync(
        [new AcceptWrite { Tenant = batch.Tenant, At = time.GetUtcNow(), Notifications = [], NewBatchId = batch.BatchId }]);

    /// <summary>
    /// In a chunk that was sent again, items that were refused the first time and are good now: each is taken under a key of its own,
    /// so that a third time finds it.
    /// </summary>
    private async ValueTask AddLateAsync(
        BatchOrder batch, IReadOnlyList<NotificationRequest> requests, AcceptResult?[] results, CancellationToken cancellationToken)
    {
        for (var i = 0; i < results.Length; i++)
        {
            if (results[i] is not null) continue;
            var built = await builder.BuildAsync(batch.Tenant, requests[i], batch.BatchId, null, cancellationToken);
            if (built.Notification is null)
            {
                results[i] = new AcceptResult.Refused(built.Faults);
                continue;
            }

            var (chunkKey, hash) = batch.Idempotency!.Value;
            var key = new IdempotencyKey(string.Create(CultureInfo.InvariantCulture, $"{chunkKey}:late:{i}"), hash);
            results[i] = await commit.OneAsync(batch.Tenant, built, key, batch.WriteAnswer);
        }
    }

    private static void FillEmpty(AcceptResult?[] results, AcceptResult with)
    {
        for (var i = 0; i < results.Length; i++) results[i] ??= with;
    }
}
