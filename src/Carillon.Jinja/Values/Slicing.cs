using Carillon.Jinja.Execution;

namespace Carillon.Jinja.Values;

/// <summary>Python's slices.</summary>
internal static class Slicing
{
    public static JinjaValue Slice(RenderState state, JinjaValue owner, JinjaValue start, JinjaValue stop, JinjaValue step)
    {
        switch (owner.Kind)
        {
            case ValueKind.Undefined:
                var undefined = (UndefinedValue)owner.Ref!;
                return undefined.Mode == UndefinedKind.Chainable ? owner : throw undefined.Error();
            case ValueKind.Str or ValueKind.Markup:
                var text = owner.Text;
                state.Charge(text.Length);
                return JinjaValue.FromText(SliceText(text, start, stop, step), owner.IsMarkup);
            case ValueKind.List or ValueKind.Tuple:
                var sequence = (SequenceObject)owner.Ref!;
                var items = Pick(state, sequence.Span, Bounds(sequence.Count, start, stop, step));
                return JinjaValue.From(sequence is ListObject ? new ListObject(items) : new TupleObject(items));
            case ValueKind.Bytes:
                var bytes = ((BytesText)owner.Ref!).Bytes;
                var (from, count, stride) = Bounds(bytes.Length, start, stop, step);
                var part = new byte[count];
                for (var i = 0; i < count; i++) part[i] = bytes[from + i * stride];
                return JinjaValue.From(new BytesText(part));
            case ValueKind.Dict: throw Errors.Type("unhashable type: 'slice'");
            default:
                if (owner.Ref is not RangeObject range) throw Errors.Type($"'{Python.TypeName(owner)}' object is not subscriptable");
                var bounds = Bounds(range.Length, start, stop, step);
                return JinjaValue.From(range.Slice(bounds.Start, bounds.End, bounds.Step));
        }
    }

    private static string SliceText(string text, JinjaValue start, JinjaValue stop, JinjaValue step)
    {
        var bounds = Bounds(PythonText.Length(text), start, stop, step);
        if (bounds.Step == 1) return PythonText.Substring(text, bounds.Start, bounds.Count);
        var characters = PythonText.Characters(text);
        var result = new System.Text.StringBuilder(bounds.Count);
        for (var i = 0; i < bounds.Count; i++) result.Append(characters[bounds.Start + i * bounds.Step]);
        return result.ToString();
    }

    private static JinjaValue[] Pick(RenderState state, ReadOnlySpan<JinjaValue> items, SliceBounds bounds)
    {
        state.Charge(16L * bounds.Count);
        var result = new JinjaValue[bounds.Count];
        for (var i = 0; i < result.Length; i++) result[i] = items[bounds.Start + i * bounds.Step];
        return result;
    }

    private readonly record struct SliceBounds(int Start, int Count, int Step)
    {
        public int End => Start + Count * Step;
    }

    private static SliceBounds Bounds(int length, JinjaValue start, JinjaValue stop, JinjaValue step)
    {
        var stride = step.IsNone ? 1 : Index(step);
        if (stride == 0) throw Errors.Value("slice step cannot be zero");
        // The bounds of a stride beyond the length are those of the length: it takes one item at most.
        stride = Math.Clamp(stride, -length - 1, length + 1);
        long lower = stride > 0 ? 0 : -1, upper = stride > 0 ? length : length - 1L;
        var from = start.IsNone ? stride > 0 ? lower : upper : Clamp(Index(start), length, lower, upper);
        var to = stop.IsNone ? stride > 0 ? upper : lower : Clamp(Index(stop), length, lower, upper);
        var distance = stride > 0 ? to - from : from - to;
        var count = distance <= 0 ? 0 : (distance - 1) / Math.Abs(stride) + 1;
        return new SliceBounds((int)from, (int)count, (int)stride);
    }

    private static long Index(JinjaValue value)
    {
        if (value.Ref is BigInt big) return big.Value.Sign < 0 ? int.MinValue : int.MaxValue;
        if (!value.IsInt && !value.IsBool) throw Errors.Type("slice indices must be integers or None or have an __index__ method");
        return Math.Clamp(value.Bits, int.MinValue, int.MaxValue);
    }

    private static long Clamp(long index, int length, long lower, long upper) => Math.Clamp(index < 0 ? index + length : index, lower, upper);
}
