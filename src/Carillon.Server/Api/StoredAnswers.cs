using System.Text.Json;
using Carillon.Messages;
using Carillon.Server.Http;
using Carillon.Storage;

namespace Carillon.Server.Api;

/// <summary>Notifications and messages as the log has them.</summary>
internal static class StoredAnswers
{
    public static void WriteNotification(Utf8JsonWriter json, StoredNotification stored)
    {
        var notification = stored.Notification;
        json.WriteStartObject();
        WriteFields(json, notification);
        json.WritePropertyName("template_variables"u8);
        if (notification.Variables.IsEmpty) json.WriteNullValue();
        else json.WriteRawValue(notification.Variables.Span, skipInputValidation: true);
        WriteTexts(json, "secret_variables"u8, notification.Details?.SecretVariables);
        json.WritePropertyName("metadata"u8);
        if (notification.Details?.Metadata is { } metadata) metadata.WriteTo(json);
        else json.WriteNullValue();
        WriteTexts(json, "tags"u8, notification.Details?.Tags);
        WriteMessages(json, stored.Messages);
        json.WriteEndObject();
    }

    /// <summary>A notification as lists show it: without what may be large.</summary>
    public static void WriteListedNotification(Utf8JsonWriter json, StoredNotification stored)
    {
        json.WriteStartObject();
        WriteFields(json, stored.Notification);
        WriteMessages(json, stored.Messages);
        json.WriteEndObject();
    }

    private static void WriteFields(Utf8JsonWriter json, Notification notification)
    {
        json.WriteId("id"u8, "ntf_"u8, notification.Id);
        json.WriteTime("created_at"u8, notification.CreatedAt);
        json.WriteString("recipient_id"u8, notification.ContactId);
        json.WriteString("category"u8, notification.Category);
        json.WriteString("priority"u8, notification.Priority.Name());
        json.WriteString("on_unknown"u8, notification.OnUnknown.Name());
        json.WriteTime("scheduled_at"u8, notification.ScheduledAt);
        json.WriteTime("expires_at"u8, notification.ExpiresAt);
        WriteIdOrNull(json, "batch_id"u8, "bat_"u8, notification.BatchId);
        WriteIdOrNull(json, "template_version_id"u8, "tpv_"u8, notification.TemplateVersionId);
        WriteRelated(json, notification);
    }

    private static void WriteMessages(Utf8JsonWriter json, IReadOnlyList<StoredMessage> messages)
    {
        json.WriteStartArray("messages"u8);
        foreach (var message in messages) WriteMessage(json, message);
        json.WriteEndArray();
    }

    /// <summary>A message as lists show it.</summary>
    public static void WriteMessage(Utf8JsonWriter json, StoredMessage message)
    {
        json.WriteStartObject();
        WriteFields(json, message);
        json.WriteNumber("attempt_count"u8, message.Attempts);
        json.WriteEndObject();
    }

    public static void WriteFields(Utf8JsonWriter json, StoredMessage message)
    {
        json.WriteId("id"u8, "msg_"u8, message.Id);
        json.WriteId("notification_id"u8, "ntf_"u8, message.NotificationId);
        json.WriteString("direction"u8, message.Status.Direction().Name());
        json.WriteString("channel"u8, message.Channel.Name());
        json.WriteString("address"u8, message.Address);
        json.WriteString("recipient_id"u8, message.ContactId);
        json.WriteString("status"u8, message.Status.Name());
        json.WriteString("reason"u8, message.Reason);
        json.WriteNumber("step"u8, message.Step);
        WriteIdOrNull(json, "provider_id"u8, "prv_"u8, message.ProviderId);
        json.WriteString("external_id"u8, message.ExternalId);
        // Money is text: no reader may round it.
        if (message.Cost is { } cost) json.WriteString("cost"u8, cost.ToString(System.Globalization.CultureInfo.InvariantCulture));
        else json.WriteNull("cost"u8);
        json.WriteString("currency"u8, message.Currency);
        json.WriteTime("created_at"u8, message.CreatedAt);
        json.WriteTime("due_at"u8, message.DueAt);
        json.WriteTime("sent_at"u8, message.SentAt);
        json.WriteTime("retried_at"u8, message.RetriedAt);
        json.WriteTime("updated_at"u8, message.UpdatedAt);
    }

    public static void WriteIdOrNull(Utf8JsonWriter json, ReadOnlySpan<byte> name, ReadOnlySpan<byte> prefix, Guid? id)
    {
        if (id is { } value) json.WriteId(name, prefix, value);
        else json.WriteNull(name);
    }

    private static void WriteRelated(Utf8JsonWriter json, Notification notification)
    {
        if (notification.RelatedType is null)
        {
            json.WriteNull("related"u8);
            return;
        }

        json.WriteStartObject("related"u8);
        json.WriteString("type"u8, notification.RelatedType);
        json.WriteString("id"u8, notification.RelatedId);
        json.WriteEndObject();
    }

    private static void WriteTexts(Utf8JsonWriter json, ReadOnlySpan<byte> name, List<string>? texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts ?? []) json.WriteStringValue(text);
        json.WriteEndArray();
    }
}
