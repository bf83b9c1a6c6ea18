using Carillon.Jinja.Execution;
using Carillon.Jinja.Values;

namespace Carillon.Jinja.Builtins;

/// <summary>Filters on lists and dictionaries that give a list or one item.</summary>
internal static class ListFilters
{
    public static IEnumerable<FilterFunction> All() =>
    [
        new("attr", "obj, name", (s, a) => Attribute(s, a[0], a[1])),
        new("batch", "value, linecount, fill_with=none", (s, a) => Lazy(Batch(s, a[0], a[1], a[2]))),
        new("count", "[obj]", (_, a) => Python.Length(a[0])),
        new("d", "value, default_value='', boolean=false", Default),
        new("default", "value, default_value='', boolean=false", Default),
        new("dictsort", "value, case_sensitive=false, by='key', reverse=false", DictSort),
        new("first", "seq", First),
        new("groupby", "value, attribute, default=none, case_sensitive=false", GroupBy),
        new("items", "value", (s, a) => Lazy(Items(a[0]))),
        new("last", "seq", Last),
        new("length", "[obj]", (_, a) => Python.Length(a[0])),
        new("list", "value", (s, a) => JinjaValue.From(new ListObject(Python.ToArray(a[0], s)))),
        new("max", "value, case_sensitive=false, attribute=none", (s, a) => Extreme(s, a, ">")),
        new("min", "value, case_sensitive=false, attribute=none", (s, a) => Extreme(s, a, "<")),
        new("random", "seq", RandomItem),
        new("reverse", "value", Reverse),
        new("slice", "value, slices, fill_with=none", (s, a) => Lazy(Slice(s, a[0], a[1], a[2]))),
        new("sort", "value, reverse=false, case_sensitive=false, attribute=none", Sort),
        new("sum", "iterable, attribute=none, start=0", Sum),
        new("unique", "value, case_sensitive=false, attribute=none", (s, a) => Lazy(Unique(s, a[0], Python.Truth(a[1]), a[2]))),
    ];

    public static JinjaValue Lazy(IEnumerable<JinjaValue> items) => JinjaValue.From(new IteratorObject("generator", items.GetEnumerator()));

    private static JinjaValue Attribute(RenderState state, JinjaValue owner, JinjaValue name)
    {
        if (!name.IsTextual) throw Errors.Type($"attribute name must be string, not '{Python.TypeName(name)}'");
        var attribute = name.Text;
        if (owner.Ref is UndefinedValue undefined && !attribute.StartsWith("__", StringComparison.Ordinal))
            return undefined.Mode == UndefinedKind.Chainable ? owner : throw undefined.Error();
        if (owner.Ref is DictObject && MethodTable.Find(ValueKind.Dict, attribute) is null && !attribute.StartsWith('_')) return state.UndefinedMember(owner, name);
        if (owner.Ref is UndefinedValue) return state.UndefinedMember(owner, name);
        return Access.Attribute(state, owner, attribute);
    }

    private static JinjaValue Default(RenderState state, ReadOnlySpan<JinjaValue> a) =>
        a[0].Kind == ValueKind.Undefined || (Python.Truth(a[2]) && !Python.Truth(a[0])) ? a[1] : a[0];

    private static IEnumerable<JinjaValue> Batch(RenderState state, JinjaValue value, JinjaValue size, JinjaValue fill)
    {
        var batch = new ListObject();
        using var iterator = Python.Iterate(value, state);
        while (iterator.MoveNext())
        {
            if (Python.ValuesEqual(state, batch.Count, size))
            {
                yield return JinjaValue.From(batch);
                batch = new ListObject();
            }
            state.Charge(16);
            batch.Add(iterator.Current);
        }
        if (batch.Count == 0) yield break;
        if (!fill.IsNone && Python.Less(state, batch.Count, size))
        {
            var missing = Python.Integer(size) - batch.Count;
            state.ChargeProduct(16, missing);
            for (; missing > 0; missing--) batch.Add(fill);
        }
        yield return JinjaValue.From(batch);
    }

