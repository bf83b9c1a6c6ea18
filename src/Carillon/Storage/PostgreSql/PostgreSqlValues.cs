using System.Buffers.Binary;
using System.Text;

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

    /// <summary>
    /// Where an id stands among all, as a number: 43 bits of milliseconds, the 12 bits of the counter, 8 of the random ones. Ids that share
    /// a place are rare, and stand side by side.
    /// </summary>
    public static long PlaceOf(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        var (high, low) = (BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));
        return (long)(((high >> 16) & ((1UL << 43) - 1)) << 20 | (high & 0xFFF) << 8 | ((low >> 54) & 0xFF));
    }

    /// <summary>The least UUIDv7 of a place.</summary>
    public static Guid FirstIdOf(long place)
    {
        Span<byte> bytes = stackalloc byte[16];
        var bits = (ulong)place;
        BinaryPrimitives.WriteUInt64BigEndian(bytes, (bits >> 20) << 16 | 0x7000 | ((bits >> 8) & 0xFFF));
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], 1UL << 63 | (bits & 0xFF) << 54);
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>Under which a message is found by its gateway's id. Stored, so that it never changes: FNV-1a over provider and id.</summary>
    public static long ExternalHash(Guid provider, string id)
    {
        const ulong basis = 14695981039346656037;
        Span<byte> head = stackalloc byte[16];
        provider.TryWriteBytes(head, bigEndian: true, out _);
        return (long)Add(Add(basis, head), Encoding.UTF8.GetBytes(id));
    }

    private static ulong Add(ulong hash, ReadOnlySpan<byte> bytes)
    {
        const ulong prime = 1099511628211;
        foreach (var b in bytes) hash = (hash ^ b) * prime;
        return hash;
    }
}
