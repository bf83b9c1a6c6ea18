using System.Text;
using Carillon.Messages;

namespace Carillon.Storage.Sqlite;

/// <summary>The hashes under which a message is found (see <c>message_key</c>). They are stored, so that they never change: FNV-1a, folded to 32 bits.</summary>
internal static class MessageKey
{
    private const ulong Basis = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    public static int OfTenant(TenantId tenant) => Fold(Start('t', tenant));

    public static int OfAddress(TenantId tenant, string address) => Fold(Add(Start('a', tenant), address));

    public static int OfContact(TenantId tenant, string contact) => Fold(Add(Start('c', tenant), contact));

    public static int OfRelated(TenantId tenant, string type, string id) => Fold(Add(Add(Add(Start('r', tenant), type), "\n"), id));

    /// <summary>Without the tenant: a vendor that calls back knows none.</summary>
    public static int OfExternal(Guid provider, string id)
    {
        Span<byte> bytes = stackalloc byte[16];
        provider.TryWriteBytes(bytes, bigEndian: true, out _);
        return Fold(Add(Add(Basis, bytes), id));
    }

    private static ulong Start(char kind, TenantId tenant)
    {
        Span<byte> bytes = [(byte)kind, (byte)tenant.Value, (byte)(tenant.Value >> 8), (byte)(tenant.Value >> 16), (byte)(tenant.Value >> 24)];
        return Add(Basis, bytes);
    }

    private static ulong Add(ulong hash, string text)
    {
        Span<byte> buffer = stackalloc byte[512];
        return text.Length <= 170 ? Add(hash, buffer[..Encoding.UTF8.GetBytes(text, buffer)]) : Add(hash, Encoding.UTF8.GetBytes(text));
    }

    private static ulong Add(ulong hash, ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes) hash = (hash ^ b) * Prime;
        return hash;
    }

    private static int Fold(ulong hash) => (int)(hash ^ (hash >> 32));
}

/// <summary>Puts keys of messages into the current bucket. Used by the writer's thread alone.</summary>
internal sealed class MessageKeyWriter
{
    /// <summary>
    /// Entries of a bucket: about 160 kB, so that the hundred entries of a group share some thirty pages. A search of ten million
    /// messages with three keys each then probes 3,700 buckets, a few microseconds each.
    /// </summary>
    private const int BucketSize = 8192;

    private long _bucket = -1;
    private int _count;

    public void Add(SqliteSession session, int hash, long seq)
    {
        // Rows that are rolled back leave a bucket smaller than it might be, nothing more.
        if (_bucket < 0) _bucket = Last(session) + 1;
        else if (++_count % BucketSize == 0) _bucket++;
        session[QueueSql.InsertMessageKey].Add(_bucket).Add(hash).Add(seq).Run();
    }

    private static long Last(SqliteSession session)
    {
        var select = session[QueueSql.LastBucket];
        select.Step();
        var last = select.GetInt64(0);
        select.Reset();
        return last;
    }
}
