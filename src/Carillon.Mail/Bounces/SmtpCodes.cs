namespace Carillon.Mail.Bounces;

/// <summary>The reply code (RFC 5321) and the enhanced status code (RFC 3463) in the words of a server.</summary>
internal readonly record struct SmtpCodes(string? Reply, string? Status)
{
    /// <summary>
    /// The pair that says most: codes that stand together win over codes alone, a status with a detail over one that ends in <c>.0.0</c>,
    /// and of equals the first.
    /// </summary>
    public static SmtpCodes Find(ReadOnlySpan<char> text)
    {
        string? reply = null, status = null, pairedReply = null, pairedStatus = null;
        int replyEnd = -10;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] is not ('2' or '4' or '5') || !StartsWord(text, i)) continue;
            int length = StatusLength(text[i..]);
            if (length > 0)
            {
                string found = text.Slice(i, length).ToString();
                bool paired = i - replyEnd <= 3 && reply is not null;
                if (paired && (pairedStatus is null || (IsVague(pairedStatus) && !IsVague(found))))
                    (pairedReply, pairedStatus) = (Last(text, replyEnd), found);
                if (status is null || (IsVague(status) && !IsVague(found))) status = found;
                i += length - 1;
            }
            else if (IsReply(text[i..]))
            {
                reply ??= text.Slice(i, 3).ToString();
                replyEnd = i + 3;
                i += 2;
            }
        }
        return pairedStatus is not null ? new SmtpCodes(pairedReply, pairedStatus) : new SmtpCodes(reply, status);
    }

    /// <summary>Where the first reply code stands, or -1.</summary>
    public static int FirstReply(ReadOnlySpan<char> text)
    {
        for (int i = 0; i < text.Length; i++)
            if (text[i] is '4' or '5' && StartsWord(text, i) && IsReply(text[i..])) return i;
        return -1;
    }

    /// <summary>A status that names a class and nothing else, such as <c>5.0.0</c>.</summary>
    public static bool IsVague(string status) => status.EndsWith(".0.0", StringComparison.Ordinal);

    /// <summary>The status at the start of a field value such as <c>5.1.1 (bad address)</c>, or null.</summary>
    public static string? StatusOf(string? field)
    {
        if (field is null) return null;
        ReadOnlySpan<char> value = field.AsSpan().TrimStart();
        int length = StatusLength(value);
        return length == 0 ? null : value[..length].ToString();
    }

    private static string Last(ReadOnlySpan<char> text, int replyEnd) => text.Slice(replyEnd - 3, 3).ToString();

    // "192.0.2.5.1.1" and "v5.1.1" are no codes; "#5.1.1", "(5.1.1" and "550-5.1.1" are.
    private static bool StartsWord(ReadOnlySpan<char> text, int at)
    {
        if (at == 0) return true;
        char before = text[at - 1];
        if (before == '-') return at == 1 || !char.IsLetter(text[at - 2]);
        return !char.IsLetterOrDigit(before) && before is not ('.' or '_' or '/' or '@');
    }

    // class "." subject "." detail, of up to three digits each; not a longer dotted number such as an address
    private static int StatusLength(ReadOnlySpan<char> text)
    {
        if (text.Length < 5 || text[0] is not ('2' or '4' or '5') || text[1] != '.') return 0;
        int at = 2;
        int subject = Digits(text, at);
        at += subject;
        if (subject is 0 or > 3 || at >= text.Length || text[at] != '.') return 0;
        int detail = Digits(text, at + 1);
        at += 1 + detail;
        if (detail is 0 or > 3) return 0;
        bool goesOn = at + 1 < text.Length && ((text[at] == '.' && char.IsAsciiDigit(text[at + 1])) || char.IsLetter(text[at]));
        return goesOn ? 0 : at;
    }

    private static int Digits(ReadOnlySpan<char> text, int from)
    {
        int count = 0;
        while (from + count < text.Length && char.IsAsciiDigit(text[from + count])) count++;
        return count;
    }

    // The codes that RFC 5321, 4954, 3207 and 7504 define; "600 seconds" or "522" are numbers like others.
    private static bool IsReply(ReadOnlySpan<char> text)
    {
        if (text.Length < 3 || !char.IsAsciiDigit(text[1]) || !char.IsAsciiDigit(text[2])) return false;
        if (text.Length > 3 && (char.IsLetterOrDigit(text[3]) || (text[3] is '.' && text.Length > 4 && char.IsAsciiDigit(text[4])))) return false;
        int code = ((text[0] - '0') * 100) + ((text[1] - '0') * 10) + (text[2] - '0');
        return code is 250 or 251 or 252 or 421 or (>= 450 and <= 455) or (>= 500 and <= 504)
            or 521 or 523 or 530 or 534 or 535 or 538 or (>= 550 and <= 557);
    }
}
