using System.Numerics;
using System.Text;
using Carillon.Jinja.Execution;

namespace Carillon.Jinja.Values;

/// <summary>What stands behind the colon in <c>"{:>10.2f}"</c>.</summary>
internal readonly record struct FormatSpec(string Fill, char Align, char Sign, bool NoNegativeZero, bool Alternative, bool Zero, int Width, char Grouping, int Precision, char Type)
{
    public static FormatSpec Parse(string text)
    {
        var i = 0;
        var fill = " ";
        var align = '\0';
        var first = text.Length > 0 ? PythonText.Step(text, 0) : 0;
        if (text.Length > first && text[first] is '<' or '>' or '^' or '=')
        {
            fill = text[..first];
            align = text[first];
            i = first + 1;
        }
        else if (text.Length > 0 && text[0] is '<' or '>' or '^' or '=')
        {
            align = text[i++];
        }
        char Peek() => i < text.Length ? text[i] : '\0';
        var sign = Peek() is '+' or '-' or ' ' ? text[i++] : '\0';
        var noNegativeZero = Peek() == 'z';
        if (noNegativeZero) i++;
        var alternative = Peek() == '#';
        if (alternative) i++;
        var zero = Peek() == '0';
        if (zero)
        {
            i++;
            if (align == '\0') (fill, align) = ("0", '=');
        }
        var width = Number(text, ref i);
        var grouping = Peek() is ',' or '_' ? text[i++] : '\0';
        if (grouping != '\0' && Peek() is ',' or '_') throw Errors.Value(Peek() == grouping ? $"Cannot specify '{grouping}' with '{grouping}'." : "Cannot specify both ',' and '_'.");
        var precision = -1;
        if (Peek() == '.')
        {
            i++;
            if (!char.IsAsciiDigit(Peek())) throw Errors.Value("Format specifier missing precision");
            precision = Number(text, ref i);
        }
        var type = Peek();
        if (type != '\0') i++;
        if (i < text.Length) throw Errors.Value("Invalid format specifier");
        return new FormatSpec(fill, align, sign, noNegativeZero, alternative, zero, Math.Max(0, width), grouping, precision, type);
    }

    private static int Number(string text, ref int index)
    {
        var start = index;
        long value = 0;
        for (; index < text.Length && char.IsAsciiDigit(text[index]); index++)
        {
            value = value * 10 + (text[index] - '0');
            if (value > int.MaxValue) throw Errors.Value("Too many decimal digits in format string");
        }
        return index == start ? -1 : (int)value;
    }

    public string Apply(RenderState state, JinjaValue value)
    {
        state.Charge(Width + (long)Math.Max(0, Precision));
        switch (value.Kind)
        {
            case ValueKind.Bool when Type is '\0' && this == Parse(""): return Python.Str(value);
            case ValueKind.Bool or ValueKind.Int or ValueKind.BigInt: return Integer(value);
            case ValueKind.Float: return Floating(value.Float);
            case ValueKind.Str or ValueKind.Markup: return Text(value.Text);
            default:
                if (this != Parse("")) throw Errors.Type($"unsupported format string passed to {Python.TypeName(value)}.__format__");
                return Python.Str(value, state);
        }
    }

    private string Text(string text)
    {
        if (Type is not ('\0' or 's')) throw Unknown("str");
        if (Sign != '\0') throw Errors.Value(Sign == ' ' ? "Space not allowed in string format specifier" : "Sign not allowed in string format specifier");
        if (Alternative) throw Errors.Value("Alternate form (#) not allowed in string format specifier");
        if (Grouping != '\0') throw Errors.Value($"Cannot specify '{Grouping}' with 's'.");
        if (Align == '=' && !Zero) throw Errors.Value("'=' alignment not allowed in string format specifier");
        if (Precision >= 0 && PythonText.Length(text) > Precision) text = PythonText.Substring(text, 0, Precision);
        return Pad("", text, Align is '\0' or '=' ? '<' : Align);
    }

    private TemplateRuntimeException Unknown(string type) => Errors.Value($"Unknown format code '{Type}' for object of type '{type}'");

    private string Integer(JinjaValue value)
    {
        if (Type is 'e' or 'E' or 'f' or 'F' or 'g' or 'G' or '%') return Floating(Python.Double(value));
        if (Precision >= 0) throw Errors.Value("Precision not allowed in integer format specifier");
        if (NoNegativeZero) throw Errors.Value("Negative zero coercion (z) not allowed in format specifier with integer format code");
        var number = Python.Big(value);
        if (Type == 'c') return Character(number);
        if (Type is not ('\0' or 'd' or 'n' or 'b' or 'o' or 'x' or 'X')) throw Unknown("int");
        if (Grouping == ',' && Type is not ('\0' or 'd')) throw Errors.Value($"Cannot specify ',' with '{Type}'.");
        var magnitude = BigInteger.Abs(number);
        var (digits, prefix) = Type switch
        {
            'b' => (NumberFormat.InBase(magnitude, 1), "0b"),
            'o' => (NumberFormat.InBase(magnitude, 3), "0o"),
            'x' => (NumberFormat.InBase(magnitude, 4), "0x"),
            'X' => (NumberFormat.InBase(magnitude, 4).ToUpperInvariant(), "0X"),
            _ => (ReprWriter.IntegerText(magnitude), ""),
        };
        return Assemble(number.Sign < 0, Alternative ? prefix : "", digits, "", Type is '\0' or 'd' or 'n' ? 3 : 4);
    }

    private string Character(BigInteger point)
    {
        if (Sign != '\0') throw Errors.Value("Sign not allowed with integer format specifier 'c'");
        if (point < 0 || point > 0x10ffff) throw Errors.Overflow("%c arg not in range(0x110000)");
        return Pad("", point >= 0x10000 ? char.ConvertFromUtf32((int)point) : ((char)(int)point).ToString(), Align == '\0' ? '<' : Align);
    }

    private string Floating(double value)
    {
        if (Type is not ('\0' or 'e' or 'E' or 'f' or 'F' or 'g' or 'G' or 'n' or '%')) throw Unknown("float");
        var magnitude = Math.Abs(value);
        var negative = double.IsNegative(value) && !double.IsNaN(value);
        var precision = Precision < 0 ? 6 : Precision;
        string text;
        if (double.IsNaN(value)) text = "nan";
        else if (double.IsInfinity(value)) text = "inf";
        else
            text = char.ToLowerInvariant(Type) switch
            {
                'f' => NumberFormat.Fixed(magnitude, precision) + (Alternative && precision == 0 ? "." : ""),
                'e' => NumberFormat.Exponential(magnitude, precision),
                '%' => NumberFormat.Fixed(magnitude * 100, precision),
                '\0' when Precision < 0 => FloatText.Repr(magnitude),
                '\0' => GeneralWithPoint(magnitude, precision),
                _ => NumberFormat.General(magnitude, precision, Alternative),
            };
        if (NoNegativeZero && text.AsSpan().IndexOfAnyInRange('1', '9') < 0) negative = false;
        if (char.IsAsciiLetterUpper(Type)) text = text.ToUpperInvariant();
        var end = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
        var whole = end < 0 ? text : text[..end];
        var rest = (end < 0 ? "" : text[end..]) + (Type == '%' ? "%" : "");
        return Assemble(negative, "", whole, rest, 3);
    }

    // Without a type a float keeps at least one digit behind its point.
    private static string GeneralWithPoint(double magnitude, int precision)
    {
        var text = NumberFormat.General(magnitude, precision, alternative: false);
        // The exponent form begins one digit earlier here.
        var exponent = FloatText.Shortest(magnitude).Exponent;
        if (exponent == Math.Max(1, precision) - 1 && !text.Contains('.', StringComparison.Ordinal) && !text.Contains('e', StringComparison.Ordinal) && magnitude != 0)
            return NumberFormat.Exponential(magnitude, Math.Max(1, precision) - 1) is var e && e.Contains('.', StringComparison.Ordinal) ? TrimMantissa(e) : e;
        return text.AsSpan().IndexOfAny('.', 'e') < 0 ? text + ".0" : text;
    }

    private static string TrimMantissa(string text)
    {
        var e = text.IndexOf('e', StringComparison.Ordinal);
        return text[..e].TrimEnd('0').TrimEnd('.') + text[e..];
    }

    private string Assemble(bool negative, string prefix, string whole, string rest, int group)
    {
        var sign = negative ? "-" : Sign is '+' or ' ' ? Sign.ToString() : "";
        var head = sign + prefix;
        if (Grouping != '\0' && whole.Length > 0 && char.IsAsciiHexDigit(whole[0]))
        {
            var least = Fill == "0" && Align == '=' ? Width - head.Length - rest.Length : 0;
            whole = Group(whole, group, least);
        }
        return Pad(head, whole + rest, Align == '\0' ? '>' : Align);
    }

    private string Group(string digits, int size, int least)
    {
        var result = new StringBuilder();
        var count = 0;
        for (var i = digits.Length - 1; i >= 0 || result.Length < least; i--)
        {
            if (count > 0 && count % size == 0)
            {
                // A separator is never the first character, even where that makes the field one wider.
                result.Append(Grouping);
            }
            result.Append(i >= 0 ? digits[i] : '0');
            count++;
        }
        var reversed = result.ToString().ToCharArray();
        Array.Reverse(reversed);
        return new string(reversed);
    }

    private string Pad(string head, string text, char align)
    {
        var missing = Width - PythonText.Length(head) - PythonText.Length(text);
        if (missing <= 0) return head + text;
        var left = align switch { '<' => 0, '^' => missing / 2, _ => missing };
        var before = Repeat(left);
        var after = Repeat(missing - left);
        return align == '=' ? head + before + text : before + head + text + after;
    }

    private string Repeat(int count) => Fill.Length == 1 ? new string(Fill[0], count) : new StringBuilder().Insert(0, Fill, count).ToString();
}
