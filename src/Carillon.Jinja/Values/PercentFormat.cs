using System.Numerics;
using System.Text;
using Carillon.Jinja.Execution;

namespace Carillon.Jinja.Values;

/// <summary>Python's <c>%</c> on text.</summary>
internal sealed class PercentFormat
{
    private readonly RenderState _state;
    private readonly string _format;
    private readonly bool _markup;
    private readonly DictObject? _mapping;
    private readonly JinjaValue[] _arguments;
    private readonly bool _mayRemain;
    private readonly StringBuilder _result = new();
    private int _position;
    private int _used;

    private PercentFormat(RenderState state, JinjaValue format, JinjaValue arguments)
    {
        _state = state;
        _format = format.Text;
        _markup = format.IsMarkup;
        _mapping = arguments.Ref as DictObject;
        _arguments = arguments.Ref is TupleObject tuple ? tuple.Span.ToArray() : [arguments];
        // What can be indexed counts as a mapping, and of a mapping not all need be used.
        _mayRemain = _mapping is not null || arguments.Ref is ListObject or RangeObject or BytesText or UndefinedValue;
    }

    private record struct Spec(bool Left, bool Plus, bool Space, bool Zero, bool Alternative, int Width, int Precision);

    public static JinjaValue Format(RenderState state, JinjaValue format, JinjaValue arguments) => new PercentFormat(state, format, arguments).Run();

    private JinjaValue Run()
    {
        while (_position < _format.Length)
        {
            var next = _format.IndexOf('%', _position);
            if (next < 0) next = _format.Length;
            _state.Charge(next - _position);
            _result.Append(_format, _position, next - _position);
            _position = next + 1;
            if (next < _format.Length) Convert();
        }
        if (_used < _arguments.Length && !_mayRemain && !(_arguments is [{ Ref: DictObject }] && _used == 0 && _mapping is not null))
            throw Errors.Type("not all arguments converted during string formatting");
        return JinjaValue.FromText(_result.ToString(), _markup);
    }

    private char Current => _position < _format.Length ? _format[_position] : throw Errors.Value("incomplete format");

    private void Convert()
    {
        JinjaValue? keyed = null;
        if (Current == '(') keyed = ReadKey();
        var spec = ReadFlags();
        spec.Width = ReadNumber(0);
        if (spec.Width < 0) (spec.Left, spec.Width) = (true, -spec.Width);
        spec.Precision = -1;
        if (Current == '.')
        {
            _position++;
            spec.Precision = Math.Max(0, ReadNumber(0));
        }
        if (Current is 'h' or 'l' or 'L') _position++;
        var type = Current;
        _position++;
        if (type == '%')
        {
            _result.Append('%');
            return;
        }
        var argument = keyed ?? NextArgument();
        _state.Charge((long)spec.Width + Math.Max(0, spec.Precision));
        _result.Append(ConvertOne(type, spec, argument));
    }

    private JinjaValue ReadKey()
    {
        if (_mapping is null) throw _arguments is [{ Ref: UndefinedValue undefined }] ? undefined.Error() : Errors.Type("format requires a mapping");
        var depth = 1;
        var start = ++_position;
        while (depth > 0)
        {
            if (_position >= _format.Length) throw Errors.Value("incomplete format key");
            if (_format[_position] == '(') depth++;
            if (_format[_position] == ')') depth--;
            _position++;
        }
        var key = _format[start..(_position - 1)];
        return _mapping.TryGet(key, out var value) ? value : throw Errors.Key(PythonText.Quote(key));
    }

    private Spec ReadFlags()
    {
        var spec = default(Spec);
        for (; ; _position++)
        {
            switch (Current)
            {
                case '-': spec.Left = true; break;
                case '+': spec.Plus = true; break;
                case ' ': spec.Space = true; break;
                case '0': spec.Zero = true; break;
                case '#': spec.Alternative = true; break;
                default: return spec;
            }
        }
    }

    private int ReadNumber(int none)
    {
        if (Current == '*')
        {
            _position++;
            var value = NextArgument();
            return Python.IsInteger(value) ? Python.SmallInteger(value) : throw Errors.Type("* wants int");
        }
        long number = none;
        for (; char.IsAsciiDigit(Current); _position++)
        {
            number = number * 10 + (Current - '0');
            if (number > int.MaxValue) throw Errors.Value("width too big");
        }
        return (int)number;
    }

    private JinjaValue NextArgument()
    {
        if (_used < _arguments.Length) return _arguments[_used++];
        throw Errors.Type("not enough arguments for format string");
    }

