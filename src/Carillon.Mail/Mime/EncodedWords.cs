using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Carillon.Mail;

/// <summary>
/// RFC 2047: text outside ASCII as <c>=?utf-8?q?…?=</c> or <c>=?utf-8?b?…?=</c>, whatever is shorter, at most 75 octets each and never
/// cut inside a character.
/// </summary>
internal static class EncodedWords
{
    private const int Overhead = 12; // =?utf-8?q??=
    private const int MaxWord = 75;
    private const int MinRoom = Overhead + 12;

    /// <summary>In a phrase, such as a display name, Q may only use letters, digits and <c>!*+-/</c> (section 5 (3)).</summary>
    public static void Write(HeaderWriter writer, string text, bool phrase)
    {
        bool q = PrefersQ(text, phrase);
        Span<byte> word = stackalloc byte[MaxWord];
        ReadOnlySpan<char> rest = text;
        while (!rest.IsEmpty)
        {
            int room = (writer.Room < MinRoom ? MaxWord : Math.Min(MaxWord, writer.Room)) - Overhead;
            int taken = q ? FitQ(rest, room, phrase) : FitBase64(rest, room);
            int length = q ? EncodeQ(rest[..taken], word, phrase) : EncodeBase64(rest[..taken], word);
            writer.Token(word[..length]);
            rest = rest[taken..];
        }
    }

    private static bool PrefersQ(string text, bool phrase)
    {
        int q = 0;
        foreach (Rune rune in text.EnumerateRunes()) q += CostQ(rune, phrase);
        return q <= (Encoding.UTF8.GetByteCount(text) + 2) / 3 * 4;
    }

    private static int CostQ(Rune rune, bool phrase) => IsPlainQ(rune, phrase) || rune.Value == ' ' ? 1 : 3 * rune.Utf8SequenceLength;

    private static bool IsPlainQ(Rune rune, bool phrase) =>
        rune.IsAscii && (char.IsAsciiLetterOrDigit((char)rune.Value)
            || (phrase ? "!*+-/".Contains((char)rune.Value, StringComparison.Ordinal) : rune.Value is > ' ' and <= '~' and not ('=' or '?' or '_')));

    private static int FitQ(ReadOnlySpan<char> text, int room, bool phrase)
    {
        int taken = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            room -= CostQ(rune, phrase);
            if (room < 0 && taken > 0) break;
            taken += rune.Utf16SequenceLength;
        }

        return Math.Min(taken, text.Length);
    }

    private static int FitBase64(ReadOnlySpan<char> text, int room)
    {
        int octets = room / 4 * 3, taken = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            octets -= rune.Utf8SequenceLength;
            if (octets < 0 && taken > 0) break;
            taken += rune.Utf16SequenceLength;
        }

        return Math.Min(taken, text.Length);
    }

    private static int EncodeQ(ReadOnlySpan<char> text, Span<byte> word, bool phrase)
    {
        "=?utf-8?q?"u8.CopyTo(word);
        int at = Overhead - 2;
        Span<byte> octets = stackalloc byte[4];
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (rune.Value == ' ')
            {
                word[at++] = (byte)'_';
            }
            else if (IsPlainQ(rune, phrase))
            {
                word[at++] = (byte)rune.Value;
            }
            else
            {
                int count = rune.EncodeToUtf8(octets);
                foreach (byte octet in octets[..count])
                {
                    word[at++] = (byte)'=';
                    octet.TryFormat(word[at..], out int written, "X2", CultureInfo.InvariantCulture);
                    at += written;
                }
            }
        }

        "?="u8.CopyTo(word[at..]);
        return at + 2;
    }

    private static int EncodeBase64(ReadOnlySpan<char> text, Span<byte> word)
    {
        "=?utf-8?b?"u8.CopyTo(word);
        Span<byte> octets = stackalloc byte[MaxWord];
        int count = Encoding.UTF8.GetBytes(text, octets);
        Base64.EncodeToUtf8(octets[..count], word[(Overhead - 2)..], out _, out int written);
        "?="u8.CopyTo(word[(Overhead - 2 + written)..]);
        return Overhead + written;
    }
}
