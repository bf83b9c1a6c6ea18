namespace Carillon.Channels.Email;

/// <summary>Cuts a long line at blanks, and inside scripts that write without them; a word that has no such place stays whole.</summary>
internal static class TextFolding
{
    public static IEnumerable<string> Fold(string text, int width)
    {
        if (text.Length <= width / 2 || TextWidth.Of(text) <= width)
        {
            yield return text;
            yield break;
        }
        int start = 0;
        while (start < text.Length)
        {
            int end = LineEnd(text, start, width);
            yield return text[start..end].TrimEnd(' ');
            start = end;
            while (start < text.Length && text[start] == ' ') start++;
        }
    }

    private static int LineEnd(string text, int start, int width)
    {
        int columns = 0, breakAt = -1;
        for (int i = start; i < text.Length; i++)
        {
            char c = text[i];
            if (i > start && MayBreakBefore(text, i)) breakAt = i;
            if (!char.IsLowSurrogate(c))
                columns += char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1])
                    ? TextWidth.Of(new System.Text.Rune(c, text[i + 1]))
                    : TextWidth.Of(text.AsSpan(i, 1));
            // a blank at the end of a line takes no place on it
            if (columns > width && c != ' ' && breakAt > start) return breakAt;
        }
        return text.Length;
    }

    private static bool MayBreakBefore(string text, int at)
    {
        char before = text[at - 1], c = text[at];
        if (before == ' ') return c != ' ';
        if (c == ' ') return false;
        if (char.IsLowSurrogate(c) || TextWidth.MayNotBegin(c) || before is '<' or '(' or '「' or '（') return false;
        return TextWidth.MayBreakAfter(before) || TextWidth.MayBreakAfter(c);
    }
}
