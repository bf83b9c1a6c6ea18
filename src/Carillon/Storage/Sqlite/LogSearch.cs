using Microsoft.Data.Sqlite;

namespace Carillon.Storage.Sqlite;

/// <summary>
/// Makes a page of what a query finds among its candidates. After <see cref="MaxProbes"/> of them the page ends, with whatever was found,
/// and the next one goes on from there: no question takes a reader for longer than some tens of milliseconds.
/// </summary>
internal abstract class LogSearch<T>(SqliteConnection connection, LogQuery query)
{
    /// <summary>Rows that are looked at for one page.</summary>
    public const int MaxProbes = 10_000;

    protected SqliteConnection Connection { get; } = connection;

    public LogPage<T> Run()
    {
        if (query.Limit <= 0) return new LogPage<T>([], null);
        var found = new List<(long Seq, T Item)>();
        var chunk = new List<long>();
        var probes = 0;
        long last = 0;
        // One more than is shown tells whether there is a next page.
        var wanted = query.Limit + 1;
        var chunkSize = Math.Max(64, wanted);
        foreach (var seq in new LogCandidates(Connection, query).Rows())
        {
            if (probes == MaxProbes) return Finish(last);
            chunk.Add(last = seq);
            probes++;
            if (chunk.Count < chunkSize) continue;
            Filter();
            if (found.Count == wanted) return Finish(null);
        }

        return Finish(null);

        void Filter()
        {
            if (chunk.Count > 0) found.AddRange(Read("[" + string.Join(',', chunk) + "]", wanted - found.Count));
            chunk.Clear();
        }

        LogPage<T> Finish(long? probed)
        {
            Filter();
            var next = found.Count > query.Limit ? found[query.Limit - 1].Seq : probed;
            return new LogPage<T>([.. found.Take(query.Limit).Select(f => f.Item)], next);
        }
    }

    /// <summary>Those of the rows that the query asks for, newest first.</summary>
    /// <param name="rows">A JSON array of their places.</param>
    protected abstract IEnumerable<(long Seq, T Item)> Read(string rows, int limit);

    /// <summary>Conditions on the notification, whose row is not read when there are none.</summary>
    protected static string NotificationFilters(LogQuery query, string id)
    {
        var filters =
            (query.Category is null ? "" : " AND n.category = @category") +
            (query.RelatedType is null ? "" : " AND n.related_type = @relatedType") +
            (query.RelatedId is null ? "" : " AND n.related_id = @relatedId") +
            (query.BatchId is null ? "" : " AND n.batch_id = @batch") +
            (query.TemplateId is null
                ? ""
                : " AND n.template_version_id IN (SELECT v.id FROM template_version v WHERE v.tenant_id = @tenant AND v.template_id = @template)");
        return filters.Length == 0 ? "" : $" AND EXISTS (SELECT 1 FROM notification n WHERE n.id = {id}{filters})";
    }
}
