using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Carillon.Contacts;
using Carillon.Messages;
using Carillon.Storage;

namespace Carillon.Dispatch;

/// <summary>Takes notifications in: checks them, binds contact, template and plan, and answers once they are durably stored.</summary>
public sealed class Intake
{
    /// <summary>The most notifications that one batch may hold.</summary>
    public const int MaxBatch = 10_000;

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly NotificationBuilder _builder;
    private readonly ContactDirectory _contacts;
    private readonly GroupCommitter _committer;
    private readonly Dispatcher _dispatcher;
    private readonly LaneScheduler _lanes;
    private readonly CarillonOptions _options;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<(TenantId, string), bool> _keysInFlight = new();
    private long _pending;
    private long _pendingBytes;
    private volatile bool _closed;

    internal Intake(
        NotificationBuilder builder, ContactDirectory contacts, GroupCommitter committer, Dispatcher dispatcher, LaneScheduler lanes,
        CarillonOptions options, TimeProvider time)
    {
        _builder = builder;
        _contacts = contacts;
        _committer = committer;
        _dispatcher = dispatcher;
        _lanes = lanes;
        _options = options;
        _time = time;
    }

    /// <summary>Notifications that wait for their commit.</summary>
    public long Pending => Interlocked.Read(ref _pending);

    /// <summary>Accepts one notification.</summary>
    /// <param name="writeAnswer">Makes the body to be kept with the idempotency key.</param>
    public async ValueTask<AcceptResult> AcceptAsync(
        TenantId tenant, NotificationRequest request, IdempotencyKey? idempotency, Func<Notification, byte[]> writeAnswer,
        CancellationToken cancellationToken)
    {
        if (Refusal() is { } refusal) return refusal;
        if (idempotency is { } key && !_keysInFlight.TryAdd((tenant, key.Key), true)) return new AcceptResult.KeyInFlight();
        try
        {
            var built = await _builder.BuildAsync(tenant, request, null, null, cancellationToken);
            if (built.Notification is null) return new AcceptResult.Refused(built.Faults);
            return await CommitOneAsync(WriteOf(tenant, built, idempotency, writeAnswer), built, idempotency?.RequestHash);
        }
        catch (StorageUnavailableException e)
        {
            return new AcceptResult.Unavailable(e.Message, RetryAfter);
        }
        finally
        {
            if (idempotency is { } used) _keysInFlight.TryRemove((tenant, used.Key), out _);
        }
    }

    /// <summary>
    /// Accepts the items of a batch, or of a chunk of one: one result each, in order. The good are accepted, the bad are refused.
    /// The chunk is one commit. <paramref name="idempotency"/> stands for it; items with a key of their own go by that.
    /// </summary>
    /// <param name="batchId">Their batch; <paramref name="newBatch"/> makes it with this chunk.</param>
    /// <param name="writeAnswer">Makes the body of one item's answer; the answers of a chunk are kept, in order, with its key.</param>
    public async ValueTask<IReadOnlyList<AcceptResult>> AcceptManyAsync(
        TenantId tenant, IReadOnlyList<NotificationRequest> requests, Guid batchId, bool newBatch, IdempotencyKey? idempotency,
        Func<Notification, byte[]> writeAnswer, CancellationToken cancellationToken)
    {
        var results = new AcceptResult[requests.Count];
        if (Refusal() is { } refusal)
        {
            Array.Fill(results, refusal);
            return results;
        }

        if (idempotency is { } key && !_keysInFlight.TryAdd((tenant, key.Key), true))
        {
            Array.Fill(results, new AcceptResult.KeyInFlight());
            return results;
        }

        var chunk = new Chunk(tenant, requests.Count);
        try
        {
            await BuildAsync(chunk, requests, batchId, results, writeAnswer, cancellationToken);
            await CommitAsync(chunk, newBatch ? batchId : null, idempotency, writeAnswer, results);
            await AddLateAsync(tenant, requests, batchId, idempotency, writeAnswer, results, cancellationToken);
        }
        catch (Exception e)
        {
            Unreserve(chunk);
            if (e is not StorageUnavailableException) throw;
            FillEmpty(results, new AcceptResult.Unavailable(e.Message, RetryAfter));
        }
        finally
        {
            if (idempotency is { } used) _keysInFlight.TryRemove((tenant, used.Key), out _);
            foreach (var item in chunk.Keyed) _keysInFlight.TryRemove((tenant, item.Write.Idempotency!.Key), out _);
        }

        return results;
    }

