using System.Text;

namespace Carillon.Mail;

/// <summary>What one look over a message's octets says about sending it.</summary>
/// <param name="Fault">Why it cannot be sent, or null.</param>
/// <param name="HasLeadingDot">Some line starts with a dot, so DATA must stuff it.</param>
/// <param name="EndsLine">The last line ends with CRLF.</param>
/// <param name="IsEightBit">It has octets over 127.</param>
internal readonly record struct ContentFacts(string? Fault, bool HasLeadingDot, bool EndsLine, bool IsEightBit)
{
    private const int MaxLine = 998;

    /// <summary>
    /// A CR or LF alone could end the message early for a server that reads more loosely than this client (SMTP smuggling), so such
    /// content is refused, as are lines over 998 octets (RFC 5322 section 2.1.1) and NUL.
    /// </summary>
    public static ContentFacts Of(ReadOnlySpan<byte> content)
    {
        bool dot = content.Length > 0 && content[0] == '.';
        int start = 0;
        while (start < content.Length)
        {
            ReadOnlySpan<byte> rest = content[start..];
            int length = rest.IndexOfAny((byte)'\r', (byte)'\n');
            if (length < 0)
            {
                if (rest.Length > MaxLine) return Refuse("a line over 998 octets", start);
                break;
            }

            if (length > MaxLine) return Refuse("a line over 998 octets", start);
            if (rest[length] == '\n') return Refuse("an LF without CR", start + length);
            if (length + 1 == rest.Length || rest[length + 1] != '\n') return Refuse("a CR without LF", start + length);
            start += length + 2;
            dot |= start < content.Length && content[start] == '.';
        }

        if (content.Contains((byte)0)) return Refuse("a NUL", content.IndexOf((byte)0));
        return new ContentFacts(null, dot, content.EndsWith("\r\n"u8), !Ascii.IsValid(content));
    }

    private static ContentFacts Refuse(string what, int offset) =>
        new($"the content has {what} at octet {offset}", false, false, false);
}
