using Carillon.Mail.Parsing;

namespace Carillon.Mail.Bounces;

/// <summary>Parts the words of a notice from the mail that is pasted below them, by the ruler above it or by its first fields.</summary>
internal static class ReturnedCopy
{
    private static readonly string[] RulerWords =
        ["original", "copy of", "returned message", "unsent message", "message text", "message header", "header of", "enclosed is", "below this line"];

    private static readonly string[] Announcements =
        ["message headers follow", "original message follows", "original message headers:", "copy of the original message"];

    // A returned mail starts with its trace; a notice never does.
    private static readonly string[] TraceFields = ["Received:", "Return-Path:", "DKIM-Signature:", "X-Received:", "Delivered-To:", "ARC-Seal:"];

    public static string Cut(string text, out string copy)
    {
        int position = 0;
        bool afterBlank = true;
        while (position < text.Length)
        {
            int start = position;
            ReadOnlySpan<char> line = Lines.Next(text, ref position);
            if (IsRuler(line) || (afterBlank && start > 0 && IsTrace(line)))
            {
                copy = text[(IsTrace(line) ? start : position)..];
                return text[..start];
            }
            afterBlank = line.Trim().IsEmpty;
        }
        copy = "";
        return text;
    }

    /// <summary>The fields of the copy, past what may stand between the ruler and them.</summary>
    public static HeaderFields FieldsOf(string copy)
    {
        int position = 0;
        for (int lines = 0; lines < 20 && position < copy.Length; lines++)
        {
            int start = position;
            ReadOnlySpan<char> line = Lines.Next(copy, ref position);
            if (line.Length > 0 && HeaderFields.NameOf(line) is not null) return HeaderFields.Read(copy.AsSpan(start), out _);
        }
        return HeaderFields.Empty;
    }

    private static bool IsRuler(ReadOnlySpan<char> line)
    {
        ReadOnlySpan<char> trimmed = line.Trim();
        if (trimmed.Length is < 8 or > 120) return false;
        if (trimmed.TrimStart('|').StartsWith("--", StringComparison.Ordinal)) return ContainsAny(trimmed, RulerWords);
        return trimmed.Length < 60 && trimmed[^1] is '.' or ':' && ContainsAny(trimmed, Announcements);
    }

    private static bool IsTrace(ReadOnlySpan<char> line)
    {
        foreach (string field in TraceFields)
            if (line.StartsWith(field, StringComparison.OrdinalIgnoreCase)) return true;
        return false;
    }

    private static bool ContainsAny(ReadOnlySpan<char> line, string[] words)
    {
        foreach (string word in words)
            if (line.Contains(word, StringComparison.OrdinalIgnoreCase)) return true;
        return false;
    }
}
