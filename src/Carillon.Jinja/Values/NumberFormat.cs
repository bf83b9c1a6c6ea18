using System.Globalization;
using System.Numerics;

namespace Carillon.Jinja.Values;

/// <summary>Digits of floats to a given precision, from the exact binary value with ties to even, as C's printf and Python give them.</summary>
internal static class NumberFormat
{
    /// <summary>No float has more digits than these behind its point; more are zeros.</summary>
    private const int ExactDigits = 1100;

    private static (BigInteger Mantissa, int Exponent) Decompose(double value)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        var exponent = (int)(bits >> 52 & 0x7ff);
        var mantissa = bits & 0xfffffffffffffL;
        return exponent == 0 ? (mantissa, -1074) : (mantissa | 1L << 52, exponent - 1075);
    }

    /// <summary>The integer nearest to <c>value * 10^digits</c>.</summary>
    private static BigInteger Scale(double value, int digits)
    {
        var (numerator, exponent) = Decompose(value);
        var denominator = BigInteger.One;
        if (digits >= 0) numerator *= BigInteger.Pow(10, digits);
        else denominator = BigInteger.Pow(10, -digits);
        if (exponent >= 0) numerator <<= exponent;
        else denominator <<= -exponent;
        return DivideToEven(numerator, denominator);
    }

    public static BigInteger DivideToEven(BigInteger numerator, BigInteger denominator)
    {
        var quotient = Operators.FloorDivide(numerator, denominator);
        var twice = (numerator - quotient * denominator) * 2;
        var order = twice.CompareTo(denominator);
        return order > 0 || (order == 0 && !quotient.IsEven) ? quotient + 1 : quotient;
    }

    /// <summary>A number without sign in the form of <c>%f</c>.</summary>
    public static string Fixed(double value, int precision)
    {
        var exact = Math.Min(precision, ExactDigits);
        var digits = Scale(value, exact).ToString(CultureInfo.InvariantCulture).PadLeft(exact + 1, '0');
        if (precision == 0) return digits;
        return string.Concat(digits.AsSpan(0, digits.Length - exact), ".", digits.AsSpan(digits.Length - exact)) + new string('0', precision - exact);
    }

    /// <summary>A number without sign in the form of <c>%e</c>.</summary>
    public static string Exponential(double value, int precision)
    {
        var (digits, exponent) = Significant(value, Math.Min(precision, ExactDigits));
        digits += new string('0', precision + 1 - digits.Length);
        return (precision == 0 ? digits : digits[..1] + "." + digits[1..]) + ExponentText(exponent);
    }

    private static string ExponentText(int exponent) => (exponent < 0 ? "e-" : "e+") + Math.Abs(exponent).ToString("00", CultureInfo.InvariantCulture);

    // One digit before the point and this many behind it.
    private static (string Digits, int Exponent) Significant(double value, int precision)
    {
        if (value == 0) return (new string('0', precision + 1), 0);
        var exponent = FloatText.Shortest(value).Exponent;
        var scaled = Scale(value, precision - exponent);
        if (scaled >= BigInteger.Pow(10, precision + 1))
        {
            exponent++;
            scaled = Scale(value, precision - exponent);
        }
        return (scaled.ToString(CultureInfo.InvariantCulture), exponent);
    }

    /// <summary>A number without sign in the form of <c>%g</c>. Zeros at the end stay only in the alternative form.</summary>
    public static string General(double value, int precision, bool alternative)
    {
        precision = Math.Max(1, precision);
        var (digits, exponent) = Significant(value, Math.Min(precision, ExactDigits) - 1);
        digits += new string('0', precision - digits.Length);
        if (!alternative) digits = digits.TrimEnd('0');
        if (digits.Length == 0) digits = "0";
        if (exponent < -4 || exponent >= precision)
            return (digits.Length == 1 && !alternative ? digits : digits[..1] + "." + digits[1..]) + ExponentText(exponent);
        if (exponent < 0) return "0." + new string('0', -exponent - 1) + digits;
        digits = digits.PadRight(exponent + 1, '0');
        return digits.Length == exponent + 1 && !alternative ? digits : digits[..(exponent + 1)] + "." + digits[(exponent + 1)..];
    }

    /// <summary>The float nearest to the decimal that <paramref name="value"/> is when rounded to so many digits behind the point.</summary>
    public static double Round(double value, int digits)
    {
        if (double.IsNaN(value) || double.IsInfinity(value) || value == 0 || digits > 330) return value;
        if (digits < -330) return Math.CopySign(0, value);
        var scaled = Scale(Math.Abs(value), digits);
        var text = scaled.ToString(CultureInfo.InvariantCulture) + "e" + (-digits).ToString(CultureInfo.InvariantCulture);
        var rounded = double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
        if (double.IsInfinity(rounded)) throw Errors.Overflow("rounded value too large to represent");
        return Math.CopySign(rounded, value);
    }

    /// <summary>An integer without sign in base 2, 8 or 16.</summary>
    public static string InBase(BigInteger value, int bits)
    {
        if (value.IsZero) return "0";
        var text = new System.Text.StringBuilder();
        var total = (int)value.GetBitLength();
        for (var shift = (total - 1) / bits * bits; shift >= 0; shift -= bits)
            text.Append("0123456789abcdef"[(int)(value >> shift & ((1 << bits) - 1))]);
        return text.ToString();
    }
}
