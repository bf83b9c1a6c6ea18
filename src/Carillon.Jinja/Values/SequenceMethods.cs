using Carillon.Jinja.Execution;

namespace Carillon.Jinja.Values;

/// <summary>The methods of lists and tuples.</summary>
internal static class SequenceMethods
{
    public static IEnumerable<Method> ForTuples() =>
    [
        new("count", "[value]", (s, a) => Count(s, (SequenceObject)a[0].Ref!, a[1])),
        new("index", "[value], [start]=0, [stop]=none", (s, a) => Index(s, (SequenceObject)a[0].Ref!, a)),
    ];

    /// <summary>What a range has of them: its items are gone through.</summary>
    public static bool TryRangeMethod(RangeObject range, string name, out JinjaValue value)
    {
        value = default;
        if (name is not ("count" or "index")) return false;
        value = JinjaValue.From(new BuiltinFunction(name, Signature.Parse("[value]"), (state, a) =>
        {
            var items = new TupleObject(Python.ToArray(JinjaValue.From(range), state));
            return name == "count" ? Count(state, items, a[0]) : Index(state, items, [JinjaValue.From(items), a[0], 0, default]);
        }));
        return true;
    }

    public static IEnumerable<Method> ForLists() =>
    [
        .. ForTuples(),
        new("append", "[object]", (s, a) => Extend(s, a[0], [a[1]])),
        new("clear", "", (_, a) => Clear(Changeable(a[0]))),
        new("copy", "", (s, a) => JinjaValue.From(new ListObject(Python.ToArray(a[0], s)))),
        new("extend", "[iterable]", (s, a) => Extend(s, a[0], Python.ToArray(a[1], s))),
        new("insert", "[index], [object]", Insert),
        new("pop", "[index]=-1", Pop),
        new("remove", "[value]", Remove),
        new("reverse", "", Reverse),
        new("sort", "key=none, reverse=false", Sort),
    ];

    /// <summary>The list, where templates may change it: those that every render shares are closed to them.</summary>
    private static ListObject Changeable(JinjaValue value)
    {
        var list = (ListObject)value.Ref!;
        return list.Frozen ? throw new SandboxException("a list that all templates share cannot be changed") : list;
    }

    private static JinjaValue Count(RenderState state, SequenceObject sequence, JinjaValue value)
    {
        var count = 0;
        foreach (var item in sequence.Span)
        {
            state.Tick();
            if (Python.SameOrEqual(state, item, value)) count++;
        }
        return count;
    }

    private static JinjaValue Index(RenderState state, SequenceObject sequence, ReadOnlySpan<JinjaValue> a)
    {
        var start = Bound(a[2], sequence.Count);
        var stop = a[3].IsNone ? sequence.Count : Bound(a[3], sequence.Count);
        for (var i = start; i < stop && i < sequence.Count; i++)
        {
            state.Tick();
            if (Python.SameOrEqual(state, sequence.Array[i], a[1])) return i;
        }
        throw Errors.Value($"{Python.Repr(a[1], state)} is not in {sequence.TypeName}");
    }

    private static int Bound(JinjaValue value, int count)
    {
        var index = Python.SmallInteger(value);
        return Math.Clamp(index < 0 ? index + count : index, 0, count);
    }

    private static JinjaValue Extend(RenderState state, JinjaValue list, ReadOnlySpan<JinjaValue> items)
    {
        state.Charge(16L * items.Length);
        var target = Changeable(list);
        foreach (var item in items) target.Add(item);
        return JinjaValue.None;
    }

    private static JinjaValue Clear(ListObject list)
    {
        list.Array = [];
        list.Count = 0;
        return JinjaValue.None;
    }

    private static JinjaValue Insert(RenderState state, ReadOnlySpan<JinjaValue> a)
    {
        var list = Changeable(a[0]);
        state.Charge(16);
        list.Insert(Bound(a[1], list.Count), a[2]);
        return JinjaValue.None;
    }

    private static JinjaValue Pop(RenderState state, ReadOnlySpan<JinjaValue> a)
    {
        var list = Changeable(a[0]);
        if (list.Count == 0) throw Errors.Index("pop from empty list");
        var index = Python.SmallInteger(a[1]);
        if (index < 0) index += list.Count;
        if (index < 0 || index >= list.Count) throw Errors.Index("pop index out of range");
        var item = list.Array[index];
        list.RemoveAt(index);
        return item;
    }

    private static JinjaValue Remove(RenderState state, ReadOnlySpan<JinjaValue> a)
    {
        var list = Changeable(a[0]);
        for (var i = 0; i < list.Count; i++)
        {
            state.Tick();
            if (!Python.SameOrEqual(state, list.Array[i], a[1])) continue;
            list.RemoveAt(i);
            return JinjaValue.None;
        }
        throw Errors.Value("list.remove(x): x not in list");
    }

    private static JinjaValue Reverse(RenderState state, ReadOnlySpan<JinjaValue> a)
    {
        var list = Changeable(a[0]);
        Array.Reverse(list.Array, 0, list.Count);
        return JinjaValue.None;
    }

    private static JinjaValue Sort(RenderState state, ReadOnlySpan<JinjaValue> a)
    {
        var list = Changeable(a[0]);
        var items = list.Span.ToArray();
        var keys = items.ToArray();
        if (!a[1].IsNone)
        {
            if (a[1].Ref is not ObjectValue { IsCallable: true } key) throw Errors.Type($"'{Python.TypeName(a[1])}' object is not callable");
            for (var i = 0; i < keys.Length; i++) keys[i] = key.Call(state, CallArguments.Of([items[i]]));
        }
        Python.Sort(state, items, keys, Python.Integer(a[2]) != 0);
        list.Array = items;
        list.Count = items.Length;
        return JinjaValue.None;
    }
}
