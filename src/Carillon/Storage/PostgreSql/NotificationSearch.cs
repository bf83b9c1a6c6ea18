using Carillon.Messages;
using Dapper;
using Npgsql;

namespace Carillon.Storage.PostgreSql;

/// <summary>Lists notifications newest first, each where the first of its messages stands.</summary>
internal sealed class NotificationSearch(NpgsqlConnection connection, NotificationQuery query) : LogSearch<Notification>(connection, query)
{
    /// <summary>The page, with the messages of its notifications.</summary>
    public async Task<LogPage<StoredNotification>> RunWithMessagesAsync()
    {
        var page = await RunAsync();
        if (page.Items.Count == 0) return new LogPage<StoredNotification>([], page.Next);
        var rows = await Connection.QueryAsync<MessageRow>(
            PostgreSqlMessageLog.Sql["messages_of"].Text,
            new { tenant = query.Tenant.Value, notifications = page.Items.Select(n => n.Id).ToArray() });
        var messages = rows.Select(row => row.ToMessage()).ToLookup(message => message.NotificationId);
        return new LogPage<StoredNotification>([.. page.Items.Select(n => new StoredNotification(n, [.. messages[n.Id]]))], page.Next);
    }

    protected override async Task<List<(Guid Message, Notification Item)>> ReadAsync(DynamicParameters parameters) =>
    [
        .. (await Connection.QueryAsync<NotificationListRow>(Compose("list_notifications"), parameters))
            .Select(row => (row.FirstMessageId, row.ToNotification(query.Tenant))),
    ];

    protected override string Filters() =>
        (query.ContactId is null ? "" : " AND n.contact_id = @contact") +
        (query.CreatedAfter is null ? "" : " AND n.created_at > @createdAfter") +
        (query.CreatedBefore is null ? "" : " AND n.created_at < @createdBefore") +
        (query.Status is null
            ? ""
            : " AND EXISTS (SELECT 1 FROM message s LEFT JOIN owned_work o ON o.tenant_id = s.tenant_id AND o.subject = s.id AND o.kind = 1" +
              " WHERE s.notification_id = n.id AND CASE WHEN o.subject IS NULL THEN s.status ELSE 4 END = @status)") +
        NotificationFilters(query);
}
