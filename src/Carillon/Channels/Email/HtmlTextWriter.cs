using System.Globalization;
using System.Runtime.CompilerServices;
using AngleSharp.Dom;

namespace Carillon.Channels.Email;

/// <summary>Walks a document and tells the composer what a reader would see, element by element.</summary>
internal sealed class HtmlTextWriter(TextComposer composer)
{
    public void WriteChildren(INode parent)
    {
        // Depth is bounded before parsing; this guards what the parser may add.
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack()) return;
        foreach (INode child in parent.ChildNodes)
        {
            if (child is IText text) composer.Text(text.Data);
            else if (child is IElement element && !HtmlVisibility.IsHidden(element)) Write(element);
        }
    }

    private void Write(IElement element)
    {
        switch (element.LocalName)
        {
            case "br":
                composer.Break();
                break;
            case "a":
                WriteLink(element);
                break;
            case "img":
                composer.Text(element.GetAttribute("alt") ?? "");
                break;
            case "h1":
                WriteHeading(element, '=');
                break;
            case "h2":
                WriteHeading(element, '-');
                break;
            case "h3" or "h4" or "h5" or "h6":
                WriteHeading(element, underline: null);
                break;
            case "ul" or "ol" or "menu":
                WriteList(element);
                break;
            case "dd":
                composer.Indented("  ", () => WriteChildren(element));
                break;
            case "blockquote":
                composer.Gap();
                composer.Indented("> ", () => WriteChildren(element));
                composer.Gap();
                break;
            case "pre" or "xmp" or "listing":
                composer.Gap();
                composer.Preformatted(element.TextContent);
                composer.Gap();
                break;
            case "hr":
                composer.Gap();
                composer.Line(new string('-', 40));
                composer.Gap();
                break;
            case "table":
                WriteTable(element);
                break;
            case "p" or "form" or "fieldset" or "figure" or "dl" or "section" or "article" or "header" or "footer" or "nav" or "address":
                composer.Gap();
                WriteChildren(element);
                composer.Gap();
                break;
            case "div" or "center" or "main" or "aside" or "dt" or "li" or "td" or "th" or "tr":
            case "caption" or "figcaption" or "details" or "summary":
                composer.LineEnd();
                WriteChildren(element);
                composer.LineEnd();
                break;
            default:
                WriteChildren(element);
                break;
        }
    }

    // The text and, where it does not say so itself, the address: Our terms <https://example.com/terms>
    private void WriteLink(IElement link)
    {
        (int Paragraph, int At) before = composer.Mark();
        WriteChildren(link);
        string address = AddressOf(link);
        if (address.Length == 0) return;
        string shown = composer.Since(before);
        if (Same(shown, address)) return;
        composer.Text(shown.Length == 0 ? " " : " <");
        composer.Word(address);
        composer.Text(shown.Length == 0 ? " " : ">");
    }

    private static string AddressOf(IElement link)
    {
        string href = (link.GetAttribute("href") ?? "").Trim();
        if (href.StartsWith("mailto:", StringComparison.OrdinalIgnoreCase))
        {
            int query = href.IndexOf('?');
            return Uri.UnescapeDataString(query < 0 ? href[7..] : href[7..query]);
        }
        if (href.StartsWith("tel:", StringComparison.OrdinalIgnoreCase)) return href[4..];
        bool leads = href.StartsWith("http://", StringComparison.OrdinalIgnoreCase)
            || href.StartsWith("https://", StringComparison.OrdinalIgnoreCase);
        return leads ? string.Concat(href.Where(c => !char.IsWhiteSpace(c) && !char.IsControl(c))) : "";
    }

    private static bool Same(string shown, string address)
    {
        static string Bare(string text)
        {
            string bare = text.Trim();
            int scheme = bare.IndexOf("://", StringComparison.Ordinal);
            if (scheme >= 0) bare = bare[(scheme + 3)..];
            return bare.TrimEnd('/').Replace(" ", "", StringComparison.Ordinal);
        }
        return Bare(shown).Equals(Bare(address), StringComparison.OrdinalIgnoreCase);
    }

    private void WriteHeading(IElement heading, char? underline)
    {
        composer.Gap();
        WriteChildren(heading);
        composer.LineEnd(underline);
        composer.Gap();
    }

    private void WriteList(IElement list)
    {
        bool nested = list.ParentElement?.LocalName is "li" or "ul" or "ol";
        if (nested) composer.LineEnd();
        else composer.Gap();
        int number = int.TryParse(list.GetAttribute("start"), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int start) ? start : 1;
        foreach (IElement item in list.Children)
        {
            if (HtmlVisibility.IsHidden(item)) continue;
            if (item.LocalName != "li")
            {
                composer.Indented("  ", () => Write(item));
                continue;
            }
            if (int.TryParse(item.GetAttribute("value"), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value)) number = value;
            string mark = list.LocalName == "ol" ? string.Create(CultureInfo.InvariantCulture, $"{number}. ") : "- ";
            if (number < int.MaxValue) number++;
            composer.Indented(mark, () => WriteChildren(item), new string(' ', mark.Length));
        }
        if (nested) composer.LineEnd();
        else composer.Gap();
    }

    private void WriteTable(IElement table)
    {
        composer.Gap();
        List<List<IElement>> rows = HtmlTable.Rows(table);
        if (HtmlTable.HoldsData(table, rows)) new TextTable(composer).Write([.. rows.Select(row => row.Select(Cell).ToList())]);
        else WriteLayout(table, rows);
        composer.Gap();
    }

    // A table that only places things: what stands beside each other in words stays on a line, anything more goes below each other.
    private void WriteLayout(IElement table, List<List<IElement>> rows)
    {
        if (table.Children.FirstOrDefault(c => c.LocalName == "caption") is { } caption) Write(caption);
        foreach (List<IElement> row in rows)
        {
            bool words = row.TrueForAll(cell => !HtmlTable.HasBlocks(cell));
            composer.LineEnd();
            foreach (IElement cell in row)
            {
                if (words) composer.Text(" ");
                else composer.LineEnd();
                WriteChildren(cell);
            }
            composer.LineEnd();
            if (!words) composer.Gap();
        }
    }

    private TextCell Cell(IElement cell)
    {
        var inner = new TextComposer(int.MaxValue);
        new HtmlTextWriter(inner).WriteChildren(cell);
        string text = string.Join(' ', inner.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        return new TextCell(text, cell.LocalName == "th", HtmlTable.IsRightAligned(cell));
    }
}
