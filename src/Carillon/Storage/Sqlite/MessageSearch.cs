using Carillon.Messages;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Carillon.Storage.Sqlite;

/// <summary>Lists messages newest first.</summary>
internal sealed class MessageSearch(SqliteConnection connection, MessageQuery query) : LogSearch<StoredMessage>(connection, query)
{
    private readonly string _sql = Compose(query);

    protected override IEnumerable<(long Seq, StoredMessage Item)> Read(string rows, int limit) =>
        Connection.Query<MessageRow>(_sql, new
        {
            rows,
            tenant = query.Tenant.Value,
            status = (int?)query.Status,
            channel = (int?)query.Channel,
            contact = query.ContactId,
            address = query.Address,
            provider = query.ProviderId.ToBytes(),
            received = (int)MessageStatus.Received,
            category = query.Category,
            relatedType = query.RelatedType,
            relatedId = query.RelatedId,
            batch = query.BatchId.ToBytes(),
            template = query.TemplateId.ToBytes(),
            createdAfter = query.CreatedAfter.ToStored(),
            createdBefore = query.CreatedBefore.ToStored(),
            limit,
        }).Select(row => (row.Seq, row.ToMessage()));

    private static string Compose(MessageQuery query)
    {
        var filters =
            (query.Status is null ? "" : " AND CASE WHEN o.subject IS NULL THEN m.status ELSE 4 END = @status") +
            (query.Channel is null ? "" : " AND m.channel = @channel") +
            (query.ContactId is null ? "" : " AND m.contact_id = @contact") +
            (query.Address is null ? "" : " AND m.address = @address") +
            (query.ProviderId is null ? "" : " AND m.provider_id = @provider") +
            (query.Direction switch { null => "", MessageDirection.Inbound => " AND m.status = @received", _ => " AND m.status <> @received" }) +
            (query.CreatedAfter is null ? "" : " AND m.created_at > @createdAfter") +
            (query.CreatedBefore is null ? "" : " AND m.created_at < @createdBefore") +
            NotificationFilters(query, "m.notification_id");
        return SqliteMessageLog.Sql["list_messages"].Text.Replace("/* filters */", filters, StringComparison.Ordinal);
    }
}
