using System.Globalization;
using System.Text;
using System.Text.Json;
using Carillon.Contacts;
using Carillon.Quotas;
using Carillon.Storage;

namespace Carillon.Dispatch;

/// <summary>Accepts the chunks of batches.</summary>
internal sealed class ChunkIntake(
    NotificationBuilder builder, ContactDirectory contacts, AcceptCommit commit, QuotaGate gate, KeysInFlight keys, TimeProvider time)
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
        var places = batch.Quota is null ? QuotaPlaces.Unbounded : await batch.Quota.TakeAsync(requests.Count, cancellationToken);
        try
        {
            var known = places.Count < requests.Count ? await KnownAsync(batch, requests, results, cancellationToken) : null;
            await BuildAsync(batch, chunk, requests, results, places, known, cancellationToken);
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
            if (batch.Quota is not null) places.Use(results.Count(r => r is AcceptResult.Accepted));
        }
    }

    private async ValueTask BuildAsync(
        BatchOrder batch, Chunk chunk, IReadOnlyList<NotificationRequest> requests, AcceptResult[] results, QuotaPlaces places, Known? known,
        CancellationToken cancellationToken)
    {
        for (var i = 0; i < requests.Count; i++)
        {
            var request = requests[i];
            if (results[i] is not null || (known?.Chunk is not null && request.IdempotencyKey is null)) continue;
            if (chunk.Count == places.Count)
            {
                results[i] = new AcceptResult.OverQuota(places.Refusal!);
                continue;
            }

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

    /// <summary>
    /// Where the caps leave less than is wanted: what was accepted before is answered by what stands in the store, and wants no place.
    /// </summary>
    private async ValueTask<Known> KnownAsync(
        BatchOrder batch, IReadOnlyList<NotificationRequest> requests, AcceptResult[] results, CancellationToken cancellationToken)
    {
        var own = requests.Select(r => r.IdempotencyKey).OfType<string>().ToList();
        string[] wanted = batch.Idempotency is { } key ? [key.Key, .. own] : [.. own];
        if (wanted.Length == 0) return new Known(null);
        var found = await gate.FindAsync(batch.Tenant, wanted, cancellationToken);
        for (var i = 0; i < results.Length; i++)
        {
            if (requests[i].IdempotencyKey is { } itemKey && found.TryGetValue(itemKey, out var item))
                results[i] = AcceptCommit.Repeated(item, requests[i].RequestHash!);
        }

        var chunk = batch.Idempotency is { } chunkKey ? found.GetValueOrDefault(chunkKey.Key) : null;
        if (chunk is not null) Repeat(Enumerable.Range(0, requests.Count).Where(i => requests[i].IdempotencyKey is null), chunk, batch.Idempotency!.Value, results);
        return new Known(chunk);
    }

    /// <param name="Chunk">What the chunk's own key stands for already.</param>
    private sealed record Known(IdempotencyRecord? Chunk);

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

        Repeat(chunk.Indexes, plain.Existing!, idempotency!.Value, results);
    }

    /// <summary>Answers the items without keys of their own as they were answered before.</summary>
    private static void Repeat(IEnumerable<int> indexes, IdempotencyRecord existing, IdempotencyKey idempotency, AcceptResult[] results)
    {
        if (AcceptCommit.Repeated(existing, idempotency.RequestHash) is not AcceptResult.Replayed replayed)
        {
            foreach (var index in indexes) results[index] = new AcceptResult.KeyReused();
            return;
        }

        using var answers = JsonDocument.Parse(replayed.Answer);
        foreach (var index in indexes)
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
            results[i] = await gate.OneAsync(batch.Tenant, built, batch.Quota, key, batch.WriteAnswer, cancellationToken);
        }
    }

    private static void FillEmpty(AcceptResult?[] results, AcceptResult with)
    {
        for (var i = 0; i < results.Length; i++) results[i] ??= with;
    }
}
