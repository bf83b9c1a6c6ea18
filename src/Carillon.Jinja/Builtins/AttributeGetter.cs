using System.Globalization;
using Carillon.Jinja.Execution;
using Carillon.Jinja.Values;

namespace Carillon.Jinja.Builtins;

/// <summary>Reads what <c>attribute="a.b.0"</c> names, folding case where a filter compares without it.</summary>
internal sealed class AttributeGetter(RenderState state, JinjaValue attribute, bool ignoreCase = false, JinjaValue otherwise = default)
{
    private readonly JinjaValue[] _parts = Parts(attribute);

    private static JinjaValue[] Parts(JinjaValue attribute)
    {
        if (attribute.IsNone) return [];
        if (!attribute.IsTextual) return [attribute];
        return Array.ConvertAll(attribute.Text.Split('.'), part =>
            part.Length > 0 && part.All(char.IsAsciiDigit) && long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? (JinjaValue)index : part);
    }

    public JinjaValue Get(JinjaValue item)
    {
        foreach (var part in _parts)
        {
            item = Access.Item(state, item, part);
            if (!otherwise.IsNone && item.Kind == ValueKind.Undefined) item = otherwise;
        }
        return ignoreCase ? IgnoreCase(item) : item;
    }

    public static JinjaValue IgnoreCase(JinjaValue value) => value.IsTextual ? TextCase.Lower(value.Text) : value;
}
