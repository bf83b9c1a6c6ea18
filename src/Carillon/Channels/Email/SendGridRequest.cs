using System.Text;
using System.Text.Json;
using Carillon.Channels.Http;
using Carillon.Mail;
using Carillon.Messages;

namespace Carillon.Channels.Email;

/// <summary>The body of <see href="https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send">Mail Send v3</see>.</summary>
internal static class SendGridRequest
{
    public static void Write(Utf8JsonWriter json, (SendGridSettings Settings, GatewayMessage Message, MailMessage Mail) state)
    {
        var (settings, message, mail) = state;
        json.WriteStartObject();
        json.WriteStartArray("personalizations");
        json.WriteStartObject();
        json.WriteStartArray("to");
        WriteAddress(json, mail.To[0]);
        json.WriteEndArray();
        json.WriteStartObject("custom_args");
        json.WriteString(MailSetting.MessageVariable, PublicId.Format(PublicId.Message, message.Message.Id));
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WritePropertyName("from");
        WriteAddress(json, mail.From!);
        if (mail.ReplyTo.Count > 0)
        {
            json.WritePropertyName("reply_to");
            WriteAddress(json, mail.ReplyTo[0]);
        }

        json.WriteString("subject", mail.Subject);
        json.WriteStartArray("content");

        // The plain one goes first, by the page.
        if (mail.Text is { IsEmpty: false } text) WriteContent(json, "text/plain", text);
        if (mail.Html is { IsEmpty: false } html) WriteContent(json, "text/html", html);
        json.WriteEndArray();
        WriteHeaders(json, mail);
        WriteAttachments(json, message.Attachments);
        WriteCategories(json, settings.Categories, message.Message.Notification.Category);
        if (settings.Pool is { } pool) json.WriteString("ip_pool_name", pool);
        if (settings.IsSandbox)
        {
            json.WriteStartObject("mail_settings");
            json.WriteStartObject("sandbox_mode");
            json.WriteBoolean("enable", true);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteAddress(Utf8JsonWriter json, MailAddress address)
    {
        json.WriteStartObject();
        json.WriteString("email", address.Address);
        if (address.DisplayName is { } name) json.WriteString("name", name);
        json.WriteEndObject();
    }

    private static void WriteContent(Utf8JsonWriter json, string type, ReadOnlyMemory<byte> value)
    {
        json.WriteStartObject();
        json.WriteString("type", type);
        json.WriteString("value", value.Span);
        json.WriteEndObject();
    }

    private static void WriteHeaders(Utf8JsonWriter json, MailMessage mail)
    {
        json.WriteStartObject("headers");
        foreach (var header in mail.Headers) json.WriteString(header.Name, header.Value);
        if (mail.AutoSubmitted is not null) json.WriteString("Auto-Submitted", "auto-generated");
        if (mail.ListUnsubscribe is { } unsubscribe)
        {
            json.WriteString("List-Unsubscribe", string.Join(", ", unsubscribe.Uris.Select(u => $"<{u}>")));
            if (unsubscribe.OneClick) json.WriteString("List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
        }

        json.WriteEndObject();
    }

    private static void WriteAttachments(Utf8JsonWriter json, IReadOnlyList<GatewayAttachment> attachments)
    {
        if (attachments.Count == 0) return;
        json.WriteStartArray("attachments");
        foreach (var attachment in attachments)
        {
            json.WriteStartObject();
            json.WriteBase64String("content", attachment.Bytes.Span);
            json.WriteString("type", attachment.ContentType);
            json.WriteString("filename", attachment.FileName);
            json.WriteString("disposition", "attachment");
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteCategories(Utf8JsonWriter json, IReadOnlyList<string> own, string? category)
    {
        if (own.Count == 0 && category is null) return;
        json.WriteStartArray("categories");
        foreach (var name in own) json.WriteStringValue(name);

        // SendGrid refuses a message whose categories repeat.
        if (category is { Length: > 0 and <= 255 } && !own.Contains(category)) json.WriteStringValue(category);
        json.WriteEndArray();
    }
}
