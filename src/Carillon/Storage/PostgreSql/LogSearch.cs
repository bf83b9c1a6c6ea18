using Carillon.Messages;
using Dapper;
using Npgsql;

namespace Carillon.Storage.PostgreSql;

/// <summary>
/// Makes a page of what a query finds among its candidates: the rows under the rarest thing that it names and that has an index, newest
/// first. After <see cref="MaxProbes"/> of them the page ends, with whatever was found, and the next one goes on from there.
/// </summary>
internal abstract class LogSearch<T>(NpgsqlConnection connection, LogQuery query)
{
    /// <summary>Rows that are looked at for one page.</summary>
    public const int MaxProbes = 10_000;

    /// <summary>Ids carry the time at which they were made; what a row says of its own time may be this far from it.</summary>
    private static readonly TimeSpan ClockMargin = TimeSpan.FromHours(1);

    protected NpgsqlConnection Connection { get; } = connection;

    public async Task<LogPage<T>> RunAsync()
    {
        if (query.Limit <= 0) return new LogPage<T>([], null);
        // One more than is shown tells whether there is a next page.
        var found = await ReadAsync(Parameters(query.Limit + 1));
        if (found.Count <= query.Limit) return new LogPage<T>([.. found.Select(f => f.Item)], await LastProbedAsync());

        var shown = found.Take(query.Limit).ToList();
        var next = PostgreSqlValues.PlaceOf(found[query.Limit].Message);
        if (PostgreSqlValues.PlaceOf(shown[^1].Message) != next) return new LogPage<T>([.. shown.Select(f => f.Item)], next + 1);
        // The next page begins between two places: what shares one with the first that is not shown waits for it.
        var whole = shown.FindAll(f => PostgreSqlValues.PlaceOf(f.Message) != next);
        return new LogPage<T>([.. (whole.Count > 0 ? whole : found).Select(f => f.Item)], whole.Count > 0 ? next + 1 : next);
    }

    /// <summary>Those of the candidates that the query asks for, newest first, each with the message where it stands.</summary>
    protected abstract Task<List<(Guid Message, T Item)>> ReadAsync(DynamicParameters parameters);

    protected abstract string Filters();

    protected string Compose(string statement) => PostgreSqlMessageLog.Sql[statement].Text
        .Replace("{candidates}", Candidates(), StringComparison.Ordinal)
        .Replace("{filters}", Filters(), StringComparison.Ordinal);

    /// <summary>Conditions on the notification, whose row is not read when there are none.</summary>
    protected static string NotificationFilters(LogQuery query)
    {
        var filters =
            (query.Category is null ? "" : " AND f.category = @category") +
            (query.RelatedType is null ? "" : " AND f.related_type = @relatedType") +
            (query.RelatedId is null ? "" : " AND f.related_id = @relatedId") +
            (query.BatchId is null ? "" : " AND f.batch_id = @batch") +
            (query.TemplateId is null
                ? ""
                : " AND f.template_version_id IN (SELECT v.id FROM template_version v WHERE v.tenant_id = @tenant AND v.template_id = @template)");
        return filters.Length == 0 ? "" : $" AND EXISTS (SELECT 1 FROM notification f WHERE f.tenant_id = m.tenant_id AND f.id = m.notification_id{filters})";
    }

    private string Candidates()
    {
        var message = query as MessageQuery;
        var name = message?.Address is not null ? "candidates_by_address"
            : query.ContactId is not null ? "candidates_by_contact"
            : query is { RelatedType: not null, RelatedId: not null } ? "candidates_by_related"
            : query.BatchId is not null ? "candidates_by_batch"
            : message?.Status switch
            {
                MessageStatus.Sending => "candidates_owned",
                null or MessageStatus.Queued or MessageStatus.Sent or MessageStatus.Delivered or MessageStatus.Read => "candidates_of_tenant",
                _ => "candidates_by_status",
            };
        return PostgreSqlMessageLog.Sql[name].Text;
    }

    private DynamicParameters Parameters(int limit)
    {
        var before = query.After is { } after ? PostgreSqlValues.FirstIdOf(after) : Guid.AllBitsSet;
        if (query.CreatedBefore is { } end && PostgreSqlValues.FirstId(end + ClockMargin) is var bound && bound < before) before = bound;
        var message = query as MessageQuery;
        return new DynamicParameters(new
        {
            tenant = query.Tenant.Value,
            before,
            from = query.CreatedAfter is { } start ? PostgreSqlValues.FirstId(start - ClockMargin) : Guid.Empty,
            contact = query.ContactId,
            category = query.Category,
            relatedType = query.RelatedType,
            relatedId = query.RelatedId,
            batch = query.BatchId,
            template = query.TemplateId,
            createdAfter = query.CreatedAfter.ToStored(),
            createdBefore = query.CreatedBefore.ToStored(),
            address = message?.Address,
            status = (int?)(message?.Status ?? (query as NotificationQuery)?.Status),
            probes = MaxProbes,
            last = MaxProbes - 1,
            limit,
        });
    }

    private async Task<long?> LastProbedAsync()
    {
        var last = await Connection.QuerySingleOrDefaultAsync<Guid?>(Compose("last_candidate"), Parameters(query.Limit));
        return last is { } id ? PostgreSqlValues.PlaceOf(id) : null;
    }
}
