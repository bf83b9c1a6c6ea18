using System.Buffers;
using System.Globalization;
using System.Text;

namespace Carillon.Channels.Sms;

/// <summary>
/// The truth of a text as SMS: its encoding, and the segments in which it goes. Segments of one message carry a header of six octets for
/// their concatenation (3GPP TS 23.040, 9.2.3.24.1) and never cut an escape pair, a surrogate pair or, if it fits into a segment, what a
/// reader sees as one character (an extended grapheme cluster, Unicode UAX #29).
/// </summary>
public static class SmsText
{
    internal const int SingleSeptets = 160;
    internal const int SegmentSeptets = 153;
    internal const int SingleUnits = 70;
    internal const int SegmentUnits = 67;

    /// <summary>Allocates nothing. A lone surrogate counts as one unit.</summary>
    public static SmsSize Measure(ReadOnlySpan<char> text)
    {
        var septets = Septets(text);
        if (septets < 0)
        {
            return text.Length <= SingleUnits
                ? new SmsSize(SmsEncoding.Ucs2, 1, text.Length)
                : new SmsSize(SmsEncoding.Ucs2, Count(text, SmsEncoding.Ucs2), text.Length);
        }

        return new SmsSize(SmsEncoding.Gsm7, septets <= SingleSeptets ? 1 : Count(text, SmsEncoding.Gsm7), septets);
    }

    /// <summary>The same of UTF-8, as rendered content is. What is not UTF-8 counts as U+FFFD. Allocates nothing.</summary>
    public static SmsSize Measure(ReadOnlySpan<byte> utf8)
    {
        const int small = 512;
        if (utf8.Length <= small)
        {
            // A text has no more UTF-16 units than bytes in UTF-8.
            Span<char> characters = stackalloc char[small];
            return Measure(characters[..Encoding.UTF8.GetChars(utf8, characters)]);
        }

        var rented = ArrayPool<char>.Shared.Rent(utf8.Length);
        try
        {
            return Measure(rented.AsSpan(0, Encoding.UTF8.GetChars(utf8, rented)));
        }
        finally
        {
            rented.AsSpan(0, utf8.Length).Clear();
            ArrayPool<char>.Shared.Return(rented);
        }
    }

    /// <summary>The text of each segment, in order. An empty text is one empty segment.</summary>
    public static IReadOnlyList<string> Split(string text)
    {
        var size = Measure(text);
        if (size.Segments == 1) return [text];
        var segments = new List<string>(size.Segments);
        for (var start = 0; start < text.Length;)
        {
            var length = SegmentLength(text.AsSpan(start), size.Encoding);
            segments.Add(text.Substring(start, length));
            start += length;
        }

        return segments;
    }

    /// <summary>
    /// The text with the signs of typographers, which force UCS-2, replaced by plain ones: curly quotes, dashes, odd spaces, wide letters.
    /// Twilio calls it smart encoding (https://www.twilio.com/docs/messaging/services/smart-encoding-char-list).
    /// </summary>
    public static string Simplify(string text) => PlainCharacters.Replace(text);

    /// <summary>-1 where a character is not in the alphabet.</summary>
    private static int Septets(ReadOnlySpan<char> text)
    {
        var septets = 0;
        foreach (var c in text)
        {
            var one = GsmAlphabet.SeptetsOf(c);
            if (one == 0) return -1;
            septets += one;
        }

        return septets;
    }

    private static int Count(ReadOnlySpan<char> text, SmsEncoding encoding)
    {
        var segments = 0;
        while (!text.IsEmpty)
        {
            text = text[SegmentLength(text, encoding)..];
            segments++;
        }

        return segments;
    }

    /// <summary>How many UTF-16 units of a text that takes several segments go into the next one.</summary>
    private static int SegmentLength(ReadOnlySpan<char> text, SmsEncoding encoding) =>
        encoding == SmsEncoding.Gsm7 ? SeptetSegmentLength(text) : UnitSegmentLength(text);

    private static int SeptetSegmentLength(ReadOnlySpan<char> text)
    {
        var septets = 0;
        for (var i = 0; i < text.Length; i++)
        {
            septets += GsmAlphabet.SeptetsOf(text[i]);
            if (septets > SegmentSeptets) return i;
        }

        return text.Length;
    }

    private static int UnitSegmentLength(ReadOnlySpan<char> text)
    {
        if (text.Length <= SegmentUnits) return text.Length;
        var length = 0;
        while (true)
        {
            var cluster = ClusterLength(text[length..]);
            if (length + cluster <= SegmentUnits) length += cluster;
            else if (length > 0) return length;
            else return char.IsHighSurrogate(text[SegmentUnits - 1]) && char.IsLowSurrogate(text[SegmentUnits]) ? SegmentUnits - 1 : SegmentUnits;
        }
    }

    /// <summary>A line end may be cut: CR and LF are characters of their own to a telephone.</summary>
    private static int ClusterLength(ReadOnlySpan<char> text) =>
        text is ['\r', '\n', ..] ? 1 : StringInfo.GetNextTextElementLength(text);
}
