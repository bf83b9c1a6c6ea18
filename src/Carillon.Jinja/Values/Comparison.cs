using System.Numerics;
using Carillon.Jinja.Execution;

namespace Carillon.Jinja.Values;

/// <summary>Equality, order and membership.</summary>
internal static partial class Python
{
    /// <summary>As the containers of Python compare their items: a value is always equal to itself.</summary>
    public static bool SameOrEqual(RenderState? state, JinjaValue left, JinjaValue right) =>
        (ReferenceEquals(left.Ref, right.Ref) && left.Bits == right.Bits && left.Kind is not (ValueKind.Undefined or ValueKind.Float)) || ValuesEqual(state, left, right);

    public static bool ValuesEqual(RenderState? state, JinjaValue left, JinjaValue right)
    {
        var leftKind = left.Kind;
        var rightKind = right.Kind;
        if (leftKind == ValueKind.Undefined || rightKind == ValueKind.Undefined) return UndefinedEqual(left, right);
        switch (leftKind)
        {
            case ValueKind.None or ValueKind.Missing: return leftKind == rightKind;
            case ValueKind.Bool or ValueKind.Int:
                if (rightKind is ValueKind.Bool or ValueKind.Int) return left.Bits == right.Bits;
                return rightKind == ValueKind.Float && IntegerEqualsFloat(left.Bits, right.Float);
            case ValueKind.Float:
                if (rightKind == ValueKind.Float) return left.Float == right.Float;
                if (rightKind is ValueKind.Bool or ValueKind.Int) return IntegerEqualsFloat(right.Bits, left.Float);
                return right.Ref is BigInt big && IntegerEqualsFloat(big.Value, left.Float);
            case ValueKind.BigInt:
                if (right.Ref is BigInt other) return ((BigInt)left.Ref!).Value == other.Value;
                return rightKind == ValueKind.Float && IntegerEqualsFloat(((BigInt)left.Ref!).Value, right.Float);
            case ValueKind.Str or ValueKind.Markup:
                return rightKind is ValueKind.Str or ValueKind.Markup && TextEquals(left, right);
            case ValueKind.Bytes:
                return right.Ref is BytesText bytes && ((BytesText)left.Ref!).Bytes.AsSpan().SequenceEqual(bytes.Bytes);
            default:
                return right.Ref is ObjectValue otherObject && ((ObjectValue)left.Ref!).ValueEquals(state, otherObject);
        }
    }

    private static bool UndefinedEqual(JinjaValue left, JinjaValue right)
    {
        if (left.Ref is UndefinedValue { Mode: UndefinedKind.Strict } first) throw first.Error();
        if (right.Ref is UndefinedValue { Mode: UndefinedKind.Strict } second) throw second.Error();
        return left.Ref is UndefinedValue && right.Ref is UndefinedValue;
    }

    public static bool TextEquals(JinjaValue left, JinjaValue right)
    {
        if (left.Ref is Utf8Text && right.Ref is Utf8Text) return left.Utf8Span.SequenceEqual(right.Utf8Span);
        if (left.Ref is Utf8Text) return Utf8Equals(left.Utf8Span, right.Text);
        return right.Ref is Utf8Text ? Utf8Equals(right.Utf8Span, left.Text) : left.Text == right.Text;
    }

    private static bool Utf8Equals(ReadOnlySpan<byte> utf8, string text)
    {
        // A code unit takes one to three bytes.
        if (utf8.Length < text.Length || utf8.Length > text.Length * 3L) return false;
        if (text.Length > 128) return System.Text.Encoding.UTF8.GetString(utf8) == text;
        Span<byte> buffer = stackalloc byte[384];
        return utf8.SequenceEqual(buffer[..System.Text.Encoding.UTF8.GetBytes(text, buffer)]);
    }

    private static bool IntegerEqualsFloat(BigInteger integer, double number) =>
        number == Math.Floor(number) && !double.IsInfinity(number) && new BigInteger(number) == integer;

    /// <summary>The sign of left minus right, or null where no order holds between them (NaN).</summary>
    /// <exception cref="TemplateRuntimeException">The types have no order.</exception>
    public static int? Compare(RenderState? state, JinjaValue left, JinjaValue right, string symbol)
    {
        if (left.IsInt && right.IsInt) return left.Bits.CompareTo(right.Bits);
        if (left.Ref is UndefinedValue first) throw first.Error();
        if (right.Ref is UndefinedValue second) throw second.Error();
        if (IsNumber(left) && IsNumber(right)) return CompareNumbers(left, right);
        if (left.IsTextual && right.IsTextual) return CompareText(left.Text, right.Text);
        if (left.Kind == right.Kind && left.Ref is SequenceObject a && right.Ref is SequenceObject b) return CompareSequences(state, a, b, symbol);
        if (left.Ref is BytesText x && right.Ref is BytesText y) return x.Bytes.AsSpan().SequenceCompareTo(y.Bytes);
        throw Errors.Type($"'{symbol}' not supported between instances of '{TypeName(left)}' and '{TypeName(right)}'");
    }

