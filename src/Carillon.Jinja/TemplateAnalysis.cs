using Carillon.Jinja.Values;

namespace Carillon.Jinja;

/// <summary>A variable of the context that a template uses.</summary>
/// <param name="Path">Names joined by points, with <c>[]</c> for any item of a list: <c>user.name</c>, <c>steps[].title</c>.</param>
/// <param name="IsGuarded">
/// True where the template can do without it everywhere it stands: behind <c>default</c>, under <c>is defined</c> or, unless undefined is strict, under a condition on itself.
/// </param>
/// <param name="Line">The line it first stands on, counted from 1.</param>
/// <param name="Column">Where on that line, counted from 1 in code points.</param>
public sealed record TemplateVariable(string Path, bool IsGuarded, int Line, int Column);

/// <summary>A place where a template extends, includes or imports another.</summary>
/// <param name="Names">The literal names, of which the first that exists is taken; empty where only a render knows the name.</param>
/// <param name="MayBeMissing">Nothing is included where none of them exists.</param>
/// <param name="PassesContext">The other template sees the variables; what is imported does not, unless it says so.</param>
/// <param name="Line">Counted from 1.</param>
/// <param name="Column">Counted from 1 in code points.</param>
public sealed record TemplateReference(IReadOnlyList<string> Names, bool MayBeMissing, bool PassesContext, int Line, int Column);

/// <summary>What a template needs and refers to, found without rendering it. Templates it includes or extends are named, not looked into.</summary>
public sealed class TemplateAnalysis
{
    private readonly JinjaTemplate _template;

    internal TemplateAnalysis(
        JinjaTemplate template, IReadOnlyList<TemplateVariable> variables, IReadOnlySet<string> assigned, IReadOnlyList<TemplateReference> references,
        IReadOnlyList<string> templates, bool hasDynamicReferences)
    {
        _template = template;
        Variables = variables;
        AssignedNames = assigned;
        References = references;
        Templates = templates;
        HasDynamicReferences = hasDynamicReferences;
    }

    /// <summary>The variables, in the order they first stand in the template, each path once.</summary>
    public IReadOnlyList<TemplateVariable> Variables { get; }

    /// <summary>The names that it sets itself somewhere: items of loops, set, with, macros and their parameters, imports. What it includes may see them.</summary>
    public IReadOnlySet<string> AssignedNames { get; }

    /// <summary>Where it extends, includes or imports, in the order in which it stands there.</summary>
    public IReadOnlyList<TemplateReference> References { get; }

    /// <summary>The templates it extends, includes or imports by a literal name, each once.</summary>
    public IReadOnlyList<string> Templates { get; }

    /// <summary>True where it refers to a template by a name that only a render knows.</summary>
    public bool HasDynamicReferences { get; }

    /// <summary>The paths that are not guarded and that a sample does not have. Of a list every item is looked at; an empty one lacks nothing.</summary>
    public IReadOnlyList<string> MissingFrom(JinjaValue sample) =>
        Variables.Where(v => !v.IsGuarded && !Has(sample, v.Path.Replace("[]", ".[]", StringComparison.Ordinal).Split('.'))).Select(v => v.Path).ToList();

    private static bool Has(JinjaValue value, ReadOnlySpan<string> path)
    {
        for (var i = 0; i < path.Length; i++)
        {
            if (path[i] == "[]")
            {
                if (value.Ref is not SequenceObject sequence) return value.Kind == ValueKind.Dict || value.IsTextual;
                foreach (var item in sequence.Span)
                {
                    if (!Has(item, path[(i + 1)..])) return false;
                }
                return true;
            }
            // Of what is no dictionary nothing is known: it may have methods of that name.
            if (value.Ref is not DictObject dictionary) return i > 0 && !value.IsNone;
            if (!dictionary.TryGet(path[i], out value)) return Builtins.MethodTable.Find(ValueKind.Dict, path[i]) is not null && i > 0;
        }
        return true;
    }

    /// <summary>Renders with a sample and tells whether that succeeds; if not, why.</summary>
    public bool CanRenderWith(JinjaValue sample, out JinjaException? error, CancellationToken ct = default)
    {
        try
        {
            _template.Render(sample, ct);
            error = null;
            return true;
        }
        catch (JinjaException failure)
        {
            error = failure;
            return false;
        }
    }
}
