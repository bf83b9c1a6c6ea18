using Carillon.Mail.Parsing;

namespace Carillon.Mail.Bounces;

/// <summary>Delivery reports: the fields of RFC 3464 where they are, with what the words of the notice add; the words alone where not.</summary>
internal static class BounceReader
{
    public static ReturnedMailReport? Read(Evidence evidence)
    {
        List<NoticeRecipient> named = NoticeReader.Read(evidence);
        if (!BounceSigns.IsBounce(evidence, named)) return null;
        List<ReturnedRecipient> recipients = FromFields(evidence, named);
        if (recipients.Count == 0) recipients = [.. named.Select(n => FromWords(evidence, n, named.Count == 1))];
        if (recipients.Count == 0) return null;
        bool delivered = recipients.TrueForAll(r => r.Reason is ReturnReason.Delivered);
        return new ReturnedMailReport(
            delivered ? ReturnedMailKind.DeliveryNotice : ReturnedMailKind.Bounce,
            recipients,
            OriginalIds.MessageId(evidence),
            OriginalIds.EnvelopeId(evidence),
            OriginalIds.ReportingMta(evidence));
    }

    private static List<ReturnedRecipient> FromFields(Evidence evidence, List<NoticeRecipient> named)
    {
        var recipients = new List<ReturnedRecipient>();
        foreach (HeaderFields group in evidence.DeliveryStatus)
        {
            if (!group.Has("Action") && !group.Has("Status") && !group.Has("Final-Recipient")) continue;
            if (AddressOf(group, named) is not { } address) continue;
            if (recipients.Exists(r => r.Recipient.Equals(address, StringComparison.OrdinalIgnoreCase))) continue;
            string? words = WordsOf(group, address, named);
            string context = evidence.DeliveryStatus.Count <= 2 ? evidence.Notice : words ?? "";
            // PowerMTA sorts what it was told: "bad-mailbox" is a word on the matter
            if (group["X-PowerMTA-BounceCategory"] is { } category) context += "\n" + category;
            var facts = new DeliveryFacts(group["Status"], group["Action"], group["Diagnostic-Code"], context, words);
            recipients.Add(Diagnosis.Of(address, facts));
        }
        return recipients;
    }

    // Final-Recipient is who failed; where a gateway wrote a route there instead of an address, Original-Recipient has it.
    private static string? AddressOf(HeaderFields group, List<NoticeRecipient> named)
    {
        foreach (string name in (string[])["Final-Recipient", "Original-Recipient", "X-Actual-Recipient"])
        {
            string value = group[name] ?? "";
            string address = value[(value.IndexOf(';') + 1)..].Trim();
            if (address.StartsWith('@')) continue;
            if (MailAddresses.First(address) is { } found) return found;
        }
        return group.Has("Final-Recipient") || group.Has("Original-Recipient") ? named.FirstOrDefault()?.Address : null;
    }

    private static string? WordsOf(HeaderFields group, string address, List<NoticeRecipient> named)
    {
        string? actual = MailAddresses.First(group["X-Actual-Recipient"]);
        bool Is(NoticeRecipient recipient, string? other) => recipient.Address.Equals(other, StringComparison.OrdinalIgnoreCase);
        return named.Find(n => Is(n, address) || Is(n, actual))?.Words;
    }

    private static ReturnedRecipient FromWords(Evidence evidence, NoticeRecipient named, bool alone)
    {
        ReturnedRecipient judged = Diagnosis.Of(named.Address, new DeliveryFacts(null, ActionOf(evidence), null, named.Words));
        if (!alone || judged.Reason is not (ReturnReason.OnHold or ReturnReason.Undefined)) return judged;
        // The cause may stand above the address.
        return Diagnosis.Of(named.Address, new DeliveryFacts(null, ActionOf(evidence), null, evidence.Notice));
    }

    // Said by notices that come before a message is given up.
    private static readonly string[] StillTrying =
        ["message is delayed for", "has been delayed", "not yet been delivered", "will be retried", "only a temporary failure", "WARNING MESSAGE ONLY"];

    private static string? ActionOf(Evidence evidence)
    {
        string subject = evidence.Subject;
        bool Has(string word) => subject.Contains(word, StringComparison.OrdinalIgnoreCase);
        if (Has("delay") && !Has("fail")) return "delayed";
        string words = DiagnosticText.OneLine(evidence.Notice, 2000);
        return StillTrying.Any(words.Contains) ? "delayed" : null;
    }
}
