using System.Security.Cryptography;
using Carillon.Contacts;
using Carillon.Messages;
using Carillon.Storage;

namespace Carillon.Dispatch;

/// <summary>Brings what was built into the store and then on its way, and knows how much waits for that. Thread-safe.</summary>
internal sealed class AcceptCommit(ContactDirectory contacts, GroupCommitter committer, Dispatcher dispatcher, LaneScheduler lanes)
{
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private long _pending;
    private long _pendingBytes;

    /// <summary>Notifications that wait for their commit.</summary>
    public long Pending => Interlocked.Read(ref _pending);

    public long PendingBytes => Interlocked.Read(ref _pendingBytes);

    /// <summary>What the write of one notification is. The contact is given apart: within a chunk it may have changed since.</summary>
    public static AcceptWrite WriteOf(
        TenantId tenant, BuiltNotification built, Contact? contact, IdempotencyKey? idempotency, Func<Notification, byte[]> writeAnswer) => new()
        {
            Tenant = tenant,
            At = built.Notification!.CreatedAt,
            Idempotency = idempotency is { } key ? new IdempotencyRecord(key.Key, key.RequestHash, writeAnswer(built.Notification)) : null,
            Notifications = [built.Notification],
            Contacts = contact is null ? [] : [contact],
            Blobs = built.Blobs,
        };

    /// <summary>Commits one notification and ends the turn of its contact.</summary>
    public async ValueTask<AcceptResult> OneAsync(
        TenantId tenant, BuiltNotification built, IdempotencyKey? idempotency, Func<Notification, byte[]> writeAnswer)
    {
        var notification = built.Notification!;
        try
        {
            var write = WriteOf(tenant, built, built.ChangedContact, idempotency, writeAnswer);
            await CommitAsync([write]);
            return Settle(write, notification, idempotency?.RequestHash);
        }
        catch
        {
            Unreserve(notification);
            throw;
        }
        finally
        {
            built.Turn?.Dispose();
        }
    }

    /// <summary>Returns when each write is durable or has its verdict; throws <see cref="StorageUnavailableException"/> when nothing was stored.</summary>
    public async ValueTask CommitAsync(IReadOnlyList<AcceptWrite> writes)
    {
        long bytes = 0, count = 0;
        foreach (var write in writes)
        {
            count += write.Notifications.Count;
            foreach (var notification in write.Notifications) bytes += notification.Size + NotificationSize.OfAttachments(notification);
        }

        Interlocked.Add(ref _pending, count);
        Interlocked.Add(ref _pendingBytes, bytes);
        try
        {
            await committer.AcceptAsync(writes);
        }
        finally
        {
            Interlocked.Add(ref _pending, -count);
            Interlocked.Add(ref _pendingBytes, -bytes);
            foreach (var write in writes)
            {
                foreach (var contact in write.Contacts) contacts.Forget(contact.Tenant, contact.Id);
            }
        }
    }

    /// <summary>What a committed write of one notification means to its caller. What was stored begins its way.</summary>
    public AcceptResult Settle(AcceptWrite write, Notification notification, byte[]? requestHash)
    {
        if (write.Failure is null && write.Verdict == AcceptVerdict.Committed) return Begin(notification);
        Unreserve(notification);
        return write.Failure is { } failure ? new AcceptResult.Unavailable(failure.Message, RetryAfter) : Repeated(write.Existing!, requestHash!);
    }

    public AcceptResult Begin(Notification notification)
    {
        dispatcher.Committed(notification.Messages);
        return new AcceptResult.Accepted(notification);
    }

    public static AcceptResult Repeated(IdempotencyRecord existing, byte[] requestHash) =>
        CryptographicOperations.FixedTimeEquals(existing.RequestHash, requestHash)
            ? new AcceptResult.Replayed(existing.Answer)
            : new AcceptResult.KeyReused();

    public void Unreserve(Notification notification)
    {
        foreach (var message in notification.Messages)
        {
            if (message.IsOwned) lanes.Unreserve(message);
        }
    }
}
