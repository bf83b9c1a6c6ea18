using Carillon.Messages;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Carillon.Storage.Sqlite;

/// <summary>
/// Lists messages newest first, by the rarest key that the query names. Candidates come from the buckets of <c>message_key</c>,
/// newest first; the rest of the query filters them.
/// </summary>
internal sealed class MessageSearch(SqliteConnection connection, MessageQuery query)
{
    private readonly string _sql = Compose(query);
    private readonly List<StoredMessage> _found = [];

    public List<StoredMessage> Run()
    {
        var (first, last) = connection.QuerySingle<(long?, long?)>(SqliteMessageLog.Sql["buckets"].Text);
        if (last is null || query.Limit <= 0) return _found;

        using var find = new SqliteStatement(connection.Handle!, SqliteMessageLog.Sql["find_key"]);
        var hash = Hash();
        var before = Before();
        var candidates = new List<long>();
        var chunk = Math.Max(64, query.Limit);
        for (var bucket = last.Value; bucket >= first && _found.Count < query.Limit; bucket--)
        {
            find.Add(bucket).Add(hash).Add(before);
            while (_found.Count < query.Limit && find.Step())
            {
                candidates.Add(find.GetInt64(0));
                if (candidates.Count == chunk) Filter(candidates);
            }

            find.Reset();
        }

        Filter(candidates);
        return _found;
    }

    private static string Compose(MessageQuery query)
    {
        var filters =
            (query.Status is null ? "" : " AND CASE WHEN o.subject IS NULL THEN m.status ELSE 4 END = @status") +
            (query.Channel is null ? "" : " AND m.channel = @channel") +
            (query.ContactId is null ? "" : " AND m.contact_id = @contact") +
            (query.Address is null ? "" : " AND m.address = @address") +
            (query.CreatedAfter is null ? "" : " AND m.created_at > @createdAfter") +
            (query.CreatedBefore is null ? "" : " AND m.created_at < @createdBefore");
        return SqliteMessageLog.Sql["list_messages"].Text.Replace("/* filters */", filters, StringComparison.Ordinal);
    }

    private int Hash()
    {
        if (query.Address is { } address) return MessageKey.OfAddress(query.Tenant, address);
        if (query.ContactId is { } contact) return MessageKey.OfContact(query.Tenant, contact);
        return MessageKey.OfTenant(query.Tenant);
    }

    // Rows stand in the order of their commits, which is what pages follow: ids made at the same time may be committed in another
    // order, and a page that went by them could skip one.
    private long Before() => query.After is not { } after
        ? long.MaxValue
        : connection.QuerySingleOrDefault<long?>(SqliteMessageLog.Sql["seq_of"].Text, new { id = after.ToBytes() }) ?? 0;

    private void Filter(List<long> candidates)
    {
        if (candidates.Count == 0 || _found.Count >= query.Limit) return;
        var rows = connection.Query<MessageRow>(_sql, new
        {
            rows = "[" + string.Join(',', candidates) + "]",
            tenant = query.Tenant.Value,
            status = (int?)query.Status,
            channel = (int?)query.Channel,
            contact = query.ContactId,
            address = query.Address,
            createdAfter = query.CreatedAfter.ToStored(),
            createdBefore = query.CreatedBefore.ToStored(),
            limit = query.Limit - _found.Count,
        });
        _found.AddRange(rows.Select(r => r.ToMessage()));
        candidates.Clear();
    }
}
