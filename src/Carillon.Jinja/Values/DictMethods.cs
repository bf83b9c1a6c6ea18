using Carillon.Jinja.Execution;

namespace Carillon.Jinja.Values;

/// <summary>The methods of dictionaries.</summary>
internal static class DictMethods
{
    public static IEnumerable<Method> All() =>
    [
        new("clear", "", (_, a) => Clear(Changeable(a[0]))),
        new("copy", "", (s, a) => JinjaValue.From(Copy(s, a[0]))),
        new("fromkeys", "[iterable], [value]=none", (s, a) => FromKeys(s, a[1], a[2])),
        new("get", "[key], [default]=none", (_, a) => Dict(a[0]).TryGet(a[1], out var value) ? value : a[2]),
        new("items", "", (_, a) => JinjaValue.From(new DictView(Dict(a[0]), DictViewPart.Items))),
        new("keys", "", (_, a) => JinjaValue.From(new DictView(Dict(a[0]), DictViewPart.Keys))),
        new("pop", "[key], [default]=?", (s, a) => Pop(s, a[0], a[1], a[2])),
        new("popitem", "", (_, a) => PopItem(Changeable(a[0]))),
        new("setdefault", "[key], [default]=none", (s, a) => SetDefault(s, a[0], a[1], a[2])),
        new("update", "*args, **kwargs", Update),
        new("values", "", (_, a) => JinjaValue.From(new DictView(Dict(a[0]), DictViewPart.Values))),
    ];

    private static DictObject Dict(JinjaValue value) => (DictObject)value.Ref!;

    private static DictObject Changeable(JinjaValue value)
    {
        var dictionary = Dict(value);
        return dictionary.Frozen ? throw new SandboxException("a dictionary that all templates share cannot be changed") : dictionary;
    }

    private static JinjaValue Clear(DictObject dictionary)
    {
        dictionary.Clear();
        return JinjaValue.None;
    }

    private static DictObject Copy(RenderState state, JinjaValue value)
    {
        var copy = new DictObject();
        Add(state, copy, value);
        return copy;
    }

    private static JinjaValue FromKeys(RenderState state, JinjaValue keys, JinjaValue value)
    {
        var dictionary = new DictObject();
        using var iterator = Python.Iterate(keys, state);
        while (iterator.MoveNext())
        {
            state.Charge(40);
            dictionary.Set(iterator.Current, value);
        }
        return JinjaValue.From(dictionary);
    }

    private static JinjaValue Pop(RenderState state, JinjaValue self, JinjaValue key, JinjaValue otherwise)
    {
        if (Changeable(self).Remove(key, out var value)) return value;
        return otherwise.IsMissing ? throw Errors.Key(Python.Repr(key, state)) : otherwise;
    }

    private static JinjaValue PopItem(DictObject dictionary)
    {
        if (dictionary.Count == 0) throw Errors.Key("'popitem(): dictionary is empty'");
        var last = dictionary.Entries[^1];
        dictionary.Remove(last.Key, out _);
        return JinjaValue.From(new TupleObject([last.Key, last.Value]));
    }

    private static JinjaValue SetDefault(RenderState state, JinjaValue self, JinjaValue key, JinjaValue otherwise)
    {
        var dictionary = Changeable(self);
        if (dictionary.TryGet(key, out var value)) return value;
        state.Charge(40);
        dictionary.Set(key, otherwise);
        return otherwise;
    }

    private static JinjaValue Update(RenderState state, ReadOnlySpan<JinjaValue> a)
    {
        Fill(state, Changeable(a[0]), "update", a[1], a[2]);
        return JinjaValue.None;
    }

    /// <summary>Adds what <c>dict(…)</c> and <c>update(…)</c> take: a mapping or pairs, then names.</summary>
    public static void Fill(RenderState state, DictObject dictionary, string function, JinjaValue positional, JinjaValue named)
    {
        var arguments = (TupleObject)positional.Ref!;
        if (arguments.Count > 1) throw Errors.Type($"{function} expected at most 1 argument, got {arguments.Count}");
        if (arguments.Count == 1) Add(state, dictionary, arguments.Array[0]);
        Add(state, dictionary, named);
    }

    private static void Add(RenderState state, DictObject dictionary, JinjaValue source)
    {
        if (source.Ref is DictObject other)
        {
            state.Charge(40L * other.Count);
            foreach (var (key, value) in other.Snapshot())
            {
                state.Tick();
                dictionary.Set(key, value);
            }
            return;
        }
        if (source.Ref is NamespaceObject ns)
        {
            Add(state, dictionary, JinjaValue.From(ns.Attributes));
            return;
        }
        if (!Python.IsIterable(source)) throw Errors.Type($"'{Python.TypeName(source)}' object is not iterable");
        using var iterator = Python.Iterate(source, state);
        for (var i = 0; iterator.MoveNext(); i++)
        {
            if (!Python.IsIterable(iterator.Current)) throw Errors.Type($"cannot convert dictionary update sequence element #{i} to a sequence");
            var pair = Python.ToArray(iterator.Current, state);
            if (pair.Length != 2) throw Errors.Value($"dictionary update sequence element #{i} has length {pair.Length}; 2 is required");
            state.Charge(40);
            dictionary.Set(pair[0], pair[1]);
        }
    }
}
