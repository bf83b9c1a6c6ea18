namespace Carillon.Channels.Email;

/// <summary>A cell of a table of data: its words in one line, whether it is a heading, and its side.</summary>
internal sealed record TextCell(string Text, bool IsHeading, bool IsRight);

/// <summary>
/// Sets a table of data in columns where they fit the line, and otherwise row by row:
/// <code>
/// Item      Price        Item: A very long description
/// --------  -----        Price: 12.00
/// Tea        4.50
/// </code>
/// </summary>
internal sealed class TextTable(TextComposer composer)
{
    private const string Between = "  ";

    public void Write(List<List<TextCell>> rows)
    {
        int columns = rows.Max(row => row.Count);
        var widths = new int[columns];
        foreach (List<TextCell> row in rows)
            for (int i = 0; i < row.Count; i++) widths[i] = Math.Max(widths[i], TextWidth.Of(row[i].Text));

        long total = widths.Sum(w => (long)w) + (Between.Length * (columns - 1));
        if (total <= composer.Room) WriteColumns(rows, widths);
        else WriteRows(rows);
    }

    private void WriteColumns(List<List<TextCell>> rows, int[] widths)
    {
        for (int i = 0; i < rows.Count; i++)
        {
            composer.Line(string.Join(Between, rows[i].Select((cell, column) => Padded(cell, widths[column]))));
            if (i == 0 && rows.Count > 1 && rows[0].TrueForAll(cell => cell.IsHeading))
                composer.Line(string.Join(Between, widths.Select(width => new string('-', Math.Max(width, 1)))));
        }
    }

    private static string Padded(TextCell cell, int width)
    {
        string blanks = new(' ', width - TextWidth.Of(cell.Text));
        return cell.IsRight ? blanks + cell.Text : cell.Text + blanks;
    }

    private void WriteRows(List<List<TextCell>> rows)
    {
        List<TextCell>? headings = rows.Count > 1 && rows[0].TrueForAll(cell => cell.IsHeading) ? rows[0] : null;
        foreach (List<TextCell> row in headings is null ? rows : rows.Skip(1))
        {
            for (int i = 0; i < row.Count; i++)
            {
                if (row[i].Text.Length == 0) continue;
                if (headings is not null && i < headings.Count && headings[i].Text.Length > 0) composer.Text(headings[i].Text + ": ");
                composer.Text(row[i].Text);
                composer.LineEnd();
            }
            composer.Gap();
        }
    }
}
