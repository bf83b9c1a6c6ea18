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
        var references = SyntaxSearch.All(_template.Syntax).Select(Reference).OfType<Expr>().ToList();
        var names = references.SelectMany(r => r is ListExpr or TupleExpr ? r.Children : [r]).ToList();
        return new TemplateAnalysis(
            this,
            new VariableSearch(_environment).Find(_template.Syntax),
            names.OfType<Const>().Where(c => c.Value.IsString).Select(c => c.Value.Text).Distinct(StringComparer.Ordinal).ToList(),
            names.Exists(n => n is not Const));
    }

    private static Expr? Reference(Stmt statement) => statement switch
    {
        Extends extends => extends.Template,
        Include include => include.Template,
        Import import => import.Template,
        FromImport from => from.Template,
        _ => null,
    };

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
