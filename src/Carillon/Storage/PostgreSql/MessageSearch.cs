using Carillon.Messages;
using Dapper;
using Npgsql;

namespace Carillon.Storage.PostgreSql;

/// <summary>Lists messages newest first.</summary>
internal sealed class MessageSearch(NpgsqlConnection connection, MessageQuery query) : LogSearch<StoredMessage>(connection, query)
{
    protected override async Task<List<(Guid Message, StoredMessage Item)>> ReadAsync(DynamicParameters parameters)
    {
        parameters.Add("channel", (int?)query.Channel);
        parameters.Add("provider", query.ProviderId);
        parameters.Add("received", (int)MessageStatus.Received);
        return [.. (await Connection.QueryAsync<MessageRow>(Compose("list_messages"), parameters)).Select(row => (row.Id, row.ToMessage()))];
    }

    protected override string Filters() =>
        (query.Status is null ? "" : " AND CASE WHEN o.subject IS NULL THEN m.status ELSE 4 END = @status") +
        (query.Channel is null ? "" : " AND m.channel = @channel") +
        (query.ContactId is null ? "" : " AND m.contact_id = @contact") +
        (query.Address is null ? "" : " AND m.address = @address") +
        (query.ProviderId is null ? "" : " AND m.provider_id = @provider") +
        (query.Direction switch { null => "", MessageDirection.Inbound => " AND m.status = @received", _ => " AND m.status <> @received" }) +
        (query.CreatedAfter is null ? "" : " AND m.created_at > @createdAfter") +
        (query.CreatedBefore is null ? "" : " AND m.created_at < @createdBefore") +
        NotificationFilters(query);
}
