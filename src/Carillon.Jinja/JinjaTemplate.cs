using System.Buffers;
using System.Text;
using Carillon.Jinja.Compilation;
using Carillon.Jinja.Execution;
using Carillon.Jinja.Syntax;
using Carillon.Jinja.Values;

namespace Carillon.Jinja;

/// <summary>A compiled template. Immutable: many threads can render it at once.</summary>
public sealed class JinjaTemplate
{
    [ThreadStatic]
    private static RenderState? _spare;

    private readonly JinjaEnvironment _environment;
    private readonly CompiledTemplate _template;

    internal JinjaTemplate(JinjaEnvironment environment, CompiledTemplate template)
    {
        _environment = environment;
        _template = template;
    }

    public string? Name => _template.Name;

    /// <summary>Renders into a string.</summary>
    /// <param name="context">A dictionary of the variables, or none for no variables.</param>
    /// <param name="ct">Stops the render at its next look, which it takes every 1024 steps.</param>
    /// <exception cref="JinjaException">Rendering failed, or went over a limit.</exception>
    /// <exception cref="ArgumentException">The context is neither a dictionary nor none.</exception>
    public string Render(JinjaValue context, CancellationToken ct = default)
    {
        var state = Run(context, ct);
        var text = Encoding.UTF8.GetString(state.Output.Written);
        Return(state);
        return text;
    }

    /// <summary>Renders as UTF-8. Nothing is written where rendering fails.</summary>
    /// <inheritdoc cref="Render(JinjaValue, CancellationToken)"/>
    /// <param name="output">Takes the whole text in one write.</param>
    /// <param name="context">A dictionary of the variables, or none for no variables.</param>
    /// <param name="ct">Stops the render at its next look, which it takes every 1024 steps.</param>
    public void Render(IBufferWriter<byte> output, JinjaValue context, CancellationToken ct = default)
    {
        var state = Run(context, ct);
        output.Write(state.Output.Written);
        Return(state);
    }

    /// <summary>Which variables the template uses and which templates it refers to.</summary>
    public TemplateAnalysis Analyze()
    {
        var references = SyntaxSearch.All(_template.Syntax).Select(Reference).OfType<(Expr, bool, bool)>().ToList();
        var names = references.SelectMany(r => NamesOf(r.Item1)).ToList();
        var search = new VariableSearch(_environment, new ColumnFinder(_template.Source));
        var variables = search.Find(_template.Syntax);
        var columns = new ColumnFinder(_template.Source);
        return new TemplateAnalysis(
            this,
            variables,
            search.Assigned,
            references.ConvertAll(r => Described(r.Item1, r.Item2, r.Item3, columns)),
            names.OfType<Const>().Where(c => c.Value.IsString).Select(c => c.Value.Text).Distinct(StringComparer.Ordinal).ToList(),
            names.Exists(n => n is not Const));
    }

    private static (Expr Template, bool MayBeMissing, bool PassesContext)? Reference(Stmt statement) => statement switch
    {
        Extends extends => (extends.Template, false, true),
        Include include => (include.Template, include.IgnoreMissing, include.WithContext),
        Import import => (import.Template, false, import.WithContext),
        FromImport from => (from.Template, false, from.WithContext),
        _ => null,
    };

    private static IEnumerable<Expr> NamesOf(Expr template) => template is ListExpr or TupleExpr ? template.Children : [template];

    private static TemplateReference Described(Expr template, bool mayBeMissing, bool passesContext, ColumnFinder columns)
    {
        var names = NamesOf(template).ToList();
        var literal = names.TrueForAll(n => n is Const { Value.IsString: true });
        return new TemplateReference(
            literal ? names.ConvertAll(n => ((Const)n).Value.Text) : [], mayBeMissing, passesContext, template.Place.Line, columns.ColumnOf(template.Place));
    }

    private RenderState Run(JinjaValue context, CancellationToken ct)
    {
        var root = context.Ref as DictObject;
        if (root is null && !context.IsNone) throw new ArgumentException("The context must be a dictionary or none.", nameof(context));
        // A filter of the host may render in turn: it finds no spare state and makes its own.
        var state = _spare ?? new RenderState();
        _spare = null;
        state.Begin(_environment, ct);
        Templates.Run(state, _template, state.RootContext(_template, root), isOutermost: true);
        state.Output.CheckBudget();
        return state;
    }

    private static void Return(RenderState state)
    {
        state.End();
        _spare = state;
    }
}
