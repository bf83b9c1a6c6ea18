using System.Net;
using System.Text;

namespace Carillon.Mail.Parsing;

/// <summary>The words of an HTML notice, one line per block. It only has to be readable for rules; it is no renderer.</summary>
internal static class HtmlNotice
{
    public static string ToText(string html)
    {
        var output = new StringBuilder(html.Length / 2);
        int position = 0;
        while (position < html.Length)
        {
            int open = html.IndexOf('<', position);
            if (open < 0) open = html.Length;
            output.Append(html, position, open - position);
            if (open == html.Length) break;
            int close = html.IndexOf('>', open);
            if (close < 0) break;
            ReadOnlySpan<char> tag = html.AsSpan(open + 1, close - open - 1);
            position = Skipped(html, tag, close + 1);
            if (IsBlock(tag)) output.Append('\n');
        }
        return WebUtility.HtmlDecode(output.ToString());
    }

    private static int Skipped(string html, ReadOnlySpan<char> tag, int after)
    {
        string? closing = tag.StartsWith("style", StringComparison.OrdinalIgnoreCase) ? "</style"
            : tag.StartsWith("script", StringComparison.OrdinalIgnoreCase) ? "</script"
            : null;
        if (closing is null) return after;
        int end = html.IndexOf(closing, after, StringComparison.OrdinalIgnoreCase);
        return end < 0 ? html.Length : end;
    }

    private static bool IsBlock(ReadOnlySpan<char> tag)
    {
        ReadOnlySpan<char> name = tag.TrimStart('/');
        int end = 0;
        while (end < name.Length && char.IsAsciiLetterOrDigit(name[end])) end++;
        return name[..end].ToString().ToLowerInvariant()
            is "p" or "br" or "div" or "tr" or "li" or "table" or "td" or "h1" or "h2" or "h3" or "h4" or "pre" or "title";
    }
}
