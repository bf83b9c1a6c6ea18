using System.Globalization;
using System.Numerics;

namespace Carillon.Jinja.Values;

/// <summary>Methods and properties of numbers, and reading numbers from text.</summary>
internal static class NumberMethods
{
    public static IEnumerable<Method> ForIntegers() =>
    [
        new("as_integer_ratio", "", (_, a) => JinjaValue.From(new TupleObject([Python.Big(a[0]), 1]))),
        new("bit_count", "", (_, a) => NumberFormat.InBase(BigInteger.Abs(Python.Big(a[0])), 1).Count(c => c == '1')),
        new("bit_length", "", (_, a) => Python.Big(a[0]).IsZero ? 0 : (long)BigInteger.Abs(Python.Big(a[0])).GetBitLength()),
        new("conjugate", "", (_, a) => Python.Big(a[0])),
        new("to_bytes", "length=1, byteorder='big', signed=false", (s, a) => ToBytes(Python.Big(a[0]), Python.SmallInteger(a[1]), TextMethods.Str(a[2], "to_bytes") == "little", Python.Truth(a[3]), s)),
    ];

    public static IEnumerable<Method> ForFloats() =>
    [
        new("as_integer_ratio", "", (_, a) => Ratio(a[0].Float)),
        new("conjugate", "", (_, a) => a[0]),
        new("hex", "", (_, a) => Hex(a[0].Float)),
        new("is_integer", "", (_, a) => a[0].Float == Math.Floor(a[0].Float) && !double.IsInfinity(a[0].Float)),
    ];

    public static bool TryProperty(JinjaValue owner, string name, out JinjaValue value)
    {
        value = default;
        if (!Python.IsNumber(owner)) return false;
        if (owner.IsFloat)
        {
            value = name == "real" ? owner : 0.0;
            return name is "real" or "imag";
        }
        value = name switch { "real" or "numerator" => Python.Big(owner), "denominator" => 1, _ => 0 };
        return name is "real" or "imag" or "numerator" or "denominator";
    }

    private static JinjaValue ToBytes(BigInteger value, int length, bool little, bool signed, Execution.RenderState state)
    {
        if (length < 0) throw Errors.Value("length argument must be non-negative");
        if (value.Sign < 0 && !signed) throw Errors.Overflow("can't convert negative int to unsigned");
        if (value.GetByteCount(isUnsigned: !signed) > length && !value.IsZero) throw Errors.Overflow("int too big to convert");
        state.Charge(length);
        var bytes = new byte[length];
        Array.Fill(bytes, value.Sign < 0 ? (byte)0xff : (byte)0);
        value.ToByteArray(isUnsigned: !signed).AsSpan(0, Math.Min(length, value.GetByteCount(isUnsigned: !signed))).CopyTo(bytes);
        if (!little) Array.Reverse(bytes);
        return JinjaValue.From(new BytesText(bytes));
    }

    private static JinjaValue Ratio(double value)
    {
        if (double.IsNaN(value)) throw Errors.Value("cannot convert NaN to integer ratio");
        if (double.IsInfinity(value)) throw Errors.Overflow("cannot convert Infinity to integer ratio");
        var denominator = BigInteger.One;
        while (value != Math.Floor(value))
        {
            value *= 2;
            denominator *= 2;
        }
        return JinjaValue.From(new TupleObject([new BigInteger(value), denominator]));
    }

    private static JinjaValue Hex(double value)
    {
        if (double.IsNaN(value) || double.IsInfinity(value)) return FloatText.Repr(value);
        var bits = BitConverter.DoubleToInt64Bits(value);
        var exponent = (int)(bits >> 52 & 0x7ff);
        var mantissa = bits & 0xfffffffffffffL;
        var sign = bits < 0 ? "-" : "";
        if (exponent == 0 && mantissa == 0) return sign + "0x0.0p+0";
        var power = exponent == 0 ? -1022 : exponent - 1023;
        return string.Create(CultureInfo.InvariantCulture, $"{sign}0x{(exponent == 0 ? 0 : 1)}.{mantissa:x13}p{(power < 0 ? "" : "+")}{power}");
    }

    /// <summary>The integer part of a float.</summary>
    public static BigInteger Truncate(double value)
    {
        if (double.IsNaN(value)) throw Errors.Value("cannot convert float NaN to integer");
        if (double.IsInfinity(value)) throw Errors.Overflow("cannot convert float infinity to integer");
        return new BigInteger(Math.Truncate(value));
    }

    /// <summary>What Python's <c>int(text, base)</c> reads; null where it is no number.</summary>
    public static BigInteger? ParseInteger(string text, int radix)
    {
        if (radix != 0 && radix is < 2 or > 36) throw Errors.Value("int() base must be >= 2 and <= 36, or 0");
        var digits = TextMethods.Strip(text, default, left: true, right: true).AsSpan();
        var negative = digits.StartsWith("-");
        if (negative || digits.StartsWith("+")) digits = digits[1..];
        var underscoreAllowed = false;
        if (digits.Length > 1 && digits[0] == '0')
        {
            var prefix = char.ToLowerInvariant(digits[1]) switch { 'x' => 16, 'o' => 8, 'b' => 2, _ => 0 };
            if (prefix != 0 && (radix == 0 || radix == prefix))
            {
                radix = prefix;
                digits = digits[2..];
                underscoreAllowed = true;
            }
            else if (radix == 0 && digits.IndexOfAnyExcept('0', '_') >= 0)
            {
                return null;
            }
        }
        if (radix == 0) radix = 10;
        if (digits.Length == 0 || (digits[0] == '_' && !underscoreAllowed) || digits[^1] == '_' || digits.IndexOf("__") >= 0) return null;
        if (digits.Length > 4300) throw Errors.Value("Exceeds the limit (4300 digits) for integer string conversion");
        var value = BigInteger.Zero;
        foreach (var c in digits)
        {
            if (c == '_') continue;
            var digit = char.IsAsciiLetter(c) ? char.ToLowerInvariant(c) - 'a' + 10 : CharUnicodeInfo.GetDecimalDigitValue(c);
            if (digit < 0 || digit >= radix) return null;
            value = value * radix + digit;
        }
        return negative ? -value : value;
    }

    /// <summary>What Python's <c>float(text)</c> reads; null where it is no number.</summary>
    public static double? ParseFloat(string text)
    {
        var trimmed = TextMethods.Strip(text, default, left: true, right: true).ToLowerInvariant();
        switch (trimmed.TrimStart('+', '-'))
        {
            case "inf" or "infinity" when trimmed.LastIndexOfAny(['+', '-']) <= 0: return trimmed[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
            case "nan" when trimmed.LastIndexOfAny(['+', '-']) <= 0: return double.NaN;
        }
        var plain = new System.Text.StringBuilder(trimmed.Length);
        for (var i = 0; i < trimmed.Length; i++)
        {
            if (trimmed[i] == '_')
            {
                if (i == 0 || i + 1 == trimmed.Length || !char.IsAsciiDigit(trimmed[i - 1]) || !char.IsAsciiDigit(trimmed[i + 1])) return null;
                continue;
            }
            var digit = trimmed[i] > 0x7f ? CharUnicodeInfo.GetDecimalDigitValue(trimmed[i]) : -1;
            plain.Append(digit >= 0 ? (char)('0' + digit) : trimmed[i]);
        }
        const NumberStyles style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return double.TryParse(plain.ToString(), style, CultureInfo.InvariantCulture, out var value) ? value : null;
    }
}
