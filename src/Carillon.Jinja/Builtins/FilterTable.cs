using System.Collections.Frozen;
using Carillon.Jinja.Execution;
using Carillon.Jinja.Values;

namespace Carillon.Jinja.Builtins;

/// <summary>Jinja's filters. A new one is a row in its group, and its golden cases.</summary>
internal static class FilterTable
{
    public static readonly FrozenDictionary<string, FilterFunction> All =
        TextFilters.All().Concat(HtmlFilters.All()).Concat(NumberFilters.All()).Concat(ListFilters.All()).Concat(SelectionFilters.All())
            .ToFrozenDictionary(f => f.Name, StringComparer.Ordinal);

    /// <summary>A filter by a name that is only known at run time.</summary>
    public static FilterFunction Find(RenderState state, JinjaValue name)
    {
        if (name.IsTextual && state.Environment.FindFilter(name.Text) is { } function) return function;
        throw new TemplateRuntimeException($"No filter named {Python.Repr(name, state)}.");
    }
}