    private static int? CompareNumbers(JinjaValue left, JinjaValue right)
    {
        if (!left.IsFloat && !right.IsFloat) return Big(left).CompareTo(Big(right));
        if (left.IsFloat && right.IsFloat)
            return double.IsNaN(left.Float) || double.IsNaN(right.Float) ? null : left.Float.CompareTo(right.Float);
        return left.IsFloat ? -CompareIntegerWithFloat(Big(right), left.Float) : CompareIntegerWithFloat(Big(left), right.Float);
    }

    private static int? CompareIntegerWithFloat(BigInteger integer, double number)
    {
        if (double.IsNaN(number)) return null;
        if (double.IsInfinity(number)) return number > 0 ? -1 : 1;
        var floor = Math.Floor(number);
        var order = integer.CompareTo(new BigInteger(floor));
        return order != 0 ? order : floor < number ? -1 : 0;
    }

    /// <summary>Text in the order of its code points, which is not that of its UTF-16 units.</summary>
    public static int CompareText(string left, string right)
    {
        var length = Math.Min(left.Length, right.Length);
        var i = left.AsSpan(0, length).CommonPrefixLength(right.AsSpan(0, length));
        if (i == length) return left.Length.CompareTo(right.Length);
        int a = left[i], b = right[i];
        // Surrogates stand for code points above all others.
        if (char.IsSurrogate(left[i]) != char.IsSurrogate(right[i])) return char.IsSurrogate(left[i]) ? 1 : -1;
        return a.CompareTo(b);
    }

    private static int? CompareSequences(RenderState? state, SequenceObject left, SequenceObject right, string symbol)
    {
        using var depth = Deeper(state);
        for (var i = 0; i < left.Count && i < right.Count; i++)
        {
            state?.Tick();
            if (!SameOrEqual(state, left.Array[i], right.Array[i])) return Compare(state, left.Array[i], right.Array[i], symbol);
        }
        return left.Count.CompareTo(right.Count);
    }

    public static bool Less(RenderState? state, JinjaValue left, JinjaValue right) => Compare(state, left, right, "<") < 0;

    public static bool Contains(RenderState state, JinjaValue container, JinjaValue item)
    {
        switch (container.Kind)
        {
            case ValueKind.Str or ValueKind.Markup:
                if (!item.IsTextual) throw Errors.Type($"'in <string>' requires string as left operand, not {TypeName(item)}");
                return container.Text.Contains(item.Text, StringComparison.Ordinal);
            case ValueKind.Dict: return ((DictObject)container.Ref!).Contains(item);
            case ValueKind.Undefined or ValueKind.List or ValueKind.Tuple or ValueKind.Bytes: break;
            default:
                if (container.Ref is DictView view && view.Contains(item) is { } found) return found;
                if (container.Ref is RangeObject range && IsInteger(item)) return range.Contains(Big(item));
                if (container.Ref is not ObjectValue { IsIterable: true }) throw Errors.Type($"argument of type '{TypeName(container)}' is not iterable");
                break;
        }
        using var iterator = Iterate(container, state);
        while (iterator.MoveNext())
        {
            if (SameOrEqual(state, iterator.Current, item)) return true;
        }
        return false;
    }

    /// <summary>A stable sort by keys, as Python's <c>sorted</c>: equal ones keep their order, also when reversed.</summary>
    public static void Sort(RenderState state, JinjaValue[] items, JinjaValue[] keys, bool reverse)
    {
        if (reverse)
        {
            Array.Reverse(items);
            Array.Reverse(keys);
        }
        state.Charge(40L * items.Length);
        MergeSort(state, items, keys, new JinjaValue[items.Length], new JinjaValue[items.Length], 0, items.Length);
        if (reverse) Array.Reverse(items);
    }

    private static void MergeSort(RenderState state, JinjaValue[] items, JinjaValue[] keys, JinjaValue[] itemScratch, JinjaValue[] keyScratch, int from, int to)
    {
        if (to - from < 2) return;
        var middle = (from + to) / 2;
        MergeSort(state, items, keys, itemScratch, keyScratch, from, middle);
        MergeSort(state, items, keys, itemScratch, keyScratch, middle, to);
        int left = from, right = middle;
        for (var i = from; i < to; i++)
        {
            state.Tick();
            var takeRight = left >= middle || (right < to && Less(state, keys[right], keys[left]));
            var source = takeRight ? right++ : left++;
            itemScratch[i] = items[source];
            keyScratch[i] = keys[source];
        }
        Array.Copy(itemScratch, from, items, from, to - from);
        Array.Copy(keyScratch, from, keys, from, to - from);
    }
}
