using System.Globalization;
using System.Text;
using System.Text.Json;
using Carillon.Channels.Http;
using Carillon.Mail;
using Carillon.Messages;

namespace Carillon.Channels.Email;

/// <summary>
/// What Amazon SES publishes by SNS: <see href="https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html">events</see>,
/// <see href="https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html">notifications</see>, and
/// <see href="https://docs.aws.amazon.com/ses/latest/dg/receiving-email-notifications-contents.html">mail that came in</see> by a receipt rule's SNS action.
/// </summary>
internal static class SesEvents
{
    /// <summary>SES makes Message-IDs of its own ids: <c>&lt;id@eu-west-1.amazonses.com&gt;</c>.</summary>
    private const string OwnDomain = "amazonses.com";

    public static IReadOnlyList<CallbackEvent> Read(CallbackRequest request)
    {
        var text = SnsMessage.TryRead(request.Body)?.Message ?? throw new FormatException("It has no Message.");
        if (VendorJson.Parse(Encoding.UTF8.GetBytes(text)) is not { ValueKind: JsonValueKind.Object } said)
        {
            // SES says hello to a new event destination in plain words.
            return text.StartsWith("Successfully validated SNS topic", StringComparison.Ordinal) ? [] : throw new FormatException("Its Message is no JSON.");
        }

        if (said.Text("notificationType") == "Received") return [Inbound(said)];
        return Receipt(said) is { } receipt ? [receipt] : [];
    }

    private static CallbackEvent.Inbound Inbound(JsonElement said)
    {
        var (mail, receipt) = (said.Member("mail") ?? default, said.Member("receipt") ?? default);
        var content = said.Text("content") ?? throw new FormatException("It has no content: the receipt rule must publish to the topic by an SNS action.");
        var isBase64 = (receipt.Member("action") ?? default).Text("encoding")?.Equals("BASE64", StringComparison.OrdinalIgnoreCase) == true;
        var read = ReceivedMail.Read(isBase64 ? Convert.FromBase64String(content) : Encoding.UTF8.GetBytes(content));
        return new CallbackEvent.Inbound
        {
            From = MailSetting.AddressOf(read.From) ?? MailSetting.AddressOf(mail.Text("source")) ?? throw new FormatException("It has no sender."),
            To = First(receipt, "recipients") ?? First(mail, "destination") ?? throw new FormatException("It has no recipient."),
            ExternalId = MailSetting.IdOf(mail.Text("messageId")) ?? throw new FormatException("It has no messageId."),
            Subject = read.Subject,
            Text = read.Text,
            Html = read.Html,
            InReplyTo = OwnId(read.InReplyTo),
            At = DateTimeOffset.TryParse(mail.Text("timestamp"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : null,
        };
    }

    private static string? First(JsonElement of, string list) => MailSetting.AddressOf(of.Items(list).FirstOrDefault() is { ValueKind: JsonValueKind.String } first ? first.GetString() : null);

    private static string? OwnId(string? id)
    {
        var at = id?.IndexOf('@', StringComparison.Ordinal) ?? -1;
        return at > 0 && id!.EndsWith(OwnDomain, StringComparison.OrdinalIgnoreCase) ? id[..at] : id;
    }

    private static CallbackEvent.Receipt? Receipt(JsonElement said)
    {
        var name = said.Text("eventType") ?? said.Text("notificationType") ?? throw new FormatException("It has no eventType.");
        var mail = said.Member("mail") ?? default;
        var bounce = said.Member("bounce") ?? default;
        var complaint = said.Member("complaint") ?? default;
        var delay = said.Member("deliveryDelay") ?? default;

        // SES did not send at all, for the address had complained before.
        var isSuppressed = complaint.Text("complaintSubType") == "OnAccountSuppressionList";
        MessageEventKind? kind = name switch
        {
            "Send" => MessageEventKind.Sent,
            "Delivery" => MessageEventKind.Delivered,
            "DeliveryDelay" => MessageEventKind.Deferred,
            "Bounce" => MessageEventKind.Bounced,
            "Complaint" => isSuppressed ? MessageEventKind.Bounced : MessageEventKind.Complained,
            "Reject" or "Rendering Failure" => MessageEventKind.Failed,
            "Open" => MessageEventKind.Opened,
            "Click" => MessageEventKind.Clicked,
            "Subscription" => IsUnsubscribed(said) ? MessageEventKind.Unsubscribed : null,
            _ => null,
        };
        if (kind is null) return null;
        var external = MailSetting.IdOf(mail.Text("messageId")) ?? throw new FormatException("It names no message.");
        var tag = (mail.Member("tags") ?? default).Items(MailSetting.MessageVariable).FirstOrDefault();
        var detail = name switch
        {
            "Bounce" => Join(bounce.Text("bounceType"), bounce.Text("bounceSubType"), Recipient(bounce, "bouncedRecipients", "diagnosticCode")),
            "Complaint" => Join(complaint.Text("complaintFeedbackType"), complaint.Text("complaintSubType")),
            "Delivery" => (said.Member("delivery") ?? default).Text("smtpResponse"),
            "DeliveryDelay" => Join(delay.Text("delayType"), Recipient(delay, "delayedRecipients", "diagnosticCode")),
            "Reject" => (said.Member("reject") ?? default).Text("reason"),
            "Rendering Failure" => (said.Member("failure") ?? default).Text("errorMessage"),
            _ => null,
        };
        return new CallbackEvent.Receipt
        {
            Kind = kind.Value,
            ExternalId = external,
            MessageId = tag.ValueKind == JsonValueKind.String && PublicId.TryParse(PublicId.Message, tag.GetString(), out var id) ? id : null,
            Detail = detail is { Length: > HttpOutcomes.MaxWords } ? detail[..HttpOutcomes.MaxWords] : detail,
            IsPermanent = isSuppressed || (name == "Bounce" && bounce.Text("bounceType") == "Permanent"),
            Url = name == "Click" ? (said.Member("click") ?? default).Text("link") : null,
            At = TimeOf(said, name),
        };
    }

    private static bool IsUnsubscribed(JsonElement said) =>
        ((said.Member("subscription") ?? default).Member("newTopicPreferences") ?? default).Member("unsubscribeAll") is { ValueKind: JsonValueKind.True };

    private static string? Recipient(JsonElement of, string list, string field) => of.Items(list).FirstOrDefault().Text(field);

    private static string? Join(params ReadOnlySpan<string?> words)
    {
        var text = "";
        foreach (var word in words)
        {
            if (!string.IsNullOrEmpty(word)) text += text.Length == 0 ? word : ", " + word;
        }

        return text.Length == 0 ? null : text;
    }

    private static DateTimeOffset? TimeOf(JsonElement said, string name)
    {
        var part = name == "DeliveryDelay" ? "deliveryDelay" : name.ToLowerInvariant();
        var text = (said.Member(part) ?? default).Text("timestamp") ?? (name == "Send" ? (said.Member("mail") ?? default).Text("timestamp") : null);
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
    }
}
