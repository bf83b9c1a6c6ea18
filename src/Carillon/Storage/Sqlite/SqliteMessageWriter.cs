using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Carillon.Messages;

namespace Carillon.Storage.Sqlite;

/// <summary>Writes new notifications and messages, with the keys under which they are found. Used by the writer's thread alone.</summary>
internal sealed class SqliteMessageWriter
{
    private readonly MessageKeyWriter _keys = new();
    private readonly ArrayBufferWriter<byte> _json = new();
    private readonly Utf8JsonWriter _jsonWriter;

    public SqliteMessageWriter() => _jsonWriter = new Utf8JsonWriter(_json, new JsonWriterOptions { Encoder = StorageJson.Stored.Options.Encoder });

    public void Insert(SqliteSession session, Notification notification)
    {
        var statement = session[QueueSql.InsertNotification];
        statement
            .Add(notification.Id).Add(notification.Tenant.Value).Add(notification.ContactId).Add(notification.TemplateVersionId);
        if (notification.Variables.IsEmpty) statement.AddNull();
        else statement.AddBlob(notification.Variables.Span);
        statement.Add(notification.Secrets);
        AddJson(statement, notification.Details, StorageJson.Stored.NotificationDetails);
        statement
            .Add(notification.Category).Add((long)notification.Priority).Add((long)notification.OnUnknown)
            .Add(notification.CreatedAt).Add(notification.ScheduledAt).Add(notification.ExpiresAt);
        AddJson(statement, notification.Plan, StorageJson.Stored.Plan);
        statement
            .Add(notification.Locale).Add(notification.RelatedType).Add(notification.RelatedId).Add(notification.BatchId)
            .Run();
    }

    public void Insert(SqliteSession session, OutboundMessage message, long epoch, DateTimeOffset at)
    {
        var notification = message.Notification;
        var due = (message.DueAt > message.CreatedAt ? message.DueAt : message.CreatedAt).ToStored();
        session[QueueSql.InsertMessage]
            .Add(message.Id).Add(notification.Tenant.Value).Add(notification.Id).Add(message.Lane.Value).Add((long)message.Channel)
            .Add(message.Address).Add(notification.ContactId).Add((long)message.InitialStatus).Add(message.Step).Add(message.Attempts)
            .Add(message.CreatedAt).Add(due).Add(at)
            .Run();

        var seq = session.LastRow;
        AddKeys(session, message, seq);
        if (message.IsOwned)
        {
            session[QueueSql.InsertOwned].Add(message.Id).Add(seq).Add(message.Lane.Value).Add(due).Add(epoch).Run();
        }
        else
        {
            session[QueueSql.InsertDue]
                .Add(message.Lane.Value).Add(due).Add(message.Id).Add(seq).Add((long)message.InitialStatus)
                .Run();
        }
    }

    /// <summary>A message that came in: it waits for nothing.</summary>
    public void InsertInbound(SqliteSession session, InboundWrite inbound, DateTimeOffset at)
    {
        var notification = inbound.Notification;
        Insert(session, notification);
        foreach (var message in notification.Messages)
        {
            session[EventSql.InsertInbound]
                .Add(message.Id).Add(notification.Tenant.Value).Add(notification.Id).Add(message.Lane.Value).Add((long)message.Channel)
                .Add(message.Address).Add(notification.ContactId).Add(inbound.ProviderId).Add(inbound.ExternalId)
                .Add(message.CreatedAt).Add(at)
                .Run();
            var seq = session.LastRow;
            AddKeys(session, message, seq);
            AddExternalKey(session, inbound.ProviderId, inbound.ExternalId, seq);
        }
    }

    public void AddExternalKey(SqliteSession session, Guid provider, string externalId, long seq) =>
        _keys.Add(session, MessageKey.OfExternal(provider, externalId), seq);

    private void AddKeys(SqliteSession session, OutboundMessage message, long seq)
    {
        var tenant = message.Notification.Tenant;
        _keys.Add(session, MessageKey.OfTenant(tenant), seq);
        _keys.Add(session, MessageKey.OfAddress(tenant, message.Address), seq);
        if (message.Notification.ContactId is { } contact) _keys.Add(session, MessageKey.OfContact(tenant, contact), seq);
        if (message.Notification is { RelatedType: { } type, RelatedId: { } related }) _keys.Add(session, MessageKey.OfRelated(tenant, type, related), seq);
    }

    private void AddJson<T>(SqliteStatement statement, T? value, JsonTypeInfo<T> type) where T : class
    {
        if (value is null)
        {
            statement.AddNull();
            return;
        }

        _json.ResetWrittenCount();
        _jsonWriter.Reset();
        JsonSerializer.Serialize(_jsonWriter, value, type);
        _jsonWriter.Flush();
        statement.AddText(_json.WrittenSpan);
    }
}
