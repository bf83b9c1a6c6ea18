using Carillon.Jinja.Execution;
using Carillon.Jinja.Values;

namespace Carillon.Jinja.Builtins;

/// <summary>The lazy filters that take the name of another filter or of a test.</summary>
internal static class SelectionFilters
{
    public static IEnumerable<FilterFunction> All() =>
    [
        new("map", "value, *args, **kwargs", (s, a) => ListFilters.Lazy(Map(s, a[0], (TupleObject)a[1].Ref!, (DictObject)a[2].Ref!))),
        new("select", "value, *args, **kwargs", (s, a) => Select(s, a, keep: true, byAttribute: false)),
        new("reject", "value, *args, **kwargs", (s, a) => Select(s, a, keep: false, byAttribute: false)),
        new("selectattr", "value, *args, **kwargs", (s, a) => Select(s, a, keep: true, byAttribute: true)),
        new("rejectattr", "value, *args, **kwargs", (s, a) => Select(s, a, keep: false, byAttribute: true)),
    ];

    private static IEnumerable<JinjaValue> Map(RenderState state, JinjaValue value, TupleObject arguments, DictObject named)
    {
        if (!Python.Truth(value)) yield break;
        var context = state.Context;
        var apply = PrepareMap(state, arguments, named);
        using var iterator = Python.Iterate(value, state);
        while (iterator.MoveNext())
        {
            // The filter runs under the escaping of the template that asked for it, wherever the items are taken.
            var current = state.Context;
            state.Context = context;
            var result = apply(iterator.Current);
            state.Context = current;
            yield return result;
        }
    }

    private static Func<JinjaValue, JinjaValue> PrepareMap(RenderState state, TupleObject arguments, DictObject named)
    {
        if (arguments.Count == 0 && named.TryGet("attribute", out var attribute))
        {
            foreach (var entry in named.Entries)
            {
                if (entry.Key.Text is not ("attribute" or "default")) throw new FilterArgumentException($"Unexpected keyword argument {Python.Repr(entry.Key)}");
            }
            return new AttributeGetter(state, attribute, otherwise: named.TryGet("default", out var otherwise) ? otherwise : default).Get;
        }
        if (arguments.Count == 0) throw new FilterArgumentException("map requires a filter argument");
        return Bind(state, () => FilterTable.Find(state, arguments.Array[0]), arguments.Span[1..], named);
    }

    private static Func<JinjaValue, JinjaValue> Bind(RenderState state, Func<FilterFunction> find, ReadOnlySpan<JinjaValue> arguments, DictObject named)
    {
        JinjaValue[] positional = [default, .. arguments];
        var names = named.Snapshot().Select(e => e.Key.Text).ToArray();
        var values = named.Snapshot().Select(e => e.Value).ToArray();
        // Looked up when there is a first item: without one Jinja does not mind a name that nothing has.
        FilterFunction? function = null;
        return item =>
        {
            state.Tick();
            function ??= find();
            positional[0] = item;
            return function.Invoke(state, new CallArguments(positional, names, values));
        };
    }

    private static JinjaValue Select(RenderState state, ReadOnlySpan<JinjaValue> a, bool keep, bool byAttribute) =>
        ListFilters.Lazy(Selected(state, a[0], (TupleObject)a[1].Ref!, (DictObject)a[2].Ref!, keep, byAttribute));

    private static IEnumerable<JinjaValue> Selected(RenderState state, JinjaValue value, TupleObject arguments, DictObject named, bool keep, bool byAttribute)
    {
        if (!Python.Truth(value)) yield break;
        AttributeGetter? getter = null;
        var next = 0;
        if (byAttribute)
        {
            if (arguments.Count == 0) throw new FilterArgumentException("Missing parameter for attribute name");
            getter = new AttributeGetter(state, arguments.Array[next++]);
        }
        var testAt = next;
        var test = arguments.Count > next ? Bind(state, () => TestTable.Find(state, arguments.Array[testAt]), arguments.Span[(next + 1)..], named) : null;
        using var iterator = Python.Iterate(value, state);
        while (iterator.MoveNext())
        {
            var subject = getter is null ? iterator.Current : getter.Get(iterator.Current);
            if (Python.Truth(test is null ? subject : test(subject)) == keep) yield return iterator.Current;
        }
    }
}
