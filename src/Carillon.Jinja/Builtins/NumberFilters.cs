using System.Numerics;
using Carillon.Jinja.Execution;
using Carillon.Jinja.Values;

namespace Carillon.Jinja.Builtins;

/// <summary>Filters on numbers.</summary>
internal static class NumberFilters
{
    public static IEnumerable<FilterFunction> All() =>
    [
        new("abs", "[x]", (_, a) => Absolute(a[0])),
        new("filesizeformat", "value, binary=false", FileSize),
        new("float", "value, default=0.0", (_, a) => ToFloat(a[0]) is { } number ? number : a[1]),
        new("int", "value, default=0, base=10", ToInteger),
        new("round", "value, precision=0, method='common'", Round),
    ];

    private static JinjaValue Absolute(JinjaValue value) => value.Kind switch
    {
        ValueKind.Float => Math.Abs(value.Float),
        ValueKind.Bool or ValueKind.Int or ValueKind.BigInt => BigInteger.Abs(Python.Big(value)),
        _ => throw Errors.Type($"bad operand type for abs(): '{Python.TypeName(value)}'"),
    };

    // What float() gives; null where it raises TypeError or ValueError.
    private static double? ToFloat(JinjaValue value)
    {
        if (value.Ref is UndefinedValue undefined) throw undefined.Error();
        if (Python.IsNumber(value)) return Python.Double(value);
        if (value.IsTextual) return NumberMethods.ParseFloat(value.Text);
        return value.Ref is BytesText bytes ? NumberMethods.ParseFloat(System.Text.Encoding.Latin1.GetString(bytes.Bytes)) : null;
    }

    private static JinjaValue ToInteger(RenderState state, ReadOnlySpan<JinjaValue> a)
    {
        var value = a[0];
        if (value.Ref is UndefinedValue undefined) throw undefined.Error();
        if (Python.IsInteger(value)) return Python.Big(value);
        if (value.IsTextual)
        {
            // A base that is no integer is an error that int() hides, like a text that is no number.
            var radix = Python.IsInteger(a[2]) ? Python.SmallInteger(a[2]) : -1;
            var text = value.Text;
            if (radix is not (0 or (>= 2 and <= 36)) || text.Length > 4300) return NumberMethods.ParseFloat(text) is { } n && !double.IsNaN(n) ? NumberMethods.Truncate(n) : a[1];
            if (NumberMethods.ParseInteger(text, radix) is { } integer) return integer;
        }
        return ToFloat(value) is { } number && !double.IsNaN(number) ? NumberMethods.Truncate(number) : a[1];
    }

    private static JinjaValue FileSize(RenderState state, ReadOnlySpan<JinjaValue> a)
    {
        if (ToFloat(a[0]) is not { } bytes)
            throw a[0].IsTextual ? Errors.Value($"could not convert string to float: {Python.Repr(a[0], state)}") : Errors.Type($"float() argument must be a string or a real number, not '{Python.TypeName(a[0])}'");
        var binary = Python.Truth(a[1]);
        double step = binary ? 1024 : 1000;
        if (bytes == 1) return "1 Byte";
        if (bytes < step) return $"{NumberMethods.Truncate(bytes)} Bytes";
        var unit = step * step;
        var prefixes = "kMGTPEZY";
        var index = 0;
        for (; index < prefixes.Length - 1 && !(bytes < unit); index++) unit *= step;
        var scaled = step * bytes / unit;
        var name = binary ? char.ToUpperInvariant(prefixes[index]) + "iB" : prefixes[index] + "B";
        return new FormatSpec(" ", '\0', '\0', false, false, false, 0, '\0', 1, 'f').Apply(state, scaled) + " " + name;
    }

    private static JinjaValue Round(RenderState state, ReadOnlySpan<JinjaValue> a)
    {
        var method = a[2].IsTextual ? a[2].Text : "";
        if (method is not ("common" or "ceil" or "floor")) throw new FilterArgumentException("method must be common, ceil or floor");
        if (a[0].Ref is UndefinedValue undefined) throw method == "common" ? Errors.Type($"type Undefined doesn't define __round__ method ({undefined.Error().Reason})") : undefined.Error();
        if (method == "common") return RoundCommon(a[0], a[1]);
        var factor = Operators.Apply(state, BinaryOperator.Power, 10, a[1]);
        var product = Operators.Apply(state, BinaryOperator.Multiply, a[0], factor);
        if (!Python.IsNumber(product)) throw Errors.Type($"must be real number, not {Python.TypeName(product)}");
        if (product.IsFloat) product = NumberMethods.Truncate(method == "ceil" ? Math.Ceiling(product.Float) : Math.Floor(product.Float));
        return Operators.Apply(state, BinaryOperator.Divide, product, factor);
    }

    private static JinjaValue RoundCommon(JinjaValue value, JinjaValue precision)
    {
        if (!Python.IsNumber(value)) throw Errors.Type($"type {Python.TypeName(value)} doesn't define __round__ method");
        if (precision.IsNone)
        {
            if (!value.IsFloat) return Python.Big(value);
            return NumberMethods.Truncate(double.IsFinite(value.Float) ? Math.Round(value.Float, MidpointRounding.ToEven) : value.Float);
        }
        var digits = Python.SmallInteger(precision);
        if (value.IsFloat) return NumberFormat.Round(value.Float, digits);
        if (digits >= 0) return Python.Big(value);
        if (digits < -5000) return 0;
        var unit = BigInteger.Pow(10, -digits);
        return NumberFormat.DivideToEven(Python.Big(value), unit) * unit;
    }
}
