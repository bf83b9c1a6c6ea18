using AngleSharp.Dom;

namespace Carillon.Channels.Email;

/// <summary>Tells tables of data from tables that only place things, which most tables in mail are.</summary>
internal static class HtmlTable
{
    private static readonly HashSet<string> Blocks = new(StringComparer.Ordinal)
    {
        "table", "p", "div", "ul", "ol", "dl", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "hr", "section", "article", "form", "center",
    };

    /// <summary>The visible cells of the table's own rows, without those of tables inside it.</summary>
    public static List<List<IElement>> Rows(IElement table)
    {
        var rows = new List<List<IElement>>();
        foreach (IElement child in table.Children)
        {
            if (HtmlVisibility.IsHidden(child)) continue;
            if (child.LocalName == "tr") Add(rows, child);
            else if (child.LocalName is "thead" or "tbody" or "tfoot")
                foreach (IElement row in child.Children)
                    if (row.LocalName == "tr" && !HtmlVisibility.IsHidden(row)) Add(rows, row);
        }
        return rows;
    }

    /// <summary>Whether the cells belong in columns: several of words alone in every row, and the table does not say that it is for layout.</summary>
    public static bool HoldsData(IElement table, List<List<IElement>> rows)
    {
        if (table.GetAttribute("role") is "presentation" or "none") return false;
        if (rows.Count == 0 || rows.Max(row => row.Count) < 2) return false;
        if (rows.Exists(row => row.Exists(HasBlocks))) return false;
        bool headed = rows.Exists(row => row.Exists(cell => cell.LocalName == "th"));
        return headed || (rows.Count > 1 && rows.TrueForAll(row => row.Count == rows[0].Count));
    }

    public static bool HasBlocks(IElement cell)
    {
        foreach (IElement child in cell.Children)
            if (Blocks.Contains(child.LocalName) || HasBlocks(child)) return true;
        return false;
    }

    public static bool IsRightAligned(IElement cell) =>
        "right".Equals(cell.GetAttribute("align"), StringComparison.OrdinalIgnoreCase)
        || (cell.GetAttribute("style") ?? "").Replace(" ", "", StringComparison.Ordinal)
            .Contains("text-align:right", StringComparison.OrdinalIgnoreCase);

    private static void Add(List<List<IElement>> rows, IElement row)
    {
        List<IElement> cells = [.. row.Children.Where(c => c.LocalName is "td" or "th" && !HtmlVisibility.IsHidden(c))];
        if (cells.Count > 0) rows.Add(cells);
    }
}