    private static IEnumerable<JinjaValue> Slice(RenderState state, JinjaValue value, JinjaValue slices, JinjaValue fill)
    {
        var items = Python.ToArray(value, state);
        if (slices.Ref is UndefinedValue undefined) throw undefined.Error();
        if (slices.IsFloat || slices.IsTextual) throw Errors.Type($"'{Python.TypeName(slices)}' object cannot be interpreted as an integer");
        var count = Python.Integer(slices);
        if (count == 0) throw Errors.ZeroDivision("integer division or modulo by zero");
        var length = (int)(items.Length / Math.Max(1, count));
        var longer = items.Length % Math.Max(1, count);
        var start = 0;
        for (long i = 0; i < count; i++)
        {
            state.Tick();
            var size = length + (i < longer ? 1 : 0);
            var part = new ListObject(items[start..(start + size)]);
            state.Charge(16L * size + 16);
            if (!fill.IsNone && i >= longer) part.Add(fill);
            start += size;
            yield return JinjaValue.From(part);
        }
    }

    private static JinjaValue DictSort(RenderState state, ReadOnlySpan<JinjaValue> a)
    {
        var by = a[2].IsTextual ? a[2].Text : "";
        if (by is not ("key" or "value")) throw new FilterArgumentException("You can only sort by either \"key\" or \"value\"");
        if (a[0].Ref is UndefinedValue undefined) throw undefined.Error();
        if (a[0].Ref is not DictObject dictionary) throw Errors.Attribute($"'{Python.TypeName(a[0])}' object has no attribute 'items'");
        var entries = dictionary.Snapshot();
        var items = entries.Select(e => JinjaValue.From(new TupleObject([e.Key, e.Value]))).ToArray();
        var caseSensitive = Python.Truth(a[1]);
        var keys = entries.Select(e => by == "key" ? e.Key : e.Value).Select(k => caseSensitive ? k : AttributeGetter.IgnoreCase(k)).ToArray();
        Python.Sort(state, items, keys, Python.Integer(a[3]) != 0);
        return JinjaValue.From(new ListObject(items));
    }

    private static JinjaValue First(RenderState state, ReadOnlySpan<JinjaValue> a)
    {
        using var iterator = Python.Iterate(a[0], state);
        return iterator.MoveNext() ? iterator.Current : state.UndefinedHint("No first item, sequence was empty.");
    }

    private static JinjaValue Last(RenderState state, ReadOnlySpan<JinjaValue> a)
    {
        using var iterator = Reversed(state, a[0]) ?? throw Errors.Type($"'{Python.TypeName(a[0])}' object is not reversible");
        return iterator.MoveNext() ? iterator.Current : state.UndefinedHint("No last item, sequence was empty.");
    }

    // What reversed() runs through; null for what it does not take.
    private static IEnumerator<JinjaValue>? Reversed(RenderState state, JinjaValue value)
    {
        if (value.Ref is not ObjectValue { IsReversible: true } && !value.IsTextual && value.Ref is not (UndefinedValue or BytesText)) return null;
        var items = Python.ToArray(value, state);
        Array.Reverse(items);
        return ((IEnumerable<JinjaValue>)items).GetEnumerator();
    }

    private static JinjaValue Reverse(RenderState state, ReadOnlySpan<JinjaValue> a)
    {
        if (a[0].IsTextual) return Slicing.Slice(state, a[0], default, default, -1);
        if (Reversed(state, a[0]) is { } reversed) return JinjaValue.From(new IteratorObject("reversed", reversed));
        try
        {
            var items = Python.ToArray(a[0], state);
            Array.Reverse(items);
            return JinjaValue.From(new ListObject(items));
        }
        catch (TemplateRuntimeException error) when (error.ErrorName == "TypeError")
        {
            throw new FilterArgumentException("argument must be iterable");
        }
    }

    private static IEnumerable<JinjaValue> Items(JinjaValue value)
    {
        if (value.Kind == ValueKind.Undefined) yield break;
        if (value.Ref is not DictObject dictionary) throw Errors.Type("Can only get item pairs from a mapping.");
        foreach (var (key, item) in dictionary.Snapshot()) yield return JinjaValue.From(new TupleObject([key, item]));
    }

