using Carillon.Jinja.Execution;

namespace Carillon.Jinja.Values;

/// <summary>Lists and tuples: an array and how much of it counts.</summary>
internal abstract class SequenceObject(ValueKind kind, JinjaValue[] items, int count) : ObjectValue(kind)
{
    public JinjaValue[] Array = items;
    public int Count = count;

    public ReadOnlySpan<JinjaValue> Span => Array.AsSpan(0, Count);

    public override bool Truth => Count != 0;

    public override int Length => Count;

    public override bool IsIterable => true;

    public override bool IsReversible => true;

    public IEnumerable<JinjaValue> Snapshot() => Span.ToArray();

    // Asks for the count anew with each step: Python's iterators see what the loop body appends.
    public override IEnumerator<JinjaValue> Iterate(RenderState? state)
    {
        for (var i = 0; i < Count; i++)
        {
            state?.Tick();
            yield return Array[i];
        }
    }

    public override bool TryGetItem(RenderState state, JinjaValue key, out JinjaValue value)
    {
        value = default;
        if (!Python.TryIndex(key, out var index)) return false;
        if (index < 0) index += Count;
        if (index < 0 || index >= Count) return false;
        value = Array[index];
        return true;
    }

    public override bool ValueEquals(RenderState? state, ObjectValue other)
    {
        if (other.Kind != Kind) return false;
        if (ReferenceEquals(this, other)) return true;
        var sequence = (SequenceObject)other;
        if (sequence.Count != Count) return false;
        using var depth = Python.Deeper(state);
        for (var i = 0; i < Count && i < sequence.Count; i++)
        {
            state?.Tick();
            if (!Python.SameOrEqual(state, Array[i], sequence.Array[i])) return false;
        }
        return true;
    }
}

internal sealed class ListObject : SequenceObject
{
    public ListObject(JinjaValue[] items)
        : base(ValueKind.List, items, items.Length)
    {
    }

    public ListObject(JinjaValue[] items, int count)
        : base(ValueKind.List, items, count)
    {
    }

    public ListObject()
        : this([], 0)
    {
    }

    /// <summary>True for a list that every render shares: templates may not change it.</summary>
    public bool Frozen { get; set; }

    public override string TypeName => "list";

    public override int ValueHash() => throw Errors.Type("unhashable type: 'list'");

    public void Add(JinjaValue item)
    {
        if (Count == Array.Length) System.Array.Resize(ref Array, Math.Max(4, Count * 2));
        Array[Count++] = item;
    }

    public void Insert(int index, JinjaValue item)
    {
        Add(item);
        System.Array.Copy(Array, index, Array, index + 1, Count - 1 - index);
        Array[index] = item;
    }

    public void RemoveAt(int index)
    {
        Count--;
        System.Array.Copy(Array, index + 1, Array, index, Count - index);
        Array[Count] = default;
    }

    public override void WriteRepr(ReprWriter writer) => writer.Sequence(this, "[", "]");
}

internal sealed class TupleObject(JinjaValue[] items, string[]? names = null) : SequenceObject(ValueKind.Tuple, items, items.Length)
{
    public static readonly TupleObject Empty = new([]);

    public override string TypeName => "tuple";

    /// <summary>The names of a named tuple's items, as a group has them: <c>grouper</c> and <c>list</c>.</summary>
    public override bool TryGetAttribute(RenderState state, string name, out JinjaValue value)
    {
        var index = names is null ? -1 : System.Array.IndexOf(names, name);
        value = index < 0 ? default : Array[index];
        return index >= 0;
    }

    public override int ValueHash()
    {
        var hash = 17;
        using var depth = Python.Deeper(null);
        foreach (var item in Span) hash = unchecked(hash * 31 + Hashing.Of(item));
        return hash;
    }

    public override void WriteRepr(ReprWriter writer) => writer.Sequence(this, "(", Count == 1 ? ",)" : ")");
}
