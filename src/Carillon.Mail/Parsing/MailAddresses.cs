namespace Carillon.Mail.Parsing;

/// <summary>Finds addresses in running text and in address fields, in the order they stand. A finder, not a validator.</summary>
internal static class MailAddresses
{
    private const int MaximumLocal = 128;
    private const int MaximumDomain = 255;

    /// <summary>The first address at or after <paramref name="start"/>, and where it stands; null when there is none.</summary>
    public static string? Next(ReadOnlySpan<char> text, int start, out int at, out int end)
    {
        int search = start;
        while (search < text.Length)
        {
            int sign = text[search..].IndexOf('@');
            if (sign < 0) break;
            sign += search;
            at = LocalStart(text, Math.Max(start, sign - MaximumLocal), sign);
            end = DomainEnd(text, sign + 1);
            if (at < sign && end > sign + 1) return text[at..end].ToString();
            search = sign + 1;
        }
        at = end = text.Length;
        return null;
    }

    public static string? First(string? text) => text is null ? null : Next(text, 0, out _, out _);

    public static List<string> All(string? text, int maximum = 200)
    {
        var found = new List<string>();
        int position = 0;
        while (text is not null && found.Count < maximum && Next(text, position, out _, out int end) is { } address)
        {
            if (!found.Contains(address, StringComparer.OrdinalIgnoreCase)) found.Add(address);
            position = end;
        }
        return found;
    }

    private static int LocalStart(ReadOnlySpan<char> text, int lowest, int sign)
    {
        int at = sign;
        if (at > lowest && text[at - 1] == '"')
        {
            int open = text[lowest..(at - 1)].LastIndexOf('"');
            return open < 0 ? sign : lowest + open;
        }
        while (at > lowest && IsLocal(text[at - 1])) at--;
        while (at < sign && text[at] is '.' or '\'') at++;
        return at;
    }

    private static int DomainEnd(ReadOnlySpan<char> text, int start)
    {
        int end = start;
        int limit = Math.Min(text.Length, start + MaximumDomain);
        while (end < limit && (char.IsLetterOrDigit(text[end]) || text[end] is '.' or '-' or '_'))
        {
            // a label of ASCII ends where a script that writes without blanks goes on
            if (text[end] >= '\u3000' && end > start && char.IsAscii(text[end - 1]) && text[end - 1] != '.') break;
            end++;
        }
        while (end > start && text[end - 1] is '.' or '-' or '_') end--;
        return end;
    }

    private static bool IsLocal(char c) => c < 128
        ? char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-/=?^_`{|}~.".Contains(c)
        // Japanese and Chinese text runs into an address without a blank; other scripts write their letters in local parts.
        : char.IsLetter(c) && c is < '\u3000' or (>= '\uac00' and <= '\ud7a3');
}
