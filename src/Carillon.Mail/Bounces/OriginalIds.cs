using Carillon.Mail.Parsing;

namespace Carillon.Mail.Bounces;

/// <summary>Finds what ties a report to the mail that was sent.</summary>
internal static class OriginalIds
{
    public static string? MessageId(Evidence evidence)
    {
        if (Bracketed(evidence.Original["Message-ID"]) is { } id) return id;
        foreach (HeaderFields group in evidence.DeliveryStatus)
            if (Bracketed(group["X-Original-Message-ID"]) is { } named) return named;
        int at = evidence.Notice.IndexOf("Message-ID:", StringComparison.OrdinalIgnoreCase);
        return at < 0 ? null : Bracketed(evidence.Notice.AsSpan(at, Math.Min(400, evidence.Notice.Length - at)));
    }

    public static string? EnvelopeId(Evidence evidence) =>
        evidence.DeliveryStatus.Count > 0 ? evidence.DeliveryStatus[0]["Original-Envelope-Id"] : null;

    public static string? ReportingMta(Evidence evidence)
    {
        string? field = evidence.DeliveryStatus.Count > 0 ? evidence.DeliveryStatus[0]["Reporting-MTA"] : null;
        if (field is null) return null;
        int semicolon = field.IndexOf(';');
        return semicolon < 0 ? field : field[(semicolon + 1)..].Trim();
    }

    public static string? Bracketed(ReadOnlySpan<char> value)
    {
        int open = value.IndexOf('<');
        if (open < 0) return null;
        int close = value[open..].IndexOf('>');
        return close is < 2 or > 998 ? null : value.Slice(open, close + 1).ToString();
    }
}
