using System.Collections.Frozen;
using Carillon.Jinja.Execution;
using Carillon.Jinja.Values;

namespace Carillon.Jinja.Builtins;

/// <summary>Jinja's global functions, and those of the host.</summary>
internal static class GlobalTable
{
    /// <summary>The sandbox of Jinja allows no larger range.</summary>
    private const int MaximumRange = 100_000;

    public static FrozenDictionary<string, JinjaValue> For(JinjaOptions options)
    {
        var globals = new Dictionary<string, JinjaValue>(StringComparer.Ordinal);
        Add("range", "[start], [stop]=none, [step]=1", Range);
        Add("dict", "*args, **kwargs", Dict);
        Add("lipsum", "n=5, html=true, min=20, max=100", LoremIpsum.Generate);
        Add("cycler", "*items", (_, a) => JinjaValue.From(new CyclerObject((TupleObject)a[0].Ref!)));
        Add("joiner", "sep=?", (_, a) => JinjaValue.From(new JoinerObject(a[0].IsMissing ? ", " : a[0])));
        Add("namespace", "*args, **kwargs", (s, a) => JinjaValue.From(new NamespaceObject((DictObject)Dict(s, a).Ref!)));
        if (options.Extensions.HasFlag(JinjaExtensions.I18n)) AddTranslations();
        foreach (var (name, value) in options.Globals)
        {
            Freeze(value, 0);
            globals[name] = value;
        }
        return globals.ToFrozenDictionary(StringComparer.Ordinal);

        // What says nothing else is its own translation.
        void AddTranslations()
        {
            Add("gettext", "[message]", (_, a) => a[0]);
            Add("ngettext", "[singular], [plural], [n]", (s, a) => Python.ValuesEqual(s, a[2], 1) ? a[0] : a[1]);
            Add("pgettext", "[context], [message]", (_, a) => a[1]);
            Add("npgettext", "[context], [singular], [plural], [n]", (s, a) => Python.ValuesEqual(s, a[3], 1) ? a[1] : a[2]);
            globals["_"] = options.Globals.GetValueOrDefault("gettext", globals["gettext"]);
        }

        void Add(string name, string signature, BuiltinBody body) =>
            globals[name] = JinjaValue.From(new BuiltinFunction(name, Signature.Parse(signature), body));
    }

    private static void Freeze(JinjaValue value, int depth)
    {
        if (depth > 200) throw new ArgumentException("A global is nested deeper than 200 levels.", nameof(value));
        if (value.Ref is ListObject { Frozen: false } list)
        {
            list.Frozen = true;
            foreach (var item in list.Span) Freeze(item, depth + 1);
        }
        else if (value.Ref is DictObject { Frozen: false } dictionary)
        {
            dictionary.Frozen = true;
            foreach (var entry in dictionary.Entries) Freeze(entry.Value, depth + 1);
        }
    }

    private static JinjaValue Range(RenderState state, ReadOnlySpan<JinjaValue> a)
    {
        foreach (var argument in a)
        {
            if (argument.Ref is UndefinedValue undefined) throw Errors.Type($"'{Python.TypeName(argument)}' object cannot be interpreted as an integer ({undefined.Error().Reason})");
        }
        var (start, stop) = a[1].IsNone ? (0, Python.Integer(a[0])) : (Python.Integer(a[0]), Python.Integer(a[1]));
        var step = Python.Integer(a[2]);
        if (step == 0) throw Errors.Value("range() arg 3 must not be zero");
        if (state.Options.Sandbox && RangeObject.Count(start, stop, step) > MaximumRange)
            throw Errors.Overflow($"Range too big. The sandbox blocks ranges larger than MAX_RANGE ({MaximumRange}).");
        return JinjaValue.From(new RangeObject(start, stop, step));
    }

    private static JinjaValue Dict(RenderState state, ReadOnlySpan<JinjaValue> a)
    {
        var dictionary = new DictObject();
        DictMethods.Fill(state, dictionary, "dict", a[0], a[1]);
        return JinjaValue.From(dictionary);
    }
}
