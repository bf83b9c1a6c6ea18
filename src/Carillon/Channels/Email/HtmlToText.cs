using AngleSharp.Dom;
using AngleSharp.Html.Parser;

namespace Carillon.Channels.Email;

/// <summary>
/// The plain-text alternative of an HTML mail: links with their addresses, lists, tables, headings, the alternative texts of images and preformatted
/// text stay readable; what a reader would not see is left out. Lines are at most 76 columns where they can be folded.
/// </summary>
internal static class HtmlToText
{
    private const int Width = 76;

    /// <summary>
    /// The text, with LF line ends and one at its end; empty when the page shows no words. Takes any input; hostile markup, such as elements
    /// nested a hundred thousand deep, gets its words without their layout, in time that grows with its length only.
    /// </summary>
    public static string Convert(string html)
    {
        var composer = new TextComposer(Width);
        if (HtmlShape.IsReasonable(html))
        {
            using IDocument document = new HtmlParser().ParseDocument(html);
            if (document.Body is { } body) new HtmlTextWriter(composer).WriteChildren(body);
        }
        else
        {
            HtmlWords.Write(html, composer);
        }
        return composer.ToString();
    }
}
