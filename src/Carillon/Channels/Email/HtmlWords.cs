using System.Net;

namespace Carillon.Channels.Email;

/// <summary>The words of markup that is too strange to be laid out: tags become line ends, nothing else is kept of them.</summary>
internal static class HtmlWords
{
    // Inside of these nothing is meant to be read, up to their own end tag.
    private static readonly string[] Unread = ["style", "script", "title", "template", "textarea"];

    private static readonly HashSet<string> Inline = new(StringComparer.OrdinalIgnoreCase)
    {
        "a", "abbr", "b", "bdo", "big", "cite", "code", "em", "font", "i", "img", "ins", "kbd", "label", "mark", "q", "s", "small", "span",
        "strong", "sub", "sup", "tt", "u", "",
    };

    public static void Write(string html, TextComposer composer)
    {
        int position = 0;
        while (HtmlTag.Next(html, position, out HtmlTag tag))
        {
            composer.Text(WebUtility.HtmlDecode(html[position..tag.Start]));
            position = tag.Closes ? tag.End : EndOfUnread(html, tag);
            if (!Inline.Contains(tag.Name)) composer.LineEnd();
        }
        composer.Text(WebUtility.HtmlDecode(html[position..]));
        composer.LineEnd();
    }

    private static int EndOfUnread(string html, HtmlTag tag)
    {
        if (!Unread.Contains(tag.Name, StringComparer.OrdinalIgnoreCase)) return tag.End;
        int end = html.IndexOf("</" + tag.Name, tag.End, StringComparison.OrdinalIgnoreCase);
        return end < 0 ? html.Length : end;
    }
}
