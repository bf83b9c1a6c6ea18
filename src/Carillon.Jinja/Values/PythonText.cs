using System.Globalization;
using System.Text;

namespace Carillon.Jinja.Values;

/// <summary>Text as Python sees it: counted in code points, quoted as <c>repr</c> does.</summary>
internal static class PythonText
{
    public static bool HasSurrogates(string text) => text.AsSpan().IndexOfAnyInRange('\ud800', '\udfff') >= 0;

    public static int Length(JinjaValue value)
    {
        if (value.Ref is not Utf8Text) return Length(value.Text);
        var count = 0;
        foreach (var b in value.Utf8Span)
        {
            if ((b & 0xC0) != 0x80) count++;
        }
        return count;
    }

    public static int Length(string text)
    {
        if (!HasSurrogates(text)) return text.Length;
        var count = 0;
        for (var i = 0; i < text.Length; i += Step(text, i)) count++;
        return count;
    }

    /// <summary>How many UTF-16 units the code point at an index takes.</summary>
    public static int Step(string text, int index) =>
        char.IsHighSurrogate(text[index]) && index + 1 < text.Length && char.IsLowSurrogate(text[index + 1]) ? 2 : 1;

    /// <summary>The code points, each as a string of its own.</summary>
    public static string[] Characters(string text)
    {
        var characters = new string[Length(text)];
        for (int i = 0, n = 0; i < text.Length; n++)
        {
            var step = Step(text, i);
            characters[n] = Character(text, i, step);
            i += step;
        }
        return characters;
    }

    private static readonly string[] Ascii = Enumerable.Range(0, 128).Select(c => ((char)c).ToString()).ToArray();

    /// <summary>The code point at an index that takes so many UTF-16 units.</summary>
    public static string Character(string text, int index, int step) => step == 1 && text[index] < 128 ? Ascii[text[index]] : text.Substring(index, step);

    /// <summary>The index in UTF-16 units of a code point by its number.</summary>
    public static int Offset(string text, int codePoints)
    {
        var index = 0;
        for (; codePoints > 0 && index < text.Length; codePoints--) index += Step(text, index);
        return index;
    }

    /// <summary>A part by code points.</summary>
    public static string Substring(string text, int start, int length)
    {
        if (!HasSurrogates(text)) return text.Substring(start, length);
        var from = Offset(text, start);
        var to = from;
        for (; length > 0 && to < text.Length; length--) to += Step(text, to);
        return text[from..to];
    }

    public static string Quote(string text)
    {
        var quote = text.Contains('\'', StringComparison.Ordinal) && !text.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        var builder = new StringBuilder(text.Length + 2).Append(quote);
        for (var i = 0; i < text.Length;)
        {
            var step = Step(text, i);
            var point = step == 2 ? char.ConvertToUtf32(text[i], text[i + 1]) : text[i];
            if (point == quote || point == '\\') builder.Append('\\').Append((char)point);
            else if (point == '\n') builder.Append("\\n");
            else if (point == '\r') builder.Append("\\r");
            else if (point == '\t') builder.Append("\\t");
            else if (IsPrintable(point)) builder.Append(text, i, step);
            else if (point < 0x100) builder.Append(CultureInfo.InvariantCulture, $"\\x{point:x2}");
            else if (point < 0x10000) builder.Append(CultureInfo.InvariantCulture, $"\\u{point:x4}");
            else builder.Append(CultureInfo.InvariantCulture, $"\\U{point:x8}");
            i += step;
        }
        return builder.Append(quote).ToString();
    }

    public static string QuoteBytes(byte[] bytes)
    {
        var quote = bytes.Contains((byte)'\'') && !bytes.Contains((byte)'"') ? '"' : '\'';
        var builder = new StringBuilder("b").Append(quote);
        foreach (var b in bytes)
        {
            if (b == quote || b == '\\') builder.Append('\\').Append((char)b);
            else if (b == '\n') builder.Append("\\n");
            else if (b == '\r') builder.Append("\\r");
            else if (b == '\t') builder.Append("\\t");
            else if (b is >= 0x20 and < 0x7f) builder.Append((char)b);
            else builder.Append(CultureInfo.InvariantCulture, $"\\x{b:x2}");
        }
        return builder.Append(quote).ToString();
    }

    public static bool IsPrintable(int point)
    {
        if (point < 0x7f) return point >= 0x20;
        return CategoryOf(point) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
            or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator);
    }

    public static UnicodeCategory CategoryOf(int point) =>
        point is >= 0xd800 and <= 0xdfff ? UnicodeCategory.Surrogate : CharUnicodeInfo.GetUnicodeCategory(point);

    /// <summary>What Python strips and splits on: White_Space and the separators U+001C to U+001F.</summary>
    public static bool IsSpace(char character) => character is >= '\x1c' and <= '\x1f' || char.IsWhiteSpace(character);
}
