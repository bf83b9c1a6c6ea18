namespace Carillon.Channels.Email;

/// <summary>
/// Looks at markup before it is parsed. Building a document costs time in the square of the number of elements that are open at once, and walking it
/// costs stack in their depth; no mail that is meant to be read comes near the limits here.
/// </summary>
internal static class HtmlShape
{
    private const int MaximumOpen = 400;
    private const int MaximumAttributes = 500;

    // Never open, or closed by the next of their kind without being written so.
    private static readonly HashSet<string> NotCounted = new(StringComparer.OrdinalIgnoreCase)
    {
        "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr",
        "p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "colgroup", "option", "optgroup", "html", "head", "body",
    };

    public static bool IsReasonable(string html)
    {
        var open = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        int total = 0, position = 0;
        while (HtmlTag.Next(html, position, out HtmlTag tag))
        {
            position = tag.End;
            if (tag.Attributes > MaximumAttributes) return false;
            if (tag.Name.Length is 0 or > 40 || NotCounted.Contains(tag.Name)) continue;
            open.TryGetValue(tag.Name, out int count);
            if (tag.Closes && count == 0) continue;
            int change = tag.Closes ? -1 : 1;
            open[tag.Name] = count + change;
            total += change;
            if (total > MaximumOpen) return false;
        }
        return true;
    }
}
