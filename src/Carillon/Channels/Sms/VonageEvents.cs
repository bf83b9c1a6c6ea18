using System.Globalization;
using System.Text.Json;
using Carillon.Channels.Http;
using Carillon.Messages;

namespace Carillon.Channels.Sms;

/// <summary>What Vonage calls back with, as the SMS API and as the Messages API have it.</summary>
internal static class VonageEvents
{
    public static IReadOnlyList<CallbackEvent> Read(CallbackRequest request)
    {
        if (VendorJson.Parse(request.Body) is { ValueKind: JsonValueKind.Object } json && json.Text("message_uuid") is { } uuid)
            return ReadMessagesApi(json, uuid);

        var fields = FieldsOf(request);
        var id = fields["messageId"] ?? throw new FormatException("It has no messageId.");
        if (fields["status"] is { } status && fields["text"] is null) return Receipt(fields, id, status);
        return
        [
            // A long message comes in parts, each a callback of its own; a keyword stands in the first.
            new CallbackEvent.Inbound
            {
                From = Number(fields["msisdn"] ?? throw new FormatException("It has no msisdn.")),
                To = Number(fields["to"] ?? throw new FormatException("It has no to.")),
                ExternalId = id,
                Text = fields["text"],
                At = TimeOf(fields["message-timestamp"]),
            },
        ];
    }

    private static CallbackEvent[] Receipt(FormFields fields, string id, string status)
    {
        var code = fields["err-code"];

        // https://developer.vonage.com/en/messaging/sms/guides/delivery-receipts: 3 gone for good, 9 no such number; 4 and 14 are barred.
        var isPermanent = code is "3" or "9";
        MessageEventKind? kind = status switch
        {
            "delivered" => MessageEventKind.Delivered,
            "accepted" or "buffered" or "unknown" => MessageEventKind.Deferred,
            "failed" => isPermanent || code is "4" or "14" ? MessageEventKind.Bounced : MessageEventKind.Failed,
            "rejected" => MessageEventKind.Bounced,
            "expired" or "deleted" => MessageEventKind.Failed,
            _ => null,
        };
        return kind is null ? [] :
        [
            new CallbackEvent.Receipt
            {
                Kind = kind.Value,
                ExternalId = id,
                MessageId = PublicId.TryParse(PublicId.Message, fields["client-ref"], out var own) ? own : null,
                Detail = code is null or "0" ? status : $"{status}, err-code {code}",
                IsPermanent = isPermanent && kind is MessageEventKind.Bounced,
                At = TimeOf(fields["message-timestamp"]),
            },
        ];
    }

    private static CallbackEvent[] ReadMessagesApi(JsonElement json, string uuid)
    {
        var at = DateTimeOffset.TryParse(json.Text("timestamp"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : (DateTimeOffset?)null;
        if (json.Text("status") is not { } status)
        {
            return
            [
                new CallbackEvent.Inbound
                {
                    From = Number(json.Text("from") ?? throw new FormatException("It has no from.")),
                    To = Number(json.Text("to") ?? throw new FormatException("It has no to.")),
                    ExternalId = uuid,
                    Text = json.Text("text"),
                    At = at,
                },
            ];
        }

        MessageEventKind? kind = status switch
        {
            "submitted" => MessageEventKind.Sent,
            "delivered" => MessageEventKind.Delivered,
            "read" => MessageEventKind.Read,
            "rejected" => MessageEventKind.Bounced,
            "undeliverable" => MessageEventKind.Failed,
            _ => null,
        };
        var error = json.Member("error") ?? default;
        var usage = json.Member("usage") ?? default;
        return kind is null ? [] :
        [
            new CallbackEvent.Receipt
            {
                Kind = kind.Value,
                ExternalId = uuid,
                MessageId = PublicId.TryParse(PublicId.Message, json.Text("client_ref"), out var own) ? own : null,
                Detail = error.Text("title") is { } title ? $"{title}: {error.Text("detail")}".TrimEnd(':', ' ') : status,
                Cost = usage.Amount("price"),
                Currency = usage.Text("currency"),
                At = at,
            },
        ];
    }

    /// <summary>Query, form or JSON: the account's owner chooses.</summary>
    public static FormFields FieldsOf(CallbackRequest request)
    {
        var fields = FormFields.Of(request);
        if (FormFields.IsForm(request) || VendorJson.Parse(request.Body) is not { ValueKind: JsonValueKind.Object } json) return fields;
        foreach (var member in json.EnumerateObject())
        {
            if (json.Text(member.Name) is { } value) fields.Add(member.Name, value);
        }

        return fields;
    }

    private static string Number(string digits) => digits.Length > 0 && char.IsAsciiDigit(digits[0]) ? "+" + digits : digits;

    private static DateTimeOffset? TimeOf(string? text) =>
        DateTimeOffset.TryParseExact(text, "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}
