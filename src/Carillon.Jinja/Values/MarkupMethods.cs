using Carillon.Jinja.Builtins;
using Carillon.Jinja.Execution;

namespace Carillon.Jinja.Values;

/// <summary>The methods of markup: those of text, whose arguments are escaped and whose results are markup again.</summary>
internal static class MarkupMethods
{
    private static readonly HashSet<string> Escaping = new(StringComparer.Ordinal)
    {
        "capitalize", "title", "lower", "upper", "replace", "ljust", "rjust", "lstrip", "rstrip", "center", "strip", "expandtabs", "swapcase", "zfill",
        "partition", "rpartition", "translate",
    };

    private static readonly HashSet<string> Wrapping = new(StringComparer.Ordinal) { "split", "rsplit", "splitlines" };

    /// <summary>True for a method of text that only its arguments and results make one of markup.</summary>
    public static bool IsWrapped(string name) => Escaping.Contains(name) && name is not ("partition" or "rpartition");

    public static IEnumerable<Method> All()
    {
        foreach (var method in TextMethods.All())
        {
            if (method.Name == "join") yield return new Method("join", "[iterable]", Join);
            else if (method.Name == "format") yield return method;
            else if (Escaping.Contains(method.Name)) yield return method.With((s, a) => Wrap(method.Body(s, Escape(a))));
            else if (Wrapping.Contains(method.Name)) yield return method.With((s, a) => Wrap(method.Body(s, a)));
            else yield return method.With((s, a) => method.Body(s, Plain(a)));
        }
        yield return new Method("unescape", "", (_, a) => HtmlText.Unescape(a[0].Text));
        yield return new Method("striptags", "", (s, a) => HtmlText.StripTags(s, a[0].Text));
        yield return new Method("escape", "[s]", (_, a) => Html.Escape(a[1]));
    }

    private static JinjaValue[] Plain(ReadOnlySpan<JinjaValue> arguments)
    {
        var plain = arguments.ToArray();
        plain[0] = plain[0].Text;
        return plain;
    }

    private static JinjaValue[] Escape(ReadOnlySpan<JinjaValue> arguments)
    {
        var escaped = Plain(arguments);
        for (var i = 1; i < escaped.Length; i++)
        {
            if (escaped[i].IsTextual) escaped[i] = Html.Escape(escaped[i]).Text;
        }
        return escaped;
    }

    private static JinjaValue Wrap(JinjaValue value)
    {
        if (value.IsTextual) return JinjaValue.Markup(value.Text);
        if (value.Ref is not SequenceObject sequence) return value;
        for (var i = 0; i < sequence.Count; i++) sequence.Array[i] = JinjaValue.Markup(sequence.Array[i].Text);
        return value;
    }

    private static JinjaValue Join(RenderState state, ReadOnlySpan<JinjaValue> arguments)
    {
        if (!Python.IsIterable(arguments[1])) throw Errors.Type("can only join an iterable");
        var items = Python.ToArray(arguments[1], state);
        return JinjaValue.Markup(TextFilters.JoinText(state, arguments[0].Text, items.Select(i => Html.Escape(i).Text)));
    }
}
