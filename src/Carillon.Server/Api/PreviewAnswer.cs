using System.Text.Json;
using Carillon.Channels.Sms;
using Carillon.Dispatch;
using Carillon.Messages;
using Carillon.Server.Http;

namespace Carillon.Server.Api;

/// <summary>The answer to a preview.</summary>
internal static class PreviewAnswer
{
    public static void Write(Utf8JsonWriter json, PreviewResult.Previewed preview)
    {
        var notification = preview.Notification;
        json.WriteStartObject();
        json.WriteString("recipient_id"u8, notification.ContactId);
        json.WriteString("category"u8, notification.Category);
        json.WriteString("priority"u8, notification.Priority.Name());
        json.WriteString("on_unknown"u8, notification.OnUnknown.Name());
        json.WriteTime("expires_at"u8, notification.ExpiresAt);
        StoredAnswers.WriteIdOrNull(json, "template_version_id"u8, "tpv_"u8, notification.TemplateVersionId);
        json.WriteStartArray("messages"u8);
        foreach (var message in preview.Messages) Write(json, message);
        json.WriteEndArray();
        json.WriteStartArray("warnings"u8);
        foreach (var warning in preview.Warnings) Write(json, warning);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, MessagePreview message)
    {
        json.WriteStartObject();
        json.WriteNumber("step"u8, message.Step);
        json.WriteString("channel"u8, message.Channel.Name());
        json.WriteString("address"u8, message.Address);
        json.WriteTime("due_at"u8, message.DueAt);
        json.WriteString("variant"u8, message.Variant);
        json.WriteString("subject"u8, message.Subject);
        json.WriteString("text"u8, message.Text);
        json.WriteString("html"u8, message.Html);
        if (message.Sms is { } sms)
        {
            json.WriteString("encoding"u8, SmsEncodingNames.All.NameOf(sms.Encoding));
            json.WriteNumber("segments"u8, sms.Segments);
        }
        else
        {
            json.WriteNull("encoding"u8);
            json.WriteNull("segments"u8);
        }

        json.WriteStartArray("errors"u8);
        if (message.Reason is { } reason) Write(json, new FieldFault(reason == MessageReasons.SecretsErased ? "secret_variables" : "template_id", reason, message.Fault ?? ""));
        json.WriteEndArray();
        var serves = message.Providers.FirstOrDefault(p => p.Why == ProviderChoice.Serves);
        StoredAnswers.WriteIdOrNull(json, "provider_id"u8, "prv_"u8, serves?.Id);
        json.WriteStartArray("providers"u8);
        foreach (var provider in message.Providers)
        {
            json.WriteStartObject();
            json.WriteId("id"u8, "prv_"u8, provider.Id);
            json.WriteString("name"u8, provider.Name);
            json.WriteString("kind"u8, provider.Kind);
            json.WriteString("why"u8, ProviderChoiceNames.All.NameOf(provider.Why));
            json.WriteTime("until"u8, provider.Until);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, FieldFault fault)
    {
        json.WriteStartObject();
        json.WriteString("field"u8, fault.Field);
        json.WriteString("code"u8, fault.Code);
        json.WriteString("message"u8, fault.Message);
        json.WriteEndObject();
    }
}
