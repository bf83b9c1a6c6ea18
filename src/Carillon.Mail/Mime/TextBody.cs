using System.Buffers;
using System.Text;

namespace Carillon.Mail;

/// <summary>A text part: how it is encoded, and its octets with CRLF line ends.</summary>
internal static class TextBody
{
    private const int MaxLine = 998;

    private static readonly SearchValues<byte> Costly =
        SearchValues.Create([.. Enumerable.Range(0, 256).Select(b => (byte)b)
            .Where(b => b > 126 || b == '=' || (b < 32 && b is not ((byte)'\t' or (byte)'\r' or (byte)'\n')))]);

    /// <summary>7bit where nothing stands against it; 8bit where that is allowed; else the shorter of the two encodings.</summary>
    public static TextEncoding Choose(ReadOnlySpan<byte> text, bool allow8Bit)
    {
        bool ascii = Ascii.IsValid(text);
        if ((ascii || allow8Bit) && TravelsWell(text)) return ascii ? TextEncoding.SevenBit : TextEncoding.EightBit;
        // Each costly octet takes two more in quoted-printable; base64 takes a third more of everything and a line end for each 57.
        int costly = CountCostly(text);
        return costly * 2L <= (text.Length / 3) - (text.Length / 80) ? TextEncoding.QuotedPrintable : TextEncoding.Base64;
    }

    public static ReadOnlySpan<byte> NameOf(TextEncoding encoding) => encoding switch
    {
        TextEncoding.SevenBit => "7bit"u8,
        TextEncoding.EightBit => "8bit"u8,
        TextEncoding.QuotedPrintable => "quoted-printable"u8,
        _ => "base64"u8,
    };

    /// <summary>Ends with a line end, so that a boundary or the final dot can follow.</summary>
    public static void Write(IBufferWriter<byte> output, ReadOnlySpan<byte> text, TextEncoding encoding)
    {
        switch (encoding)
        {
            case TextEncoding.QuotedPrintable:
                QuotedPrintable.Write(output, text);
                if (text.IsEmpty || text[^1] is not ((byte)'\n' or (byte)'\r')) output.Write("\r\n"u8);
                break;
            case TextEncoding.Base64:
                WriteBase64(output, text);
                break;
            default:
                WriteLines(output, text);
                break;
        }
    }

    public static void WriteLines(IBufferWriter<byte> output, ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty)
        {
            int end = text.IndexOfAny((byte)'\r', (byte)'\n');
            ReadOnlySpan<byte> line = end < 0 ? text : text[..end];
            Span<byte> target = output.GetSpan(line.Length + 2);
            line.CopyTo(target);
            target[line.Length] = (byte)'\r';
            target[line.Length + 1] = (byte)'\n';
            output.Advance(line.Length + 2);
            if (end < 0) return;
            text = text[end..];
            text = text[(text is [(byte)'\r', (byte)'\n', ..] ? 2 : 1)..];
        }
    }

    /// <summary>No NUL, no line over 998 octets, no "From " that a relay would change.</summary>
    public static bool TravelsWell(ReadOnlySpan<byte> text)
    {
        if (text.Contains((byte)0) || text.StartsWith("From "u8) || text.IndexOf("\nFrom "u8) >= 0 || text.IndexOf("\rFrom "u8) >= 0) return false;
        while (text.Length > MaxLine)
        {
            int end = text[..(MaxLine + 1)].LastIndexOfAny((byte)'\r', (byte)'\n');
            if (end < 0) return false;
            text = text[(end + 1)..];
        }

        return true;
    }

    /// <summary>The canonical form of text has CRLF line ends, also inside base64 (RFC 2045 section 6.8).</summary>
    private static void WriteBase64(IBufferWriter<byte> output, ReadOnlySpan<byte> text)
    {
        using var canonical = new PooledBuffer();
        WriteLines(canonical, text);
        Base64Lines.Write(output, canonical.Written.Span);
    }

    private static int CountCostly(ReadOnlySpan<byte> text)
    {
        int count = 0;
        for (int next = text.IndexOfAny(Costly); next >= 0; next = text.IndexOfAny(Costly))
        {
            count++;
            text = text[(next + 1)..];
            // In scripts that need two or three octets a letter the search would stop at each one.
            while (!text.IsEmpty && text[0] > 126)
            {
                count++;
                text = text[1..];
            }
        }

        return count;
    }
}

internal enum TextEncoding
{
    SevenBit,
    EightBit,
    QuotedPrintable,
    Base64,
}
