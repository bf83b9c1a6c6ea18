using System.Globalization;
using System.Numerics;
using Carillon.Jinja.Execution;

namespace Carillon.Jinja.Values;

internal sealed class RangeObject(long start, long stop, long step) : ObjectValue
{
    public override string TypeName => "range";

    public override bool Truth => Length != 0;

    // The bound on ranges keeps the length within an int.
    public override int Length { get; } = Count(start, stop, step);

    public override bool IsIterable => true;

    public override bool IsReversible => true;

    public static int Count(long start, long stop, long step)
    {
        var distance = step > 0 ? (BigInteger)stop - start : (BigInteger)start - stop;
        if (distance.Sign <= 0) return 0;
        var count = (distance - 1) / BigInteger.Abs(step) + 1;
        return count > int.MaxValue ? throw Errors.Overflow("Python int too large to convert to C ssize_t") : (int)count;
    }

    public JinjaValue At(int index) => start + index * step;

    public RangeObject Slice(int from, int to, int stride) => new(start + from * step, start + to * step, step * stride);

    public bool Contains(BigInteger value)
    {
        if (Length == 0) return false;
        var offset = value - start;
        return offset % step == 0 && offset / step >= 0 && offset / step < Length;
    }

    public override IEnumerator<JinjaValue> Iterate(RenderState? state)
    {
        for (var i = 0; i < Length; i++)
        {
            state?.Tick();
            yield return At(i);
        }
    }

    public override bool TryGetAttribute(RenderState state, string name, out JinjaValue value)
    {
        value = name switch { "start" => start, "stop" => stop, "step" => step, _ => default };
        return name is "start" or "stop" or "step" || SequenceMethods.TryRangeMethod(this, name, out value);
    }

    public override bool TryGetItem(RenderState state, JinjaValue key, out JinjaValue value)
    {
        value = default;
        if (!Python.TryIndex(key, out var index)) return false;
        if (index < 0) index += Length;
        if (index < 0 || index >= Length) return false;
        value = At(index);
        return true;
    }

    public override bool ValueEquals(RenderState? state, ObjectValue other) =>
        other is RangeObject range && range.Length == Length
        && (Length == 0 || (range.At(0).Bits == At(0).Bits && (Length == 1 || range.At(1).Bits == At(1).Bits)));

    public override int ValueHash() => HashCode.Combine(Length, Length > 0 ? start : 0, Length > 1 ? step : 0);

    public override void WriteRepr(ReprWriter writer) => writer.Append(step == 1
        ? string.Create(CultureInfo.InvariantCulture, $"range({start}, {stop})")
        : string.Create(CultureInfo.InvariantCulture, $"range({start}, {stop}, {step})"));
}
