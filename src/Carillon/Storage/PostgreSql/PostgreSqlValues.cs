using System.Buffers.Binary;
using System.Text;
using Carillon.Messages;

namespace Carillon.Storage.PostgreSql;

/// <summary>How values stand in rows: times as milliseconds since 1970, ids as uuid, which PostgreSQL and .NET order alike.</summary>
internal static class PostgreSqlValues
{
    private static readonly TimeSpan Skew = TimeSpan.FromDays(1);

    public static long ToStored(this DateTimeOffset time) => time.ToUnixTimeMilliseconds();

    public static long? ToStored(this DateTimeOffset? time) => time?.ToUnixTimeMilliseconds();

    public static DateTimeOffset ToTime(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    public static DateTimeOffset? ToTime(long? milliseconds) => milliseconds is { } some ? ToTime(some) : null;

    /// <summary>The least id of a time: all that are made later are greater.</summary>
    public static Guid FirstId(DateTimeOffset time)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        BinaryPrimitives.WriteInt64BigEndian(bytes, Math.Max(0, time.ToUnixTimeMilliseconds()) << 16);
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>
    /// A bound below the ids of a notification's messages, so that older months are not looked at. They are made after it, but a later
    /// step perhaps by a node whose clock is behind.
    /// </summary>
    public static Guid Since(Guid notification)
    {
        Span<byte> bytes = stackalloc byte[16];
        notification.TryWriteBytes(bytes, bigEndian: true, out _);
        var milliseconds = BinaryPrimitives.ReadInt64BigEndian(bytes) >>> 16;
        return FirstId(DateTimeOffset.UnixEpoch.AddMilliseconds(Math.Min(milliseconds, 1L << 46)) - Skew);
    }

    /// <summary>Under which a message is found by its gateway's id. Stored, so that it never changes: FNV-1a over tenant, provider and id.</summary>
    public static long ExternalHash(TenantId tenant, Guid provider, string id)
    {
        const ulong basis = 14695981039346656037;
        Span<byte> head = stackalloc byte[20];
        BinaryPrimitives.WriteInt32BigEndian(head, tenant.Value);
        provider.TryWriteBytes(head[4..], bigEndian: true, out _);
        return (long)Add(Add(basis, head), Encoding.UTF8.GetBytes(id));
    }

    private static ulong Add(ulong hash, ReadOnlySpan<byte> bytes)
    {
        const ulong prime = 1099511628211;
        foreach (var b in bytes) hash = (hash ^ b) * prime;
        return hash;
    }
}
