namespace Carillon.Templates;

/// <summary>What became of a line.</summary>
public enum LineChange
{
    Same,
    Removed,
    Added,
}

/// <summary>A stretch of lines that differ, with up to three before and after that do not.</summary>
/// <param name="From">The first line in the old text, from 1; where it has none, the line after which it stands.</param>
/// <param name="To">The same in the new text.</param>
public sealed record DiffHunk(int From, int FromCount, int To, int ToCount, IReadOnlyList<(LineChange Change, string Text)> Lines);

/// <summary>
/// Compares two texts line by line. Lines that both begin and end with are set aside; of the rest the longest common subsequence stays,
/// as long as its table has at most <see cref="MaxCells"/> cells. Texts that differ in more than that count as replaced from the first
/// line that differs to the last.
/// </summary>
internal static class LineDiff
{
    public const int Context = 3;
    public const int MaxCells = 4_000_000;

    public static IReadOnlyList<DiffHunk> Of(string? from, string? to) => Hunks(Compare(Lines(from), Lines(to)));

    /// <summary>The last line counts also without an end; a text that ends with a line's end has no empty line after it.</summary>
    private static string[] Lines(string? text)
    {
        if (string.IsNullOrEmpty(text)) return [];
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        return lines[^1].Length == 0 ? lines[..^1] : lines;
    }

    private static List<(LineChange Change, string Text)> Compare(string[] from, string[] to)
    {
        var prefix = 0;
        while (prefix < from.Length && prefix < to.Length && from[prefix] == to[prefix]) prefix++;
        var suffix = 0;
        while (suffix < from.Length - prefix && suffix < to.Length - prefix && from[^(suffix + 1)] == to[^(suffix + 1)]) suffix++;

        var lines = new List<(LineChange, string)>(from.Length + to.Length);
        foreach (var line in from.AsSpan(0, prefix)) lines.Add((LineChange.Same, line));
        Middle(from[prefix..^suffix], to[prefix..^suffix], lines);
        foreach (var line in from.AsSpan(from.Length - suffix)) lines.Add((LineChange.Same, line));
        return lines;
    }

    private static void Middle(string[] from, string[] to, List<(LineChange, string)> lines)
    {
        var (i, j) = (0, 0);
        if ((long)(from.Length + 1) * (to.Length + 1) <= MaxCells)
        {
            // common[i, j]: how many lines from[i..] and to[j..] have in common, in order.
            var common = new int[from.Length + 1, to.Length + 1];
            for (i = from.Length - 1; i >= 0; i--)
            {
                for (j = to.Length - 1; j >= 0; j--)
                    common[i, j] = from[i] == to[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
            }

            (i, j) = (0, 0);
            while (i < from.Length && j < to.Length)
            {
                if (from[i] == to[j])
                {
                    lines.Add((LineChange.Same, from[i++]));
                    j++;
                }
                else if (common[i + 1, j] >= common[i, j + 1])
                {
                    lines.Add((LineChange.Removed, from[i++]));
                }
                else
                {
                    lines.Add((LineChange.Added, to[j++]));
                }
            }
        }

        while (i < from.Length) lines.Add((LineChange.Removed, from[i++]));
        while (j < to.Length) lines.Add((LineChange.Added, to[j++]));
    }

    private static List<DiffHunk> Hunks(List<(LineChange Change, string Text)> lines)
    {
        var hunks = new List<DiffHunk>();
        var (from, to) = (0, 0);
        var at = 0;
        while (at < lines.Count)
        {
            if (lines[at].Change == LineChange.Same)
            {
                (at, from, to) = (at + 1, from + 1, to + 1);
                continue;
            }

            var start = Math.Max(at - Context, 0);
            var end = at;
            // Stretches that are no further apart than twice the context are one.
            for (var next = at; next < lines.Count && next <= end + (2 * Context) + 1; next++)
            {
                if (lines[next].Change != LineChange.Same) end = next;
            }

            var last = Math.Min(end + Context, lines.Count - 1);
            var shown = lines.GetRange(start, last - start + 1);
            var before = at - start;
            var fromCount = shown.Count(l => l.Change != LineChange.Added);
            var toCount = shown.Count(l => l.Change != LineChange.Removed);
            hunks.Add(new DiffHunk(
                from - before + (fromCount == 0 ? 0 : 1), fromCount, to - before + (toCount == 0 ? 0 : 1), toCount, shown));
            from += fromCount - before;
            to += toCount - before;
            at = last + 1;
        }

        return hunks;
    }
}
