using Carillon.Mail.Parsing;

namespace Carillon.Mail.Bounces;

/// <summary>
/// Finds the recipients in the words of a notice. Mail systems put an address at the start of a line and the cause behind it, or the cause
/// first and <c>550 &lt;address&gt;...</c> under it, or name it after <c>RCPT TO</c>, or in a sentence; they are tried in this order.
/// </summary>
internal sealed class NoticeReader
{
    private const int MaximumLines = 3000;
    private const int MaximumRecipients = 200;
    private const int MaximumWordsAfter = 40;

    private readonly List<string> _lines;
    private readonly HashSet<string> _senders;

    private NoticeReader(string notice, HashSet<string> senders)
    {
        _lines = Lines.Of(notice, MaximumLines);
        _senders = senders;
    }

    public static List<NoticeRecipient> Read(Evidence evidence)
    {
        var reader = new NoticeReader(evidence.Notice, Senders(evidence));
        List<NoticeRecipient> found = reader.AtLineStart(strong: true);
        if (found.Count == 0) found = reader.UnderCause();
        if (found.Count == 0) found = reader.AfterWord(ListLabels);
        if (found.Count == 0) found = reader.AtLineStart(strong: false);
        if (found.Count == 0) found = reader.AfterWord(Labels);
        if (found.Count == 0) found = FromAddresses(evidence.Fields.All("X-Failed-Recipients"), evidence.Notice);
        if (found.Count == 0) found = reader.InSentence(evidence.Notice);
        if (found.Count == 0) found = FromAddresses(evidence.Original.All("To"), evidence.Notice);
        if (found.Count == 0) found = FromVerp(evidence);
        return found;
    }

    // Addresses that stand in every notice and are never the one that failed: who gets it, and who wrote the mail it returns.
    private static HashSet<string> Senders(Evidence evidence)
    {
        var senders = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (string name in (string[])["From", "To", "Delivered-To", "Reply-To", "X-Original-To"]) AddAll(senders, evidence.Fields, name);
        foreach (string name in (string[])["From", "Return-Path", "Sender", "Reply-To", "Errors-To"]) AddAll(senders, evidence.Original, name);
        foreach (string to in evidence.Original.All("To").SelectMany(v => MailAddresses.All(v))) senders.Remove(to);
        return senders;
    }

    private static void AddAll(HashSet<string> senders, HeaderFields fields, string name)
    {
        foreach (string address in fields.All(name).SelectMany(v => MailAddresses.All(v))) senders.Add(address);
    }

    // 550 <kim@example.org>... User unknown, and before it what led to it
    private List<NoticeRecipient> UnderCause()
    {
        var found = new List<NoticeRecipient>();
        int from = 0;
        for (int i = 0; i < _lines.Count && found.Count < MaximumRecipients; i++)
        {
            ReadOnlySpan<char> line = _lines[i].AsSpan().Trim();
            if (line.Contains("while talking to", StringComparison.OrdinalIgnoreCase)) from = i;
            if (line.Length < 10 || !char.IsAsciiDigit(line[0]) || !char.IsAsciiDigit(line[2]) || line[3] != ' ') continue;
            int open = line.IndexOf('<');
            if (open is < 4 or > 12 || MailAddresses.Next(line, open, out int at, out int end) is not { } address || at != open + 1) continue;
            if (!line[end..].StartsWith(">...", StringComparison.Ordinal)) continue;
            Add(found, address, Join(from, i + 1));
            from = i + 1;
        }
        return found;
    }

    private List<NoticeRecipient> AtLineStart(bool strong)
    {
        var starts = new List<(int Line, string Address)>();
        for (int i = 0; i < _lines.Count && starts.Count < MaximumRecipients; i++)
            if (StartOf(_lines[i], strong) is { } address && !_senders.Contains(address)) starts.Add((i, address));

        var found = new List<NoticeRecipient>();
        for (int i = 0; i < starts.Count; i++)
        {
            int next = i + 1 < starts.Count ? starts[i + 1].Line : _lines.Count;
            Add(found, starts[i].Address, Join(starts[i].Line, next));
        }
        return found;
    }

