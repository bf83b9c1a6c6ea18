using System.Globalization;
using System.Numerics;
using System.Text;
using Carillon.Jinja.Execution;

namespace Carillon.Jinja.Values;

/// <summary>Writes values as Python prints them, and charges the render for what it writes while it writes.</summary>
internal sealed class ReprWriter(RenderState? state)
{
    private const int DepthLimit = 200;

    private readonly StringBuilder _text = new();
    private readonly List<object> _open = [];

    public override string ToString() => _text.ToString();

    public void Append(string text)
    {
        state?.Charge(text.Length);
        _text.Append(text);
    }

    /// <summary>False where the object is being written already: Python prints an ellipsis then.</summary>
    public bool Enter(object value)
    {
        if (_open.Contains(value, ReferenceEqualityComparer.Instance)) return false;
        if (_open.Count >= DepthLimit) throw new LimitExceededException(JinjaLimit.Recursion, "a value nested deeper than 200 levels was printed");
        _open.Add(value);
        return true;
    }

    public void Leave(object value) => _open.Remove(value);

    public void Sequence(SequenceObject sequence, string open, string close)
    {
        if (!Enter(sequence))
        {
            Append(open + "..." + close);
            return;
        }
        Append(open);
        for (var i = 0; i < sequence.Count; i++)
        {
            state?.Tick();
            if (i > 0) Append(", ");
            Repr(sequence.Array[i]);
        }
        Append(close);
        Leave(sequence);
    }

    public void Str(JinjaValue value)
    {
        switch (value.Kind)
        {
            case ValueKind.Str or ValueKind.Markup:
                Append(value.Text);
                break;
            case ValueKind.Undefined:
                var undefined = (UndefinedValue)value.Ref!;
                if (undefined.Mode == UndefinedKind.Strict) throw undefined.Error();
                break;
            case ValueKind.Other or ValueKind.List or ValueKind.Tuple or ValueKind.Dict:
                ((ObjectValue)value.Ref!).WriteStr(this);
                break;
            default:
                Repr(value);
                break;
        }
    }

    public void Repr(JinjaValue value)
    {
        switch (value.Kind)
        {
            case ValueKind.None: Append("None"); break;
            case ValueKind.Missing: Append("missing"); break;
            case ValueKind.Undefined: Append("Undefined"); break;
            case ValueKind.Bool: Append(value.Bool ? "True" : "False"); break;
            case ValueKind.Int: Append(value.Bits.ToString(CultureInfo.InvariantCulture)); break;
            case ValueKind.BigInt: Append(IntegerText(((BigInt)value.Ref!).Value)); break;
            case ValueKind.Float: Append(FloatText.Repr(value.Float)); break;
            case ValueKind.Str: Append(PythonText.Quote(value.Text)); break;
            case ValueKind.Markup: Append($"Markup({PythonText.Quote(value.Text)})"); break;
            case ValueKind.Bytes: Append(PythonText.QuoteBytes(((BytesText)value.Ref!).Bytes)); break;
            default: ((ObjectValue)value.Ref!).WriteRepr(this); break;
        }
    }

    /// <summary>The digits of an integer. Python refuses more than 4300, since turning binary into decimal takes quadratic time; so is it here.</summary>
    public static string IntegerText(BigInteger value)
    {
        if (value.GetBitLength() > 14_300 || (value.GetBitLength() > 14_280 && BigInteger.Abs(value) >= BigInteger.Pow(10, 4300)))
            throw Errors.Value("Exceeds the limit (4300 digits) for integer string conversion; use sys.set_int_max_str_digits() to increase the limit");
        return value.ToString(CultureInfo.InvariantCulture);
    }
}
