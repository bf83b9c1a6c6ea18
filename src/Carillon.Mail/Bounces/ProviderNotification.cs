using System.Text.Json;

namespace Carillon.Mail.Bounces;

/// <summary>The notifications of Amazon SES as they come by mail: JSON in a text, bare or wrapped in the envelope of the topic.</summary>
internal static class ProviderNotification
{
    public static ReturnedMailReport? Read(Evidence evidence)
    {
        string text = evidence.Notice;
        if (!text.TrimStart().StartsWith('{') || !text.Contains("notificationType", StringComparison.Ordinal)) return null;
        try
        {
            using JsonDocument? document = Parse(text);
            if (document is null) return null;
            JsonElement root = document.RootElement;
            if (Text(root, "Message") is not { } wrapped) return Report(root);
            using var inner = JsonDocument.Parse(wrapped);
            return Report(inner.RootElement);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static JsonDocument? Parse(string text)
    {
        // Long lines were folded by "!" and a line break on the way through old relays, and a footer may follow.
        text = text.Replace("!\n ", "", StringComparison.Ordinal).Replace("!\n", "", StringComparison.Ordinal);
        int end = text.IndexOf("\n--", StringComparison.Ordinal);
        if (end >= 0) text = text[..end];
        return JsonDocument.Parse(text.Trim().Replace("\n", "", StringComparison.Ordinal));
    }

    private static ReturnedMailReport? Report(JsonElement root)
    {
        string? id = Child(root, "mail") is { } mail && Child(mail, "commonHeaders") is { } headers ? Text(headers, "messageId") : null;
        return Text(root, "notificationType") switch
        {
            "Bounce" when Child(root, "bounce") is { } bounce => Bounce(bounce, id),
            "Complaint" when Child(root, "complaint") is { } complaint => Complained(complaint, id),
            "Delivery" when Child(root, "delivery") is { } delivery => Delivered(delivery, id),
            _ => null,
        };
    }

    private static ReturnedMailReport? Bounce(JsonElement bounce, string? id)
    {
        var recipients = new List<ReturnedRecipient>();
        foreach (JsonElement recipient in Items(bounce, "bouncedRecipients"))
        {
            if (Text(recipient, "emailAddress") is not { } address) continue;
            var facts = new DeliveryFacts(Text(recipient, "status"), Text(recipient, "action"), Text(recipient, "diagnosticCode"), Context: "");
            recipients.Add(Diagnosis.Of(address, facts));
        }
        return recipients.Count == 0
            ? null
            : new ReturnedMailReport(ReturnedMailKind.Bounce, recipients, id, ReportingMta: Text(bounce, "reportingMTA"));
    }

    private static ReturnedMailReport? Complained(JsonElement complaint, string? id)
    {
        string type = Text(complaint, "complaintFeedbackType") ?? "abuse";
        var recipients = Items(complaint, "complainedRecipients")
            .Select(r => Complaint.Of(Text(r, "emailAddress") ?? "", type))
            .ToList();
        return recipients.Count == 0 ? null : new ReturnedMailReport(ReturnedMailKind.Complaint, recipients, id);
    }

    private static ReturnedMailReport? Delivered(JsonElement delivery, string? id)
    {
        string reply = Text(delivery, "smtpResponse") ?? "";
        var recipients = Items(delivery, "recipients")
            .Where(r => r.ValueKind == JsonValueKind.String)
            .Select(r => Diagnosis.Of(r.GetString()!, new DeliveryFacts(null, "delivered", reply, Context: "")))
            .ToList();
        return recipients.Count == 0
            ? null
            : new ReturnedMailReport(ReturnedMailKind.DeliveryNotice, recipients, id, ReportingMta: Text(delivery, "reportingMTA"));
    }

    private static JsonElement? Child(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement child) ? child : null;

    private static string? Text(JsonElement element, string name) =>
        Child(element, name) is { ValueKind: JsonValueKind.String } child ? child.GetString() : null;

    private static IEnumerable<JsonElement> Items(JsonElement element, string name) =>
        Child(element, name) is { ValueKind: JsonValueKind.Array } child ? child.EnumerateArray() : [];
}