    // "<kim@example.org>:", "kim@example.org: 550 ..." are strong; an address alone, or before other words, is weak.
    private static string? StartOf(string line, bool strong)
    {
        ReadOnlySpan<char> text = line.AsSpan().Trim().TrimStart("*-+• ");
        bool quoted = text.Length > 0 && text[0] is '<' or '"' or '\'' or '(';
        if (MailAddresses.Next(text, 0, out int at, out int end) is not { } address) return null;
        if (at != (quoted && text[at == 0 ? 0 : at - 1] == text[0] && at == 1 ? 1 : 0)) return null;
        ReadOnlySpan<char> rest = text[end..].TrimStart(">\"') ");
        if (rest.IsEmpty) return strong && !quoted ? null : address;
        return rest[0] == ':' || !strong ? address : null;
    }

    private static readonly string[] ListLabels = ["mailing list <"];

    private static readonly string[] Labels =
    [
        "rcpt to", "recipient:", "recipient address:", "original address:", "final recipient:", "failed recipient:", "recipients:", "address:",
        "destination:", "addressed to:", "delivered to:", "undeliverable to", "deliver to:", "unknown user:", "unknown host:", "userid:",
        "allowed size:",
    ];

    private List<NoticeRecipient> AfterWord(string[] labels)
    {
        var found = new List<NoticeRecipient>();
        for (int i = 0; i < _lines.Count && found.Count < MaximumRecipients; i++)
        {
            foreach (string label in labels)
            {
                int at = _lines[i].IndexOf(label, StringComparison.OrdinalIgnoreCase);
                if (at < 0 || MailAddresses.Next(_lines[i].AsSpan(at), 0, out _, out _) is not { } address || _senders.Contains(address)) continue;
                Add(found, address, Join(Math.Max(0, i - 1), Math.Min(_lines.Count, i + MaximumWordsAfter)));
                break;
            }
        }
        return found;
    }

    private List<NoticeRecipient> InSentence(string notice)
    {
        List<string> all = [.. MailAddresses.All(notice, MaximumRecipients).Where(a => !IsContact(a))];
        List<string> others = [.. all.Where(a => !_senders.Contains(a))];
        List<string> chosen = others.Count > 0 ? others : all;
        // Several addresses in a sentence are the mail's and its sender's; the first is what the sentence is about.
        return [.. chosen.Take(1).Select(a => new NoticeRecipient(a, notice))];
    }

    private static bool IsContact(string address) =>
        address.StartsWith("postmaster@", StringComparison.OrdinalIgnoreCase)
        || address.StartsWith("mailer-daemon@", StringComparison.OrdinalIgnoreCase)
        || address.StartsWith("support@", StringComparison.OrdinalIgnoreCase);

    private static List<NoticeRecipient> FromAddresses(IEnumerable<string> values, string notice) =>
    [
        .. values.SelectMany(v => MailAddresses.All(v))
            .Distinct(StringComparer.OrdinalIgnoreCase)
            .Take(MaximumRecipients)
            .Select(a => new NoticeRecipient(a, notice)),
    ];

    private static List<NoticeRecipient> FromVerp(Evidence evidence)
    {
        foreach (string name in (string[])["X-Original-To", "Delivered-To", "To"])
            foreach (string address in evidence.Fields.All(name).SelectMany(v => MailAddresses.All(v)))
                if (VerpAddress.TryDecode(address, out _, out string? recipient)) return [new NoticeRecipient(recipient, evidence.Notice)];
        return [];
    }

    private static void Add(List<NoticeRecipient> found, string address, string words)
    {
        int at = found.FindIndex(r => r.Address.Equals(address, StringComparison.OrdinalIgnoreCase));
        if (at < 0) found.Add(new NoticeRecipient(address, words));
        else found[at] = found[at] with { Words = found[at].Words + "\n" + words };
    }

    private string Join(int from, int to) => string.Join('\n', _lines[from..to]);
}
