using System.Globalization;

namespace Carillon.Jinja.Values;

/// <summary>Floats as Python prints them: the shortest digits that read back, an exponent below 1e-4 and from 1e16 on.</summary>
internal static class FloatText
{
    public static string Repr(double value)
    {
        if (double.IsNaN(value)) return "nan";
        if (double.IsInfinity(value)) return value > 0 ? "inf" : "-inf";
        var (negative, digits, exponent) = Shortest(value);
        var text = exponent is < -4 or >= 16 ? Scientific(digits, exponent) : Positional(digits, exponent);
        return negative ? "-" + text : text;
    }

    /// <summary>The shortest digits without a point, and the exponent of the first of them.</summary>
    public static (bool Negative, string Digits, int Exponent) Shortest(double value)
    {
        var negative = double.IsNegative(value);
        if (value == 0) return (negative, "0", 0);
        var text = Math.Abs(value).ToString("E16", CultureInfo.InvariantCulture);
        var shortest = Math.Abs(value).ToString("R", CultureInfo.InvariantCulture);
        var exponent = int.Parse(text.AsSpan(text.IndexOf('E') + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var mantissa = shortest.AsSpan();
        var e = mantissa.IndexOf('E');
        if (e >= 0)
        {
            exponent = int.Parse(mantissa[(e + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            mantissa = mantissa[..e];
        }
        else
        {
            exponent = PositionalExponent(mantissa);
        }
        var digits = mantissa.ToString().Replace(".", "", StringComparison.Ordinal).TrimStart('0').TrimEnd('0');
        return (negative, digits.Length == 0 ? "0" : digits, exponent);
    }

    private static int PositionalExponent(ReadOnlySpan<char> text)
    {
        var point = text.IndexOf('.');
        var whole = point < 0 ? text : text[..point];
        if (whole is not "0") return whole.Length - 1;
        var fraction = text[(point + 1)..];
        return -1 - fraction.IndexOfAnyExcept('0');
    }

    private static string Positional(string digits, int exponent)
    {
        if (exponent < 0) return "0." + new string('0', -exponent - 1) + digits;
        if (digits.Length <= exponent + 1) return digits.PadRight(exponent + 1, '0') + ".0";
        return string.Concat(digits.AsSpan(0, exponent + 1), ".", digits.AsSpan(exponent + 1));
    }

    private static string Scientific(string digits, int exponent)
    {
        var mantissa = digits.Length == 1 ? digits : string.Concat(digits.AsSpan(0, 1), ".", digits.AsSpan(1));
        return mantissa + "e" + (exponent < 0 ? "-" : "+") + Math.Abs(exponent).ToString("00", CultureInfo.InvariantCulture);
    }
}
