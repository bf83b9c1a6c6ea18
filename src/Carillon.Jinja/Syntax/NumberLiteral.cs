using System.Globalization;
using System.Numerics;

namespace Carillon.Jinja.Syntax;

/// <summary>Numbers as templates write them: decimal, <c>0x</c>, <c>0o</c>, <c>0b</c>, with underscores between digits.</summary>
internal static class NumberLiteral
{
    /// <summary>How long the number at an index is, and whether it is a float.</summary>
    public static (int Length, bool IsFloat) Measure(string source, int start)
    {
        var afterDot = start > 0 && source[start - 1] == '.';
        var whole = Digits(source, start, char.IsAsciiDigit);
        if (!afterDot && whole > 0)
        {
            var index = start + whole;
            var fraction = 0;
            if (index + 1 < source.Length && source[index] == '.') fraction = Digits(source, index + 1, char.IsAsciiDigit);
            if (fraction > 0) index += 1 + fraction;
            var exponent = Exponent(source, index);
            if (fraction > 0 || exponent > 0) return (index + exponent - start, true);
        }
        if (source[start] != '0') return (whole, false);
        if (start + 1 < source.Length)
        {
            var prefixed = char.ToLowerInvariant(source[start + 1]) switch
            {
                'b' => Digits(source, start + 2, c => c is '0' or '1', leadingUnderscore: true),
                'o' => Digits(source, start + 2, c => c is >= '0' and <= '7', leadingUnderscore: true),
                'x' => Digits(source, start + 2, char.IsAsciiHexDigit, leadingUnderscore: true),
                _ => 0,
            };
            if (prefixed > 0) return (2 + prefixed, false);
        }
        return (Digits(source, start, c => c == '0'), false);
    }

    private static int Exponent(string source, int index)
    {
        if (index >= source.Length || source[index] is not ('e' or 'E')) return 0;
        var sign = index + 1 < source.Length && source[index + 1] is '+' or '-' ? 1 : 0;
        var digits = Digits(source, index + 1 + sign, char.IsAsciiDigit);
        return digits == 0 ? 0 : 1 + sign + digits;
    }

    // Digits with single underscores between them.
    private static int Digits(string source, int start, Func<char, bool> isDigit, bool leadingUnderscore = false)
    {
        var index = start;
        while (index < source.Length)
        {
            if (isDigit(source[index])) index++;
            else if (source[index] == '_' && (index > start || leadingUnderscore) && index + 1 < source.Length && isDigit(source[index + 1])) index += 2;
            else break;
        }
        return index - start;
    }

    public static BigInteger ParseInteger(string text)
    {
        if (text.Length < 2 || char.IsAsciiDigit(text[1])) return BigInteger.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
        var bits = char.ToLowerInvariant(text[1]) switch { 'b' => 1, 'o' => 3, _ => 4 };
        var value = BigInteger.Zero;
        foreach (var digit in text.AsSpan(2)) value = (value << bits) + Convert.ToInt32(digit.ToString(), 16);
        return value;
    }
}
