using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Carillon.Channels.Http;
using Carillon.Messages;

namespace Carillon.Channels.Email;

/// <summary>
/// What SendGrid calls back with: its <see href="https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event">Event Webhook</see> and
/// <see href="https://www.twilio.com/docs/sendgrid/for-developers/parsing-email/setting-up-the-inbound-parse-webhook">Inbound Parse</see>.
/// </summary>
internal static class SendGridEvents
{
    /// <summary>Reasons of a drop that say the address is not to be written to.</summary>
    private static readonly string[] PermanentDrops = ["Bounced Address", "Unsubscribed Address", "Spam Reporting Address", "Invalid"];

    public static IReadOnlyList<CallbackEvent> Read(CallbackRequest request)
    {
        if (MultipartForm.IsMultipart(request)) return [Inbound(request, MultipartForm.Read(request))];
        if (VendorJson.Parse(request.Body) is not { ValueKind: JsonValueKind.Array } events) throw new FormatException("It is no list of events.");
        var read = new List<CallbackEvent>();
        foreach (var one in events.EnumerateArray())
        {
            if (Receipt(one) is { } receipt) read.Add(receipt);
        }

        return read;
    }

    private static CallbackEvent.Receipt? Receipt(JsonElement one)
    {
        var name = one.Text("event");
        var reason = one.Text("reason");
        var isPermanent = name switch
        {
            // "blocked" is a refusal for now; all other bounces are for good.
            "bounce" => one.Text("type") != "blocked",
            "dropped" => reason is not null && PermanentDrops.Contains(reason),
            _ => false,
        };
        MessageEventKind? kind = name switch
        {
            "processed" => MessageEventKind.Sent,
            "deferred" => MessageEventKind.Deferred,
            "delivered" => MessageEventKind.Delivered,
            "open" => MessageEventKind.Opened,
            "click" => MessageEventKind.Clicked,
            "bounce" => MessageEventKind.Bounced,
            "dropped" => isPermanent ? MessageEventKind.Bounced : MessageEventKind.Failed,
            "spamreport" => MessageEventKind.Complained,
            "unsubscribe" or "group_unsubscribe" => MessageEventKind.Unsubscribed,
            _ => null,
        };
        var external = IdOf(one.Text("sg_message_id"));
        Guid? own = PublicId.TryParse(PublicId.Message, one.Text(MailSetting.MessageVariable), out var id) ? id : null;
        if (kind is null || (external is null && own is null)) return null;
        var detail = name is "deferred" or "delivered" ? one.Text("response") : reason;
        return new CallbackEvent.Receipt
        {
            Kind = kind.Value,
            ExternalId = external,
            MessageId = own,
            Detail = kind is MessageEventKind.Opened or MessageEventKind.Clicked ? null : Words(one.Text("status"), detail),
            IsPermanent = isPermanent,
            Url = name == "click" ? one.Text("url") : null,
            At = one.Amount("timestamp") is { } seconds and > 0 and < 253_402_300_800m ? DateTimeOffset.UnixEpoch.AddSeconds((double)seconds) : null,
        };
    }

    private static string? Words(string? status, string? detail)
    {
        var text = $"{status} {detail}".Trim();
        return text.Length == 0 ? null : text.Length > HttpOutcomes.MaxWords ? text[..HttpOutcomes.MaxWords] : text;
    }

    /// <summary>
    /// The X-Message-Id of the answer, behind which events add the filter that it went through:
    /// <c>14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0</c>, <c>ZBGpCvn8RHyU4WRCPzbu6A.recvd-5645d9c87f-78xgx-1-64B82D9B-57.0</c>.
    /// </summary>
    private static string? IdOf(string? messageId)
    {
        if (messageId is null) return null;
        foreach (var mark in (ReadOnlySpan<string>)[".filter", ".recvd"])
        {
            var at = messageId.IndexOf(mark, StringComparison.Ordinal);
            if (at > 0) return MailSetting.IdOf(messageId[..at]);
        }

        return MailSetting.IdOf(messageId);
    }

    private static CallbackEvent.Inbound Inbound(CallbackRequest request, IReadOnlyList<FormPart> parts)
    {
        var charsets = VendorJson.Parse(Part("charsets")?.Content ?? default) ?? default;
        var envelope = VendorJson.Parse(Part("envelope")?.Content ?? default) ?? default;
        var headers = Text("headers");
        return new CallbackEvent.Inbound
        {
            From = MailSetting.AddressOf(Text("from")) ?? MailSetting.AddressOf(envelope.Text("from")) ?? throw new FormatException("It has no sender."),
            To = envelope.Items("to").Select(t => t.ValueKind == JsonValueKind.String ? MailSetting.AddressOf(t.GetString()) : null).FirstOrDefault(t => t is not null)
                ?? MailSetting.AddressOf(Text("to")) ?? throw new FormatException("It has no recipient."),

            // A mail without an id is told from others by all that came.
            ExternalId = MailSetting.IdOf(MailSetting.HeaderOf(headers, "Message-ID")) ?? Convert.ToHexStringLower(SHA256.HashData(request.Body.Span)),
            Subject = Text("subject"),
            Text = Text("text"),
            Html = Text("html"),
            InReplyTo = MailSetting.IdOf(MailSetting.HeaderOf(headers, "In-Reply-To")),
        };

        FormPart? Part(string name) => parts.FirstOrDefault(p => p.Name == name);

        string? Text(string name) => Part(name) is { } part ? EncodingOf(charsets.Text(name)).GetString(part.Content.Span) : null;
    }

    private static Encoding EncodingOf(string? charset)
    {
        if (charset is null || charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase)) return Encoding.UTF8;
        try
        {
            return CodePagesEncodingProvider.Instance.GetEncoding(charset) ?? Encoding.GetEncoding(charset);
        }
        catch (ArgumentException)
        {
            return Encoding.UTF8;
        }
    }
}