    private string ConvertOne(char type, Spec spec, JinjaValue argument)
    {
        switch (type)
        {
            case 's': return Pad(Cut(Text(argument), spec), spec);
            case 'r': return Pad(Cut(Escaped(Python.Repr(argument, _state)), spec), spec);
            case 'a': return Pad(Cut(Escaped(TextMethods.Ascii(Python.Repr(argument, _state))), spec), spec);
            case 'c': return Pad(Character(argument), spec);
            case 'd' or 'i' or 'u': return Number(Decimal(argument, type), spec, spec.Precision);
            case 'o' or 'x' or 'X': return Radix(type, spec, argument);
            case 'e' or 'E' or 'f' or 'F' or 'g' or 'G': return Floating(type, spec, argument);
            default: throw Errors.Value($"unsupported format character '{type}' (0x{(int)type:x}) at index {_position - 1}");
        }
    }

    private string Text(JinjaValue argument) => _markup ? Html.Escape(argument).Text : Python.Str(argument, _state);

    private string Escaped(string text) => _markup ? Html.Escape(text) : text;

    private static string Cut(string text, Spec spec) =>
        spec.Precision >= 0 && PythonText.Length(text) > spec.Precision ? PythonText.Substring(text, 0, spec.Precision) : text;

    private static string Pad(string text, Spec spec)
    {
        var missing = spec.Width - PythonText.Length(text);
        if (missing <= 0) return text;
        return spec.Left ? text + new string(' ', missing) : new string(' ', missing) + text;
    }

    private string Character(JinjaValue argument)
    {
        if (argument.IsTextual && !_markup && PythonText.Length(argument) == 1) return argument.Text;
        if (!Python.IsInteger(argument) || _markup) throw Errors.Type("%c requires int or char");
        var point = Python.Big(argument);
        if (point < 0 || point > 0x10ffff) throw Errors.Overflow("%c arg not in range(0x110000)");
        return point >= 0x10000 ? char.ConvertFromUtf32((int)point) : ((char)(int)point).ToString();
    }

    private static string Decimal(JinjaValue argument, char type)
    {
        if (argument.IsFloat) return ReprWriter.IntegerText(NumberMethods.Truncate(argument.Float));
        if (!Python.IsInteger(argument)) throw NotNumber(argument, type, "a real number is required");
        return ReprWriter.IntegerText(Python.Big(argument));
    }

    private static TemplateRuntimeException NotNumber(JinjaValue argument, char type, string message) =>
        argument.Ref is UndefinedValue undefined ? undefined.Error() : Errors.Type($"%{type} format: {message}, not {Python.TypeName(argument)}");

    private string Radix(char type, Spec spec, JinjaValue argument)
    {
        if (!Python.IsInteger(argument) || _markup) throw Errors.Type($"%{type} format: an integer is required, not {Python.TypeName(argument)}");
        var value = Python.Big(argument);
        var digits = NumberFormat.InBase(BigInteger.Abs(value), type == 'o' ? 3 : 4).PadLeft(Math.Max(0, spec.Precision), '0');
        var prefix = spec.Alternative ? type == 'o' ? "0o" : "0x" : "";
        var text = Number((value.Sign < 0 ? "-" : "") + digits, spec with { Precision = -1 }, -1, prefix);
        return type == 'X' ? text.ToUpperInvariant() : text;
    }

    private static string Floating(char type, Spec spec, JinjaValue argument)
    {
        if (!Python.IsNumber(argument))
        {
            if (argument.Ref is UndefinedValue undefined) throw undefined.Error();
            throw Errors.Type($"must be real number, not {Python.TypeName(argument)}");
        }
        var value = Python.Double(argument);
        var precision = spec.Precision < 0 ? 6 : spec.Precision;
        var magnitude = Math.Abs(value);
        string digits;
        if (double.IsNaN(value)) digits = "nan";
        else if (double.IsInfinity(value)) digits = "inf";
        else
            digits = char.ToLowerInvariant(type) switch
            {
                'f' => NumberFormat.Fixed(magnitude, precision) + (spec.Alternative && precision == 0 ? "." : ""),
                'e' => NumberFormat.Exponential(magnitude, precision),
                _ => NumberFormat.General(magnitude, precision, spec.Alternative),
            };
        var negative = double.IsNegative(value) && !double.IsNaN(value);
        var text = Number((negative ? "-" : "") + digits, spec with { Zero = spec.Zero }, -1);
        return char.IsAsciiLetterUpper(type) ? text.ToUpperInvariant() : text;
    }

    // Sign, prefix, digits to a least count, and padding on the side and with the character asked for.
    private static string Number(string text, Spec spec, int leastDigits, string prefix = "")
    {
        var sign = text[0] == '-' ? "-" : spec.Plus ? "+" : spec.Space ? " " : "";
        var digits = text.TrimStart('-').PadLeft(Math.Max(0, leastDigits), '0');
        var missing = spec.Width - sign.Length - prefix.Length - digits.Length;
        if (missing <= 0) return sign + prefix + digits;
        if (spec.Left) return sign + prefix + digits + new string(' ', missing);
        return spec.Zero ? sign + prefix + new string('0', missing) + digits : new string(' ', missing) + sign + prefix + digits;
    }
}
