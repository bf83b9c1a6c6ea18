namespace Carillon.Server.Api.Json;

/// <summary>Which known word an unknown one was most likely meant to be.</summary>
internal static class Spelling
{
    /// <summary>
    /// The word at the least edit distance, where that is at most a third of its length and the case and the separators do not
    /// count (<c>recipientId</c> means <c>recipient_id</c>). Null when none is so near.
    /// </summary>
    public static string? Nearest(string name, IEnumerable<string> words)
    {
        // What nobody mistypes is not worth the quadratic work.
        if (name.Length is 0 or > 64) return null;
        var plain = Plain(name);
        string? nearest = null;
        var least = int.MaxValue;
        foreach (var word in words)
        {
            var distance = Distance(plain, Plain(word));
            if (distance >= least || distance > Math.Max(1, word.Length / 3)) continue;
            (nearest, least) = (word, distance);
        }

        return nearest;
    }

    private static string Plain(string name) =>
        name.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();

    /// <summary>Edits that lead from one to the other: a letter more, less, other, or two swapped.</summary>
    private static int Distance(string a, string b)
    {
        var previous = new int[b.Length + 1];
        var current = new int[b.Length + 1];
        var before = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++) previous[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                current[j] = Math.Min(Math.Min(previous[j] + 1, current[j - 1] + 1), previous[j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) current[j] = Math.Min(current[j], before[j - 2] + 1);
            }

            (before, previous, current) = (previous, current, before);
        }

        return previous[b.Length];
    }
}
