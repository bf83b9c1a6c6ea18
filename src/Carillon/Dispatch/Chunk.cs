using System.Buffers;
using System.Text.Json;
using Carillon.Contacts;
using Carillon.Messages;
using Carillon.Quotas;
using Carillon.Storage;

namespace Carillon.Dispatch;

/// <summary>What the items of a chunk have in common.</summary>
/// <param name="IsNew">The batch has yet to be made.</param>
/// <param name="Idempotency">Of the chunk.</param>
internal sealed record BatchOrder(
    TenantId Tenant, Guid BatchId, bool IsNew, IdempotencyKey? Idempotency, Func<Notification, byte[]> WriteAnswer)
{
    /// <summary>The caps of the sender; null for none.</summary>
    public RecipientQuota? Quota { get; init; }
}

/// <summary>What a chunk of a batch comes to: the items without a key of their own in one write, each of the others in its own.</summary>
internal sealed class Chunk(BatchOrder batch, int items)
{
    private readonly List<Contact> _contacts = [];
    private readonly List<Blob> _blobs = [];

    /// <summary>The places of <see cref="Notifications"/> in the chunk.</summary>
    public List<int> Indexes { get; } = new(items);

    public List<Notification> Notifications { get; } = new(items);

    public List<(int Index, BuiltNotification Built, IdempotencyKey Key)> Keyed { get; } = [];

    /// <summary>
    /// Contacts as the good items so far leave them; none of it is stored yet. Each write holds those that its items rely on, as the
    /// whole chunk leaves them, so that neither the order of the writes nor the failure of one takes anything from another.
    /// </summary>
    public Dictionary<string, Contact> Fresh { get; } = new(StringComparer.Ordinal);

    public int Count => Notifications.Count + Keyed.Count;

    public bool IsEmpty => Count == 0;

    public IEnumerable<Notification> All => Notifications.Concat(Keyed.Select(k => k.Built.Notification!));

    public void Add(int index, BuiltNotification built)
    {
        Indexes.Add(index);
        Notifications.Add(built.Notification!);
        _blobs.AddRange(built.Blobs);
        if (built.ChangedContact is not { } contact) return;
        _contacts.Add(contact);
        Fresh[contact.Id] = contact;
    }

    public void AddKeyed(int index, BuiltNotification built, IdempotencyKey key)
    {
        Keyed.Add((index, built, key));
        if (built.ChangedContact is { } contact) Fresh[contact.Id] = contact;
    }

    public AcceptWrite PlainWrite(DateTimeOffset at) => new()
    {
        Tenant = batch.Tenant,
        At = at,
        Idempotency = batch.Idempotency is { } key ? new IdempotencyRecord(key.Key, key.RequestHash, Answers()) : null,
        Notifications = Notifications,
        Contacts = [.. _contacts.Select(c => c.Id).Distinct(StringComparer.Ordinal).Select(id => Fresh[id])],
        Blobs = _blobs,
        NewBatchId = batch.IsNew ? batch.BatchId : null,
    };

    public AcceptWrite KeyedWrite(BuiltNotification built, IdempotencyKey key) =>
        AcceptCommit.WriteOf(batch.Tenant, built, built.ChangedContact is { } contact ? Fresh[contact.Id] : null, key, batch.WriteAnswer);

    /// <summary>One JSON array with an answer for each item; null for those that were refused or have a key of their own.</summary>
    private byte[] Answers()
    {
        var buffer = new ArrayBufferWriter<byte>(items * 160);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartArray();
        var next = 0;
        for (var i = 0; i < items; i++)
        {
            if (next < Indexes.Count && Indexes[next] == i) json.WriteRawValue(batch.WriteAnswer(Notifications[next++]), skipInputValidation: true);
            else json.WriteNullValue();
        }

        json.WriteEndArray();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }
}
