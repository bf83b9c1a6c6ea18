using Carillon.Mail.Parsing;

namespace Carillon.Mail.Bounces;

/// <summary>Feedback reports (RFC 5965) and the older form, a mail that says so in its subject and attaches the mail complained about.</summary>
internal static class Complaint
{
    public static ReturnedMailReport? Read(Evidence evidence)
    {
        if (IsOptOut(evidence) && MailAddresses.First(evidence.Fields["From"]) is { } who)
            return new ReturnedMailReport(ReturnedMailKind.Complaint, [Of(who, "opt-out")]);

        HeaderFields? report = evidence.FeedbackReport;
        if (report is null && !IsOlderForm(evidence)) return null;

        string type = report?["Feedback-Type"]?.Trim().ToLowerInvariant() ?? "abuse";
        List<string> addresses = Recipients(report, evidence.Original);
        // A hidden recipient is still a complaint: it counts against the sender even when nobody can be unsubscribed.
        if (addresses.Count == 0) addresses.Add("");
        var recipients = addresses.Select(a => Of(a, type)).ToList();
        return new ReturnedMailReport(
            ReturnedMailKind.Complaint,
            recipients,
            OriginalIds.MessageId(evidence) ?? report?["Message-ID"],
            report?["Original-Envelope-Id"],
            report?["Reporting-MTA"]);
    }

    public static ReturnedRecipient Of(string address, string type) =>
        new(address, "", ReturnReason.Feedback, IsPermanent: false, FeedbackType: type);

    // Apple's mail program answers the address of a List-Unsubscribe on the recipient's wish.
    private static bool IsOptOut(Evidence evidence) =>
        evidence.Fields["X-Apple-Unsubscribe"]?.Trim().Equals("true", StringComparison.OrdinalIgnoreCase) ?? false;

    private static bool IsOlderForm(Evidence evidence) => evidence.HasOriginal
        && evidence.Type.Name == "multipart/mixed"
        && evidence.Subject.Contains("complaint about message", StringComparison.OrdinalIgnoreCase);

    private static List<string> Recipients(HeaderFields? report, HeaderFields original)
    {
        IEnumerable<string> sources = report is null ? [] : report.All("Original-Rcpt-To").Concat(report.All("Removal-Recipient"));
        var found = Addresses(sources);
        if (found.Count == 0) found = Addresses(original.All("X-HmXmrOriginalRecipient"));
        if (found.Count == 0) found = Addresses(original.All("To"));
        return found;
    }

    private static List<string> Addresses(IEnumerable<string> values) =>
        [.. values.SelectMany(v => MailAddresses.All(v)).Distinct(StringComparer.OrdinalIgnoreCase)];
}
