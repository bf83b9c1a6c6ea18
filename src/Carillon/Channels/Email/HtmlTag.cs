namespace Carillon.Channels.Email;

/// <summary>One tag in markup, found by a scan that looks at each character once. Comments are passed over.</summary>
/// <param name="Name">The element's name; empty for a declaration.</param>
/// <param name="Start">Where its <c>&lt;</c> stands.</param>
/// <param name="End">Where the text after it begins.</param>
/// <param name="Closes">Whether it is an end tag.</param>
/// <param name="Attributes">How many words it has, which is at least the number of its attributes.</param>
internal readonly record struct HtmlTag(string Name, int Start, int End, bool Closes, int Attributes)
{
    public static bool Next(string html, int from, out HtmlTag tag)
    {
        int position = from;
        while (position < html.Length)
        {
            int start = html.IndexOf('<', position);
            if (start < 0 || start + 1 >= html.Length) break;
            if (html.AsSpan(start).StartsWith("<!--"))
            {
                int close = html.IndexOf("-->", Math.Min(start + 4, html.Length), StringComparison.Ordinal);
                tag = new HtmlTag("", start, close < 0 ? html.Length : close + 3, Closes: false, Attributes: 0);
                return true;
            }
            bool closes = html[start + 1] == '/';
            int name = start + (closes ? 2 : 1);
            if (name < html.Length && (char.IsAsciiLetter(html[name]) || html[name] is '!' or '?'))
            {
                tag = Read(html, start, name, closes);
                return true;
            }
            position = start + 1;
        }
        tag = default;
        return false;
    }

    private static HtmlTag Read(string html, int start, int name, bool closes)
    {
        int end = name;
        while (end < html.Length && (char.IsAsciiLetterOrDigit(html[end]) || html[end] is '-' or ':')) end++;
        string element = html[name..end];
        int attributes = 0;
        char quote = '\0';
        for (; end < html.Length; end++)
        {
            char c = html[end];
            if (quote != '\0')
            {
                if (c == quote) quote = '\0';
            }
            else if (c == '>') break;
            else if (c is '"' or '\'' && html[end - 1] == '=') quote = c;
            else if (c is ' ' or '\n' or '\t' or '/') attributes++;
        }
        return new HtmlTag(element, start, Math.Min(end + 1, html.Length), closes, attributes);
    }
}
