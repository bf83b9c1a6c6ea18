using System.Text;
using Carillon.Jinja.Execution;
using Carillon.Jinja.Values;

namespace Carillon.Jinja.Builtins;

/// <summary>Filters about HTML and JSON.</summary>
internal static class HtmlFilters
{
    public static IEnumerable<FilterFunction> All() =>
    [
        new("e", "[s]", Escape),
        new("escape", "[s]", Escape),
        new("forceescape", "value", (s, a) => JinjaValue.Markup(Html.Escape(Charged(s, Python.Str(a[0], s))))),
        new("safe", "value", (s, a) => a[0].IsMarkup ? a[0] : JinjaValue.Markup(Python.Str(a[0], s))),
        new("striptags", "value", (s, a) => HtmlText.StripTags(s, Python.Str(a[0], s))),
        new("tojson", "value, indent=none", (s, a) => JsonWriter.Write(s, a[0], a[1])),
        new("urlize", "value, trim_url_limit=none, nofollow=false, target=none, rel=none, extra_schemes=none", Urlizer.Urlize),
        new("xmlattr", "d, autospace=true", XmlAttributes),
    ];

    private static string Charged(RenderState state, string text)
    {
        state.Charge(text.Length);
        return text;
    }

    private static JinjaValue Escape(RenderState state, ReadOnlySpan<JinjaValue> a)
    {
        if (a[0].IsMarkup) return a[0];
        var escaped = Html.Escape(a[0]);
        state.Charge(escaped.Text.Length);
        return escaped;
    }

    private static JinjaValue XmlAttributes(RenderState state, ReadOnlySpan<JinjaValue> a)
    {
        if (a[0].Ref is UndefinedValue undefined) throw undefined.Error();
        if (a[0].Ref is not DictObject dictionary) throw Errors.Attribute($"'{Python.TypeName(a[0])}' object has no attribute 'items'");
        var result = new StringBuilder();
        foreach (var (key, value) in dictionary.Snapshot())
        {
            state.Tick();
            if (value.IsNone || value.Kind == ValueKind.Undefined) continue;
            if (!key.IsTextual) throw Errors.Type($"expected string or bytes-like object, got '{Python.TypeName(key)}'");
            var name = key.Text;
            if (name.AsSpan().IndexOfAny(" \t\n\r\f\v/>=") >= 0) throw Errors.Value($"Invalid character in attribute name: {PythonText.Quote(name)}");
            var written = $"{Html.Escape(key).Text}=\"{Html.Escape(value).Text}\"";
            state.Charge(written.Length + 1);
            if (result.Length > 0) result.Append(' ');
            result.Append(written);
        }
        var text = result.ToString();
        if (text.Length > 0 && Python.Truth(a[1])) text = " " + text;
        return JinjaValue.FromText(text, state.Context.Autoescape);
    }
}
