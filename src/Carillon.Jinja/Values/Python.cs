using System.Globalization;
using System.Numerics;
using Carillon.Jinja.Execution;

namespace Carillon.Jinja.Values;

/// <summary>What Python's built-ins say of a value: its truth, length, text, items.</summary>
internal static partial class Python
{
    public static string TypeName(JinjaValue value) => value.Kind switch
    {
        ValueKind.None => "NoneType",
        ValueKind.Missing => "MissingType",
        ValueKind.Undefined => ((UndefinedValue)value.Ref!).Mode switch { UndefinedKind.Strict => "StrictUndefined", UndefinedKind.Chainable => "ChainableUndefined", _ => "Undefined" },
        ValueKind.Bool => "bool",
        ValueKind.Int or ValueKind.BigInt => "int",
        ValueKind.Float => "float",
        ValueKind.Str => "str",
        ValueKind.Markup => "Markup",
        ValueKind.Bytes => "bytes",
        _ => ((ObjectValue)value.Ref!).TypeName,
    };

    public static bool Truth(JinjaValue value)
    {
        switch (value.Kind)
        {
            case ValueKind.None or ValueKind.Missing: return false;
            case ValueKind.Bool or ValueKind.Int: return value.Bits != 0;
            case ValueKind.Float: return value.Float != 0;
            case ValueKind.BigInt: return true;
            case ValueKind.Str or ValueKind.Markup:
                return value.Ref is Utf8Text ? value.Bits >>> 32 != 0 : value.Text.Length != 0;
            case ValueKind.Bytes: return ((BytesText)value.Ref!).Bytes.Length != 0;
            case ValueKind.Undefined:
                var undefined = (UndefinedValue)value.Ref!;
                return undefined.Mode == UndefinedKind.Strict ? throw undefined.Error() : false;
            default: return ((ObjectValue)value.Ref!).Truth;
        }
    }

    public static string Str(JinjaValue value, RenderState? state = null)
    {
        switch (value.Kind)
        {
            case ValueKind.Str or ValueKind.Markup: return value.Text;
            case ValueKind.None: return "None";
            case ValueKind.Bool: return value.Bool ? "True" : "False";
            case ValueKind.Int: return value.Bits.ToString(CultureInfo.InvariantCulture);
            case ValueKind.Float: return FloatText.Repr(value.Float);
            default:
                var writer = new ReprWriter(state);
                writer.Str(value);
                return writer.ToString();
        }
    }

    public static string Repr(JinjaValue value, RenderState? state = null)
    {
        var writer = new ReprWriter(state);
        writer.Repr(value);
        return writer.ToString();
    }

    public static int Length(JinjaValue value)
    {
        switch (value.Kind)
        {
            case ValueKind.Str or ValueKind.Markup: return PythonText.Length(value);
            case ValueKind.Bytes: return ((BytesText)value.Ref!).Bytes.Length;
            case ValueKind.Undefined:
                var undefined = (UndefinedValue)value.Ref!;
                return undefined.Mode == UndefinedKind.Strict ? throw undefined.Error() : 0;
            default:
                var length = value.Ref is ObjectValue other ? other.Length : -1;
                return length >= 0 ? length : throw Errors.Type($"object of type '{TypeName(value)}' has no len()");
        }
    }

    public static bool HasLength(JinjaValue value) => value.Kind switch
    {
        ValueKind.Str or ValueKind.Markup or ValueKind.Bytes => true,
        ValueKind.Undefined => ((UndefinedValue)value.Ref!).Mode != UndefinedKind.Strict,
        _ => value.Ref is ObjectValue { Length: >= 0 },
    };

    public static bool IsIterable(JinjaValue value) => value.Kind switch
    {
        ValueKind.Str or ValueKind.Markup or ValueKind.Bytes => true,
        ValueKind.Undefined => ((UndefinedValue)value.Ref!).Mode == UndefinedKind.Strict ? throw ((UndefinedValue)value.Ref!).Error() : true,
        _ => value.Ref is ObjectValue { IsIterable: true },
    };

