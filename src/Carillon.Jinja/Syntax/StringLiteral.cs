using System.Globalization;
using System.Text;

namespace Carillon.Jinja.Syntax;

/// <summary>Decodes the escapes of a string literal as Python's <c>unicode-escape</c>.</summary>
internal static class StringLiteral
{
    public static string Decode(ReadOnlySpan<char> text, Func<string, Exception> fail)
    {
        if (!text.Contains('\\')) return text.ToString();
        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                result.Append(text[i]);
                continue;
            }
            if (++i >= text.Length) throw fail("\\ at end of string");
            switch (text[i])
            {
                case '\n': break;
                case '\\' or '\'' or '"': result.Append(text[i]); break;
                case 'a': result.Append('\a'); break;
                case 'b': result.Append('\b'); break;
                case 'f': result.Append('\f'); break;
                case 'n': result.Append('\n'); break;
                case 'r': result.Append('\r'); break;
                case 't': result.Append('\t'); break;
                case 'v': result.Append('\v'); break;
                case 'x': i += Hex(text[(i + 1)..], 2, "truncated \\xXX escape", result, fail); break;
                case 'u': i += Hex(text[(i + 1)..], 4, "truncated \\uXXXX escape", result, fail); break;
                case 'U': i += Hex(text[(i + 1)..], 8, "truncated \\UXXXXXXXX escape", result, fail); break;
                case 'N': throw fail("unknown Unicode character name");
                case >= '0' and <= '7':
                    i += Octal(text[i..], result) - 1;
                    break;
                default:
                    i += Unknown(text[i..], result) - 1;
                    break;
            }
        }
        return result.ToString();
    }

    private static int Hex(ReadOnlySpan<char> digits, int count, string message, StringBuilder result, Func<string, Exception> fail)
    {
        if (digits.Length < count || !uint.TryParse(digits[..count], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var point)) throw fail(message);
        if (point > 0x10ffff) throw fail("illegal Unicode character");
        if (point < 0x10000) result.Append((char)point);
        else result.Append(char.ConvertFromUtf32((int)point));
        return count;
    }

    private static int Octal(ReadOnlySpan<char> text, StringBuilder result)
    {
        int value = 0, length = 0;
        for (; length < 3 && length < text.Length && text[length] is >= '0' and <= '7'; length++) value = value * 8 + (text[length] - '0');
        result.Append((char)value);
        return length;
    }

    // An escape Python does not know keeps its backslash. A character beyond ASCII is an escape itself by then, whose backslash is eaten by the one before it.
    private static int Unknown(ReadOnlySpan<char> text, StringBuilder result)
    {
        var step = char.IsHighSurrogate(text[0]) && text.Length > 1 && char.IsLowSurrogate(text[1]) ? 2 : 1;
        result.Append('\\');
        if (step == 2) result.Append(CultureInfo.InvariantCulture, $"U{char.ConvertToUtf32(text[0], text[1]):x8}");
        else if (text[0] > 0xff) result.Append(CultureInfo.InvariantCulture, $"u{(int)text[0]:x4}");
        else if (text[0] > 0x7f) result.Append(CultureInfo.InvariantCulture, $"x{(int)text[0]:x2}");
        else result.Append(text[0]);
        return step;
    }
}
