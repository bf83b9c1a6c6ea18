using Carillon.Messages;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Carillon.Storage.Sqlite;

/// <summary>Lists notifications newest first, each where the first of its messages stands.</summary>
internal sealed class NotificationSearch(SqliteConnection connection, NotificationQuery query) : LogSearch<NotificationListRow>(connection, query)
{
    private readonly string _sql = Compose(query);

    /// <summary>The page, with the messages of its notifications.</summary>
    public LogPage<StoredNotification> RunWithMessages()
    {
        var page = Run();
        if (page.Items.Count == 0) return new LogPage<StoredNotification>([], page.Next);
        var messages = Connection
            .Query<MessageRow>(SqliteMessageLog.Sql["messages_of"].Text, new { rows = "[" + string.Join(',', page.Items.Select(row => row.Seq)) + "]" })
            .Select(row => row.ToMessage())
            .ToLookup(message => message.NotificationId);
        return new LogPage<StoredNotification>(
            [.. page.Items.Select(row => row.ToNotification(query.Tenant)).Select(n => new StoredNotification(n, [.. messages[n.Id]]))], page.Next);
    }

    protected override IEnumerable<(long Seq, NotificationListRow Item)> Read(string rows, int limit) =>
        Connection.Query<NotificationListRow>(_sql, new
        {
            rows,
            tenant = query.Tenant.Value,
            status = (int?)query.Status,
            contact = query.ContactId,
            category = query.Category,
            relatedType = query.RelatedType,
            relatedId = query.RelatedId,
            batch = query.BatchId.ToBytes(),
            template = query.TemplateId.ToBytes(),
            createdAfter = query.CreatedAfter.ToStored(),
            createdBefore = query.CreatedBefore.ToStored(),
            limit,
        }).Select(row => (row.Seq, row));

    private static string Compose(NotificationQuery query)
    {
        var filters =
            (query.ContactId is null ? "" : " AND n.contact_id = @contact") +
            (query.CreatedAfter is null ? "" : " AND n.created_at > @createdAfter") +
            (query.CreatedBefore is null ? "" : " AND n.created_at < @createdBefore") +
            (query.Status is null
                ? ""
                : " AND EXISTS (SELECT 1 FROM message s LEFT JOIN owned_work o ON o.subject = s.id AND o.kind = 1" +
                  " WHERE s.notification_id = n.id AND CASE WHEN o.subject IS NULL THEN s.status ELSE 4 END = @status)") +
            NotificationFilters(query, "m.notification_id");
        return SqliteMessageLog.Sql["list_notifications"].Text.Replace("/* filters */", filters, StringComparison.Ordinal);
    }
}