    /// <summary>The items of whatever can be iterated; each step counts against the render's limit.</summary>
    public static IEnumerator<JinjaValue> Iterate(JinjaValue value, RenderState? state)
    {
        switch (value.Kind)
        {
            case ValueKind.Str or ValueKind.Markup: return Characters(value, state);
            case ValueKind.Bytes: return ((BytesText)value.Ref!).Bytes.Select(b => (JinjaValue)(long)b).GetEnumerator();
            case ValueKind.Undefined:
                var undefined = (UndefinedValue)value.Ref!;
                return undefined.Mode == UndefinedKind.Strict ? throw undefined.Error() : Enumerable.Empty<JinjaValue>().GetEnumerator();
            default:
                return value.Ref is ObjectValue other ? other.Iterate(state) : throw Errors.Type($"'{TypeName(value)}' object is not iterable");
        }
    }

    private static IEnumerator<JinjaValue> Characters(JinjaValue value, RenderState? state)
    {
        var text = value.Text;
        for (var i = 0; i < text.Length;)
        {
            state?.Tick();
            var step = PythonText.Step(text, i);
            yield return PythonText.Character(text, i, step);
            i += step;
        }
    }

    /// <summary>The items as a new array. Charged to the render.</summary>
    public static JinjaValue[] ToArray(JinjaValue value, RenderState? state)
    {
        if (value.Ref is SequenceObject sequence)
        {
            state?.Tick(sequence.Count);
            state?.Charge(16L * sequence.Count);
            return sequence.Span.ToArray();
        }
        var items = new List<JinjaValue>();
        using var iterator = Iterate(value, state);
        while (iterator.MoveNext())
        {
            state?.Charge(16);
            items.Add(iterator.Current);
        }
        return items.ToArray();
    }

    /// <summary>A value as an index: integers and booleans within the range of one.</summary>
    public static bool TryIndex(JinjaValue value, out int index)
    {
        index = 0;
        if (!value.IsInt && !value.IsBool) return false;
        index = (int)Math.Clamp(value.Bits, int.MinValue, int.MaxValue);
        return true;
    }

    /// <summary>An argument that must be an integer, as Python's <c>__index__</c> asks.</summary>
    public static long Integer(JinjaValue value)
    {
        if (value.IsInt || value.IsBool) return value.Bits;
        if (value.Ref is BigInt) throw Errors.Overflow("Python int too large to convert to C ssize_t");
        if (value.Ref is UndefinedValue undefined) throw Errors.Type($"'{TypeName(value)}' object cannot be interpreted as an integer ({undefined.Error().Reason})");
        throw Errors.Type($"'{TypeName(value)}' object cannot be interpreted as an integer");
    }

    public static int SmallInteger(JinjaValue value) => (int)Math.Clamp(Integer(value), int.MinValue, int.MaxValue);

    public static bool IsNumber(JinjaValue value) => value.Kind is ValueKind.Bool or ValueKind.Int or ValueKind.BigInt or ValueKind.Float;

    public static bool IsInteger(JinjaValue value) => value.Kind is ValueKind.Bool or ValueKind.Int or ValueKind.BigInt;

    public static BigInteger Big(JinjaValue value) => value.Ref is BigInt big ? big.Value : value.Bits;

    public static double Double(JinjaValue value)
    {
        if (value.IsFloat) return value.Float;
        if (value.Ref is not BigInt big) return value.Bits;
        var number = (double)big.Value;
        return double.IsInfinity(number) ? throw Errors.Overflow("int too large to convert to float") : number;
    }

    /// <summary>Guards a recursion over values: nested lists are as deep as a template cares to build them.</summary>
    public static DepthScope Deeper(RenderState? state)
    {
        if (!System.Runtime.CompilerServices.RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw new LimitExceededException(JinjaLimit.Recursion, "a value is nested too deep");
        state?.EnterValue();
        return new DepthScope(state);
    }

    public readonly struct DepthScope(RenderState? state) : IDisposable
    {
        public void Dispose() => state?.LeaveValue();
    }
}
