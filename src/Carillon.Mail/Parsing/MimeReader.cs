using System.Text;

namespace Carillon.Mail.Parsing;

/// <summary>
/// Reads a mail of any quality into parts. It throws at nothing: what is broken is read as text. Size, depth and number of parts are
/// bounded, so that time and memory are too; what is past a bound is left out.
/// </summary>
internal static class MimeReader
{
    /// <summary>Octets that are looked at. A bounce says what it has to say first; the returned message comes last.</summary>
    public const int MaximumOctets = 4 * 1024 * 1024;

    private const int MaximumDepth = 12;
    private const int MaximumParts = 200;

    public static MimePart Read(ReadOnlyMemory<byte> mail)
    {
        ReadOnlySpan<byte> octets = mail.Span[..Math.Min(mail.Length, MaximumOctets)];
        // One character per octet keeps positions and lets the text of a part be decoded by its own charset later.
        string text = Encoding.Latin1.GetString(octets);
        int left = MaximumParts;
        return ReadPart(SkipMailboxLine(text).AsMemory(), depth: 0, ref left);
    }

    // A line "From address date" of the mbox format stands before the fields of stored mail.
    private static string SkipMailboxLine(string text)
    {
        if (!text.StartsWith("From ", StringComparison.Ordinal)) return text;
        int end = text.IndexOf('\n');
        return end < 0 ? text : text[(end + 1)..];
    }

    private static MimePart ReadPart(ReadOnlyMemory<char> entity, int depth, ref int left)
    {
        HeaderFields fields = HeaderFields.Read(entity.Span, out int end);
        MediaType type = MediaType.Parse(fields["Content-Type"]);
        ReadOnlyMemory<char> body = entity[end..];
        if (!type.IsMultipart || depth >= MaximumDepth) return new MimePart(fields, type, body, []);

        List<ReadOnlyMemory<char>> pieces = Split(body, type["boundary"]);
        var parts = new List<MimePart>();
        foreach (ReadOnlyMemory<char> piece in pieces)
        {
            if (left-- <= 0) break;
            parts.Add(ReadPart(piece, depth + 1, ref left));
        }
        return parts.Count > 0
            ? new MimePart(fields, type, body, parts)
            : new MimePart(fields, MediaType.Parse("text/plain"), body, []);
    }

    private static List<ReadOnlyMemory<char>> Split(ReadOnlyMemory<char> body, string? boundary)
    {
        List<ReadOnlyMemory<char>> pieces = string.IsNullOrWhiteSpace(boundary) ? [] : SplitAt(body, "--" + boundary.TrimEnd());
        if (pieces.Count > 0) return pieces;
        // The declared boundary is nowhere: gateways rewrite it in one place only. The one in use shows itself above "Content-".
        return FindBoundary(body.Span) is { } used ? SplitAt(body, used) : [];
    }

    private static List<ReadOnlyMemory<char>> SplitAt(ReadOnlyMemory<char> body, string delimiter)
    {
        var pieces = new List<ReadOnlyMemory<char>>();
        ReadOnlySpan<char> text = body.Span;
        int position = 0, start = -1;
        while (position < text.Length && pieces.Count < MaximumParts)
        {
            int lineStart = position;
            ReadOnlySpan<char> line = Lines.Next(text, ref position);
            if (!line.StartsWith(delimiter, StringComparison.Ordinal)) continue;
            ReadOnlySpan<char> rest = line[delimiter.Length..].TrimEnd();
            bool closes = rest is "--";
            if (!closes && !rest.IsEmpty) continue;
            if (start >= 0) pieces.Add(body[start..lineStart]);
            start = closes ? -1 : position;
            if (closes) break;
        }
        if (start >= 0 && start < text.Length) pieces.Add(body[start..]);
        return pieces;
    }

    private static string? FindBoundary(ReadOnlySpan<char> text)
    {
        int position = 0;
        string? candidate = null;
        while (position < text.Length)
        {
            ReadOnlySpan<char> line = Lines.Next(text, ref position);
            if (candidate is not null && line.StartsWith("Content-", StringComparison.OrdinalIgnoreCase)) return candidate;
            candidate = line.Length is > 4 and < 200 && line.StartsWith("--", StringComparison.Ordinal) ? line.TrimEnd().ToString() : null;
        }
        return null;
    }
}