    private static JinjaValue GroupBy(RenderState state, ReadOnlySpan<JinjaValue> a)
    {
        var caseSensitive = Python.Truth(a[3]);
        var getter = new AttributeGetter(state, a[1], ignoreCase: !caseSensitive, a[2]);
        var output = new AttributeGetter(state, a[1], ignoreCase: false, a[2]);
        var items = Python.ToArray(a[0], state);
        var keys = Array.ConvertAll(items, getter.Get);
        Python.Sort(state, items, keys, reverse: false);
        var groups = new ListObject();
        string[] names = ["grouper", "list"];
        for (var i = 0; i < items.Length;)
        {
            var members = new ListObject();
            var first = i;
            for (; i < items.Length && Python.SameOrEqual(state, keys[first], keys[i]); i++) members.Add(items[i]);
            // A key that is not equal to itself is a group of one.
            if (i == first) members.Add(items[i++]);
            groups.Add(JinjaValue.From(new TupleObject([caseSensitive ? keys[first] : output.Get(items[first]), JinjaValue.From(members)], names)));
        }
        return JinjaValue.From(groups);
    }

    private static JinjaValue Extreme(RenderState state, ReadOnlySpan<JinjaValue> a, string symbol)
    {
        var getter = new AttributeGetter(state, a[2], ignoreCase: !Python.Truth(a[1]));
        using var iterator = Python.Iterate(a[0], state);
        if (!iterator.MoveNext()) return state.UndefinedHint("No aggregated item, sequence was empty.");
        var best = iterator.Current;
        var bestKey = getter.Get(best);
        while (iterator.MoveNext())
        {
            var key = getter.Get(iterator.Current);
            if (!CompareExpression.Holds(state, symbol, key, bestKey)) continue;
            best = iterator.Current;
            bestKey = key;
        }
        return best;
    }

    private static JinjaValue RandomItem(RenderState state, ReadOnlySpan<JinjaValue> a)
    {
        var length = Python.Length(a[0]);
        if (length == 0) return state.UndefinedHint("No random item, sequence was empty.");
        var index = Random.Shared.Next(length);
        return Access.TryItem(state, a[0], index, out var item) ? item : throw Errors.Key(index.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    private static JinjaValue Sort(RenderState state, ReadOnlySpan<JinjaValue> a)
    {
        var ignoreCase = !Python.Truth(a[2]);
        var getters = a[3].IsTextual
            ? Array.ConvertAll(a[3].Text.Split(','), part => new AttributeGetter(state, part, ignoreCase))
            : [new AttributeGetter(state, a[3], ignoreCase)];
        var items = Python.ToArray(a[0], state);
        // The keys are lists even of one: equal ones are found equal before they are asked for an order they may not have.
        var keys = Array.ConvertAll(items, item => JinjaValue.From(new ListObject(Array.ConvertAll(getters, getter => getter.Get(item)))));
        Python.Sort(state, items, keys, Python.Integer(a[1]) != 0);
        return JinjaValue.From(new ListObject(items));
    }

    private static JinjaValue Sum(RenderState state, ReadOnlySpan<JinjaValue> a)
    {
        if (a[2].IsTextual) throw Errors.Type("sum() can't sum strings [use ''.join(seq) instead]");
        var getter = a[1].IsNone ? null : new AttributeGetter(state, a[1]);
        var sum = a[2];
        using var iterator = Python.Iterate(a[0], state);
        while (iterator.MoveNext()) sum = Operators.Apply(state, BinaryOperator.Add, sum, getter is null ? iterator.Current : getter.Get(iterator.Current));
        return sum;
    }

    private static IEnumerable<JinjaValue> Unique(RenderState state, JinjaValue value, bool caseSensitive, JinjaValue attribute)
    {
        var getter = new AttributeGetter(state, attribute, ignoreCase: !caseSensitive);
        var seen = new DictObject();
        using var iterator = Python.Iterate(value, state);
        while (iterator.MoveNext())
        {
            var key = getter.Get(iterator.Current);
            if (seen.Contains(key)) continue;
            state.Charge(40);
            seen.Set(key, true);
            yield return iterator.Current;
        }
    }
}
