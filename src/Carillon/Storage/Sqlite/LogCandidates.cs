using Carillon.Messages;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Carillon.Storage.Sqlite;

/// <summary>
/// The rows of the log among which a query's results are, newest first: by the rarest thing that it names and that has a key. What the
/// key alone does not decide, whoever reads the rows does.
/// </summary>
internal sealed class LogCandidates(SqliteConnection connection, LogQuery query)
{
    /// <summary>
    /// Ids carry the time at which they were made, and rows stand in the order of their commits. How far the two may be apart: seconds as a
    /// rule, and as much as a clock was set back.
    /// </summary>
    private static readonly TimeSpan ClockMargin = TimeSpan.FromHours(1);

    /// <summary>Each once, in falling order.</summary>
    public IEnumerable<long> Rows()
    {
        var before = query.After ?? long.MaxValue;
        if (query.CreatedBefore is { } end && SeqFrom(end + ClockMargin) is { } first) before = Math.Min(before, first);
        var least = query.CreatedAfter is { } start ? SeqBelow(start - ClockMargin) ?? 0 : 0;
        return Rows(before).TakeWhile(seq => seq > least);
    }

    private IEnumerable<long> Rows(long before)
    {
        var message = query as MessageQuery;
        var tenant = query.Tenant;
        if (message?.Address is { } address) return ByKey(MessageKey.OfAddress(tenant, address), before);
        if (query.ContactId is { } contact) return ByKey(MessageKey.OfContact(tenant, contact), before);
        if (query is { RelatedType: { } type, RelatedId: { } id }) return ByKey(MessageKey.OfRelated(tenant, type, id), before);
        if (query.BatchId is { } batch) return Read("find_batch", s => s.Add(tenant.Value).Add(batch).Add(before));
        return message?.Status switch
        {
            MessageStatus.Sending => Read("find_owned", s => s.Add((long)tenant.Value << 32).Add(((long)tenant.Value << 32) | uint.MaxValue).Add(before)),
            { } status and not (MessageStatus.Queued or MessageStatus.Sent or MessageStatus.Delivered or MessageStatus.Read) =>
                Read("find_status", s => s.Add(tenant.Value).Add((long)status).Add(before)),
            _ => ByKey(MessageKey.OfTenant(tenant), before),
        };
    }

    /// <summary>Goes through the buckets of <c>message_key</c>, newest first.</summary>
    private IEnumerable<long> ByKey(int hash, long before)
    {
        var (first, last) = connection.QuerySingle<(long?, long?)>(SqliteMessageLog.Sql["buckets"].Text);
        if (last is null) yield break;
        using var find = new SqliteStatement(connection.Handle!, SqliteMessageLog.Sql["find_key"]);
        for (var bucket = last.Value; bucket >= first; bucket--)
        {
            find.Add(bucket).Add(hash).Add(before);
            while (find.Step()) yield return find.GetInt64(0);
            find.Reset();
        }
    }

    private IEnumerable<long> Read(string statement, Action<SqliteStatement> bind)
    {
        using var find = new SqliteStatement(connection.Handle!, SqliteMessageLog.Sql[statement]);
        bind(find);
        while (find.Step()) yield return find.GetInt64(0);
    }

    private long? SeqBelow(DateTimeOffset time) => connection.QuerySingleOrDefault<long?>(SqliteMessageLog.Sql["seq_below"].Text, new { id = FirstIdAt(time) });

    private long? SeqFrom(DateTimeOffset time) => connection.QuerySingleOrDefault<long?>(SqliteMessageLog.Sql["seq_from"].Text, new { id = FirstIdAt(time) });

    /// <summary>What no UUIDv7 of that millisecond or a later one is below: its first 48 bits are the time.</summary>
    private static byte[] FirstIdAt(DateTimeOffset time)
    {
        var id = new byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(id, Math.Max(0, time.ToStored()) << 16);
        return id;
    }
}