    /// <summary>The faults that accepting this request would find; nothing is stored.</summary>
    public async ValueTask<IReadOnlyList<FieldFault>> CheckAsync(TenantId tenant, NotificationRequest request, CancellationToken cancellationToken)
    {
        var built = await _builder.BuildAsync(tenant, request, null, null, cancellationToken);
        if (built.Notification is not null) Unreserve(built.Notification);
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
        if (_closed) return new AcceptResult.Unavailable("The server is shutting down; send it again in a moment.", RetryAfter);
        var pending = Interlocked.Read(ref _pending);
        if (pending >= _options.MaxPendingAccepts || Interlocked.Read(ref _pendingBytes) >= _options.MaxPendingBytes)
            return new AcceptResult.Unavailable("More has been sent than the store can take at this moment; send it again, more slowly.", RetryAfter);
        // While the store is in trouble one request at a time is let through, to see whether it still is.
        return pending > 0 && _committer.Trouble is { } trouble
            ? new AcceptResult.Unavailable($"The store cannot take it now ({trouble}); nothing was stored. Send it again later.", RetryAfter)
            : null;
    }

    private AcceptWrite WriteOf(
        TenantId tenant, BuiltNotification built, IdempotencyKey? idempotency, Func<Notification, byte[]> writeAnswer) => new()
        {
            Tenant = tenant,
            At = built.Notification!.CreatedAt,
            Idempotency = idempotency is { } key ? new IdempotencyRecord(key.Key, key.RequestHash, writeAnswer(built.Notification)) : null,
            Notifications = [built.Notification],
            Contacts = built.ChangedContact is null ? [] : [built.ChangedContact],
            Blobs = built.Blobs,
        };

    private async ValueTask<AcceptResult> CommitOneAsync(AcceptWrite write, BuiltNotification built, byte[]? requestHash)
    {
        var notification = built.Notification!;
        var bytes = SizeOf(notification);
        Interlocked.Increment(ref _pending);
        Interlocked.Add(ref _pendingBytes, bytes);
        try
        {
            await _committer.AcceptAsync(write);
        }
        catch
        {
            Unreserve(notification);
            throw;
        }
        finally
        {
            Interlocked.Decrement(ref _pending);
            Interlocked.Add(ref _pendingBytes, -bytes);
        }

        return Settle(write, notification, requestHash);
    }

    private AcceptResult Settle(AcceptWrite write, Notification notification, byte[]? requestHash)
    {
        if (write.Failure is { } failure)
        {
            Unreserve(notification);
            return new AcceptResult.Unavailable(failure.Message, RetryAfter);
        }

        if (write.Verdict == AcceptVerdict.KeyExists)
        {
            Unreserve(notification);
            return Repeated(write.Existing!, requestHash!);
        }

        foreach (var contact in write.Contacts) _contacts.Stored(contact);
        _dispatcher.Committed(notification.Messages);
        return new AcceptResult.Accepted(notification);
    }

    private static AcceptResult Repeated(IdempotencyRecord existing, byte[] requestHash) =>
        CryptographicOperations.FixedTimeEquals(existing.RequestHash, requestHash)
            ? new AcceptResult.Replayed(existing.Answer)
            : new AcceptResult.KeyReused();

    private async ValueTask BuildAsync(
        Chunk chunk, IReadOnlyList<NotificationRequest> requests, Guid batchId, AcceptResult[] results, Func<Notification, byte[]> writeAnswer,
        CancellationToken cancellationToken)
    {
        for (var i = 0; i < requests.Count; i++)
        {
            var request = requests[i];
            var built = await _builder.BuildAsync(chunk.Tenant, request, batchId, chunk.Fresh, cancellationToken);
            if (built.Notification is null)
            {
                results[i] = new AcceptResult.Refused(built.Faults);
            }
            else if (request.IdempotencyKey is { } ownKey)
            {
                if (!_keysInFlight.TryAdd((chunk.Tenant, ownKey), true))
                {
                    Unreserve(built.Notification);
                    results[i] = new AcceptResult.KeyInFlight();
                    continue;
                }

                var hash = request.RequestHash ?? throw new ArgumentException("An item with an idempotency key needs its hash.", nameof(requests));
                chunk.Keyed.Add((i, WriteOf(chunk.Tenant, built, new IdempotencyKey(ownKey, hash), writeAnswer)));
            }
            else
            {
                chunk.Add(i, built);
            }
        }
    }

    private async ValueTask CommitAsync(
        Chunk chunk, Guid? newBatchId, IdempotencyKey? idempotency, Func<Notification, byte[]> writeAnswer, AcceptResult[] results)
    {
        var plain = new AcceptWrite
        {
            Tenant = chunk.Tenant,
            At = _time.GetUtcNow(),
            Idempotency = idempotency is { } key && chunk.Notifications.Count > 0
                ? new IdempotencyRecord(key.Key, key.RequestHash, AnswersOf(chunk, results.Length, writeAnswer))
                : null,
            Notifications = chunk.Notifications,
            Contacts = chunk.Contacts,
            Blobs = chunk.Blobs,
            NewBatchId = newBatchId,
        };
        AcceptWrite[] writes = [plain, .. chunk.Keyed.Select(k => k.Write)];
        var bytes = writes.Sum(w => w.Notifications.Sum(SizeOf));
        var count = writes.Sum(w => w.Notifications.Count);
        Interlocked.Add(ref _pending, count);
        Interlocked.Add(ref _pendingBytes, bytes);
        try
        {
            await _committer.AcceptAsync(writes);
        }
        finally
        {
            Interlocked.Add(ref _pending, -count);
            Interlocked.Add(ref _pendingBytes, -bytes);
        }

        foreach (var (index, write) in chunk.Keyed)
            results[index] = Settle(write, write.Notifications[0], write.Idempotency!.RequestHash);
        SettlePlain(chunk, plain, idempotency, results);
    }

