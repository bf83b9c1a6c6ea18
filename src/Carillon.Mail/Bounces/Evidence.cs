using Carillon.Mail.Parsing;

namespace Carillon.Mail.Bounces;

/// <summary>
/// A mail laid out for the readers: its own fields, what it says in words, its machine-readable reports and the mail it returns.
/// What is inside an attached mail is evidence about that mail only, never about this one.
/// </summary>
internal sealed class Evidence
{
    private const int MaximumNotice = 256 * 1024;
    private const int MaximumGroups = 1000;

    private Evidence(MimePart root)
    {
        Fields = root.Fields;
        Type = root.Type;
    }

    public HeaderFields Fields { get; }

    public MediaType Type { get; }

    /// <summary>The words of the notice, without the mail that it returns.</summary>
    public string Notice { get; private set; } = "";

    /// <summary>Field groups of a message/delivery-status (RFC 3464): first the message's, then one per recipient.</summary>
    public List<HeaderFields> DeliveryStatus { get; } = [];

    public bool HasDeliveryStatus { get; private set; }

    /// <summary>The fields of a message/feedback-report (RFC 5965).</summary>
    public HeaderFields? FeedbackReport { get; private set; }

    /// <summary>The fields of the mail that came back; empty when it is not there.</summary>
    public HeaderFields Original { get; private set; } = HeaderFields.Empty;

    public bool HasOriginal => Original.Count > 0;

    /// <summary>A disposition notification (RFC 8098): a read receipt.</summary>
    public bool IsReceipt { get; private set; }

    public string Subject => Fields.Decoded("Subject");

    public static Evidence Of(MimePart root)
    {
        var evidence = new Evidence(root);
        var words = new List<MimePart>();
        evidence.Walk(root, words);
        evidence.ReadWords(words);
        return evidence;
    }

    private void Walk(MimePart part, List<MimePart> words)
    {
        if (part.Type.Name == "multipart/alternative" && part.Parts.FirstOrDefault(p => p.Type.Name == "text/plain") is { } plain)
        {
            Walk(plain, words);
            return;
        }
        foreach (MimePart child in part.Parts) Walk(child, words);
        if (part.Parts.Count > 0) return;

        switch (part.Type.Name)
        {
            case "message/delivery-status" or "message/global-delivery-status":
                HasDeliveryStatus = true;
                ReadGroups(part.Text, DeliveryStatus);
                break;
            case "message/feedback-report":
                FeedbackReport ??= HeaderFields.Read(part.Text.TrimStart(), out _);
                break;
            case "message/disposition-notification" or "message/global-disposition-notification":
                IsReceipt = true;
                break;
            case "message/rfc822" or "message/global" or "message/partial" or "message/global-headers":
            case "text/rfc822-headers" or "text/rfc822":
                if (!HasOriginal) Original = HeaderFields.Read(part.Text.TrimStart('\r', '\n'), out _);
                break;
            case "text/plain" or "text/html" when !part.IsAttachment:
                // Text after the report or the returned mail is the returned mail's own.
                if (words.Count == 0 || (!HasDeliveryStatus && !HasOriginal)) words.Add(part);
                break;
        }
    }

    private void ReadWords(List<MimePart> words)
    {
        string text = string.Join('\n', words.Select(WordsOf));
        if (text.Length > MaximumNotice) text = text[..MaximumNotice];
        Notice = ReturnedCopy.Cut(text, out string copy);
        if (!HasOriginal && copy.Length > 0) Original = ReturnedCopy.FieldsOf(copy);
        // Some gateways paste the report into the words instead of attaching it.
        if (DeliveryStatus.Count == 0 && Notice.Contains("Final-Recipient:", StringComparison.OrdinalIgnoreCase))
            ReadGroups(Notice, DeliveryStatus);
    }

    private static string WordsOf(MimePart part) => part.Type.Name == "text/html"
        ? HtmlNotice.ToText(part.Text)
        : part.Text.Replace("\r\n", "\n", StringComparison.Ordinal);

    private static void ReadGroups(string text, List<HeaderFields> groups)
    {
        ReadOnlySpan<char> rest = text;
        while (!rest.IsEmpty && groups.Count < MaximumGroups)
        {
            HeaderFields group = HeaderFields.Read(rest, out int end);
            if (group.Count > 0) groups.Add(group);
            rest = rest[Math.Max(end, 1)..];
        }
    }
}
