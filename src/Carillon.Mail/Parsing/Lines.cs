namespace Carillon.Mail.Parsing;

/// <summary>Lines that end in LF, CRLF or the end of the text: mail at rest has lost its CRLF more often than not.</summary>
internal static class Lines
{
    public static ReadOnlySpan<char> Next(ReadOnlySpan<char> text, ref int position)
    {
        ReadOnlySpan<char> rest = text[position..];
        int end = rest.IndexOf('\n');
        if (end < 0)
        {
            position = text.Length;
            return rest.TrimEnd('\r');
        }
        position += end + 1;
        return rest[..end].TrimEnd('\r');
    }

    public static List<string> Of(string text, int maximum)
    {
        var lines = new List<string>();
        int position = 0;
        while (position < text.Length && lines.Count < maximum) lines.Add(Next(text, ref position).ToString());
        return lines;
    }
}