    private void SettlePlain(Chunk chunk, AcceptWrite plain, IdempotencyKey? idempotency, AcceptResult[] results)
    {
        if (plain.Failure is not null || plain.Verdict == AcceptVerdict.KeyExists)
        {
            foreach (var notification in chunk.Notifications) Unreserve(notification);
            if (plain.Failure is { } failure)
            {
                FillEmpty(results, new AcceptResult.Unavailable(failure.Message, RetryAfter));
                return;
            }

            if (Repeated(plain.Existing!, idempotency!.Value.RequestHash) is not AcceptResult.Replayed replayed)
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

            return;
        }

        foreach (var contact in chunk.Contacts) _contacts.Stored(contact);
        for (var i = 0; i < chunk.Notifications.Count; i++)
        {
            results[chunk.Indexes[i]] = new AcceptResult.Accepted(chunk.Notifications[i]);
            _dispatcher.Committed(chunk.Notifications[i].Messages);
        }
    }

    /// <summary>
    /// In a chunk that was sent again, items that were refused the first time and are good now: each is taken under a key of its own,
    /// so that a third time finds it.
    /// </summary>
    private async ValueTask AddLateAsync(
        TenantId tenant, IReadOnlyList<NotificationRequest> requests, Guid batchId, IdempotencyKey? idempotency,
        Func<Notification, byte[]> writeAnswer, AcceptResult?[] results, CancellationToken cancellationToken)
    {
        for (var i = 0; i < results.Length; i++)
        {
            if (results[i] is not null) continue;
            var built = await _builder.BuildAsync(tenant, requests[i], batchId, null, cancellationToken);
            if (built.Notification is null)
            {
                results[i] = new AcceptResult.Refused(built.Faults);
                continue;
            }

            var key = new IdempotencyKey(string.Create(CultureInfo.InvariantCulture, $"{idempotency!.Value.Key}:late:{i}"), idempotency.Value.RequestHash);
            results[i] = await CommitOneAsync(WriteOf(tenant, built, key, writeAnswer), built, key.RequestHash);
        }
    }

    /// <summary>One JSON array with an answer for each item; null for those that were refused or have a key of their own.</summary>
    private static byte[] AnswersOf(Chunk chunk, int items, Func<Notification, byte[]> writeAnswer)
    {
        var buffer = new ArrayBufferWriter<byte>(items * 160);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartArray();
        var next = 0;
        for (var i = 0; i < items; i++)
        {
            if (next < chunk.Indexes.Count && chunk.Indexes[next] == i) json.WriteRawValue(writeAnswer(chunk.Notifications[next++]), skipInputValidation: true);
            else json.WriteNullValue();
        }

        json.WriteEndArray();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private void Unreserve(Chunk chunk)
    {
        foreach (var notification in chunk.Notifications) Unreserve(notification);
        foreach (var (_, write) in chunk.Keyed) Unreserve(write.Notifications[0]);
    }

    private void Unreserve(Notification notification)
    {
        foreach (var message in notification.Messages)
        {
            if (message.IsOwned) _lanes.Unreserve(message);
        }
    }

    private static void FillEmpty(AcceptResult?[] results, AcceptResult with)
    {
        for (var i = 0; i < results.Length; i++) results[i] ??= with;
    }

    private static long SizeOf(Notification notification) =>
        1024 + notification.Variables.Length
        + (2L * ((notification.Details?.Content?.Text?.Length ?? 0) + (notification.Details?.Content?.Html?.Length ?? 0)));

    /// <summary>What a chunk of a batch comes to: the items without a key of their own in one write, each of the others in its own.</summary>
    private sealed class Chunk(TenantId tenant, int capacity)
    {
        public TenantId Tenant { get; } = tenant;

        public List<int> Indexes { get; } = new(capacity);

        public List<Notification> Notifications { get; } = new(capacity);

        public List<Contact> Contacts { get; } = [];

        public List<Blob> Blobs { get; } = [];

        public List<(int Index, AcceptWrite Write)> Keyed { get; } = [];

        public Dictionary<string, Contact> Fresh { get; } = new(StringComparer.Ordinal);

        public void Add(int index, BuiltNotification built)
        {
            Indexes.Add(index);
            Notifications.Add(built.Notification!);
            if (built.ChangedContact is not null) Contacts.Add(built.ChangedContact);
            Blobs.AddRange(built.Blobs);
        }
    }
}
