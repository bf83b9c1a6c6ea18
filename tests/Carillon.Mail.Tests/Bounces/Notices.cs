namespace Carillon.Mail.Tests.Bounces;

/// <summary>
/// Notices in the manner of the mail systems that are out there, from <c>Notices.txt</c>: a line <c>==== name|recipient|reason|h or s</c>
/// (hard or soft; more recipients after <c>;</c>; none for an ordinary mail), then the mail. Written for these tests, with invented data.
/// </summary>
internal static class Notices
{
    public static readonly IReadOnlyList<(string Name, string Expected, string Mail)> All = Read();

    /// <summary>The lines of a text that lies beside the tests.</summary>
    public static IEnumerable<string> Lines(string file)
    {
        using Stream stream = typeof(Notices).Assembly.GetManifestResourceStream("Bounces." + file)!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line) yield return line;
    }

    private static List<(string Name, string Expected, string Mail)> Read()
    {
        var all = new List<(string Name, string Expected, string Mail)>();
        foreach (string line in Lines("Notices.txt"))
        {
            if (line.StartsWith("==== ", StringComparison.Ordinal))
            {
                string[] head = line[5..].Split('|', 2);
                all.Add((head[0], head.Length > 1 ? head[1] : "", ""));
            }
            else
            {
                all[^1] = all[^1] with { Mail = all[^1].Mail + line + "\n" };
            }
        }
        return all;
    }
}
