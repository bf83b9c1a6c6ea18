using System.Text;
using Carillon.Jinja.Execution;
using Carillon.Jinja.Syntax;
using Carillon.Jinja.Values;

namespace Carillon.Jinja.Compilation;

/// <summary>Turns the syntax of a template into what runs it.</summary>
internal sealed partial class TemplateCompiler
{
    private readonly JinjaEnvironment _environment;
    private readonly CompiledTemplate _template;
    private readonly ExpressionCompiler _expressions;
    private int _parentSlot = -1;
    private bool _hasKnownExtends;
    private int _extendsSoFar;

    private TemplateCompiler(JinjaEnvironment environment, CompiledTemplate template)
    {
        _environment = environment;
        _template = template;
        _expressions = new ExpressionCompiler(environment) { Escape = template.Autoescape };
    }

    public static CompiledTemplate Compile(JinjaEnvironment environment, string source, string? name)
    {
        var lexer = new NormalizedSource(source, environment.Options);
        var template = new CompiledTemplate(name, lexer.Text, environment.Options.AutoescapeFor(name));
        try
        {
            template.Syntax = new Parser(new Lexer(source, environment.Options), environment.Options.Extensions).ParseTemplate();
            new TemplateCompiler(environment, template).CompileTemplate();
            return template;
        }
        catch (JinjaException error) when (error.Line == 0)
        {
            SyntaxErrors.Locate(error, SyntaxErrors.PlaceOf(error), name, template.Source);
            throw;
        }
    }

    private readonly record struct NormalizedSource(string Source, JinjaOptions Options)
    {
        public string Text => Lexer.Normalize(Source, Options.KeepTrailingNewline);
    }

    private static TemplateAssertionException Fail(string message, Place place) => SyntaxErrors.At(new TemplateAssertionException(message), place);

    private void CompileTemplate()
    {
        var blocks = SyntaxSearch.All(_template.Syntax).OfType<Block>().ToList();
        foreach (var block in blocks)
        {
            if (!_template.Blocks.TryAdd(block.Name, new BlockCode(_template, block.Name))) throw Fail($"block '{block.Name}' defined twice", block.Place);
        }
        var hasExtends = SyntaxSearch.All(_template.Syntax).Any(s => s is Extends);
        var function = new Function(null);
        var scope = new Scope(function, null);
        var root = new FunctionCode();
        _template.Root = root;
        Variable? self = null;
        if (ScopeAnalysis.Undeclared(_template.Syntax, "self").Count > 0) self = scope.DeclareParameter("self");
        ScopeAnalysis.Visit(scope, _template.Syntax);
        if (hasExtends) root.ParentSlot = _parentSlot = function.NewSlot();
        root.SelfSlot = self?.Slot ?? -1;
        root.Body = CompileBody(_template.Syntax, CompileFrame.Root(scope, hasExtends));
        root.Loads = CompileLoads(scope);
        root.SlotCount = function.SlotCount;
        foreach (var block in blocks) CompileBlock(block);
    }

    private void CompileBlock(Block block)
    {
        var code = _template.Blocks[block.Name];
        var function = new Function(null);
        var scope = new Scope(function, null);
        var special = ScopeAnalysis.Undeclared(block.Body, "self", "super");
        if (special.Contains("self")) code.SelfSlot = scope.DeclareParameter("self").Slot;
        if (special.Contains("super")) code.SuperSlot = scope.DeclareParameter("super").Slot;
        ScopeAnalysis.Visit(scope, block.Body);
        code.Body = CompileBody(block.Body, new CompileFrame(scope));
        code.Loads = CompileLoads(scope);
        code.SlotCount = function.SlotCount;
    }

    private SlotLoad[] CompileLoads(Scope scope)
    {
        var loads = new List<SlotLoad>();
        foreach (var (variable, (load, alias)) in scope.Loads)
        {
            switch (load)
            {
                case VariableLoad.Resolve:
                    var key = new NameKey(variable.Name);
                    loads.Add(new SlotLoad(LoadKind.Resolve, variable.Slot, key, _environment.FindGlobal(variable.Name), 0, 0));
                    break;
                case VariableLoad.Alias:
                    loads.Add(new SlotLoad(LoadKind.Alias, variable.Slot, null, default, scope.Function.HopsTo(alias!.Function), alias.Slot));
                    break;
                case VariableLoad.Undefined:
                    loads.Add(new SlotLoad(LoadKind.Undefined, variable.Slot, null, default, 0, 0));
                    break;
            }
        }
        return loads.ToArray();
    }

    /// <summary>Statements with their places while a body is put together.</summary>
    private sealed class BodyBuilder
    {
        public List<Statement> Statements { get; } = [];

        public List<Place> Places { get; } = [];

        public void Add(Place place, Statement statement)
        {
            Statements.Add(statement);
            Places.Add(place);
        }
    }

    private Body CompileBody(Stmt[] statements, CompileFrame frame)
    {
        var builder = new BodyBuilder();
        foreach (var statement in statements)
        {
            if (!CompileStatement(statement, frame, builder)) break;
        }
        return new Body(_template, builder.Statements.ToArray(), builder.Places.ToArray());
    }

    /// <summary>Compiles one statement; false where nothing after it can run.</summary>
    private bool CompileStatement(Stmt statement, CompileFrame frame, BodyBuilder body)
    {
        switch (statement)
        {
            case Output output: CompileOutput(output, frame, body); break;
            case If condition: body.Add(condition.Place, CompileIf(condition, frame)); break;
            case For loop: body.Add(loop.Place, CompileFor(loop, frame)); break;
            case Assign assign:
                body.Add(assign.Place, new AssignStatement(CompileTarget(assign.Target, frame), _expressions.Compile(assign.Value, frame)));
                break;
            case AssignBlock assign: body.Add(assign.Place, CompileAssignBlock(assign, frame)); break;
            case FilterBlock filter: body.Add(filter.Place, CompileFilterBlock(filter, frame)); break;
            case With with: body.Add(with.Place, CompileWith(with, frame)); break;
            case Autoescape autoescape: body.Add(autoescape.Place, CompileAutoescape(autoescape, frame)); break;
            case Macro macro: body.Add(macro.Place, CompileMacro(macro, frame)); break;
            case CallBlock call: CompileCallBlock(call, frame, body); break;
            case Block block: CompileBlockReference(block, frame, body); break;
            case Extends extends: return CompileExtends(extends, frame, body);
            case Include include:
                body.Add(include.Place, new IncludeStatement(
                    _expressions.Compile(include.Template, frame), include.IgnoreMissing, include.WithContext, Locals(frame)));
                break;
            case Import import:
                var slot = CompileSlot(import.Target, frame);
                body.Add(import.Place, new ImportStatement(
                    _expressions.Compile(import.Template, frame), import.WithContext, Locals(frame), slot, frame.TopLevel ? import.Target : null));
                break;
            case FromImport from:
                var names = Array.ConvertAll(from.Names, n => (n.Name, n.Alias, CompileSlot(n.Alias, frame)));
                body.Add(from.Place, new FromImportStatement(
                    _expressions.Compile(from.Template, frame), from.WithContext, Locals(frame), names, frame.TopLevel));
                break;
            case Do evaluate: body.Add(evaluate.Place, new EvaluateStatement(_expressions.Compile(evaluate.Expression, frame))); break;
            case LoopControl control: body.Add(control.Place, new LoopControlStatement(control.IsBreak)); break;
        }
        return true;
    }

    private void CompileOutput(Output output, CompileFrame frame, BodyBuilder body)
    {
        if (frame.RequireOutputCheck && _hasKnownExtends) return;
        var pieces = new List<OutputPiece>();
        var text = "";
        foreach (var part in output.Parts)
        {
            if (part is TemplateData data)
            {
                text += data.Text;
                continue;
            }
            pieces.Add(CompilePiece(text, part, frame));
            text = "";
        }
        if (text.Length > 0) pieces.Add(new OutputPiece(Encoding.UTF8.GetBytes(text), -1, default, null, false, output.Place));
        if (pieces.Count == 0) return;
        var statement = new OutputStatement(_template, pieces.ToArray());
        body.Add(output.Place, frame.RequireOutputCheck ? new UnlessExtended(frame.Scope.Function.Hops, _parentSlot, statement) : statement);
    }

    private OutputPiece CompilePiece(string text, Expr part, CompileFrame frame)
    {
        var data = Encoding.UTF8.GetBytes(text);
        if (part is not Name name || frame.Scope.Find(name.Id) is not { } variable || variable.Function != frame.Scope.Function)
            return new OutputPiece(data, -1, default, _expressions.CompileOutput(part, frame), _expressions.Escape, part.Place);
        var undefined = JinjaValue.From(new UndefinedValue(_environment.Options.Undefined, null, JinjaValue.Missing, name.Id));
        return new OutputPiece(data, variable.Slot, undefined, null, _expressions.Escape, part.Place);
    }

    private IfStatement CompileIf(If condition, CompileFrame frame)
    {
        var soft = frame.Soften();
        var branches = new (Expression, Body)[condition.Branches.Length];
        for (var i = 0; i < branches.Length; i++)
        {
            var branch = condition.Branches[i];
            branches[i] = (Located(_expressions.Compile(branch.Test, soft), branch.Place), CompileBody(branch.Body, soft));
        }
        return new IfStatement(branches, condition.Otherwise.Length == 0 ? null : CompileBody(condition.Otherwise, soft));
    }

    private Expression Located(Expression expression, Place place) => new LocatedExpression(expression, _template, place);

    private WithStatement CompileWith(With with, CompileFrame frame)
    {
        var inner = frame.Inner();
        foreach (var target in with.Targets) ScopeAnalysis.Visit(inner.Scope, target);
        ScopeAnalysis.Visit(inner.Scope, with.Body);
        var targets = Array.ConvertAll(with.Targets, t => CompileTarget(t, inner));
        var values = Array.ConvertAll(with.Values, v => _expressions.Compile(v, frame));
        var body = CompileBody(with.Body, inner);
        return new WithStatement(CompileLoads(inner.Scope), targets, values, body);
    }

    private AutoescapeStatement CompileAutoescape(Autoescape autoescape, CompileFrame frame)
    {
        var inner = frame.Inner();
        ScopeAnalysis.Visit(inner.Scope, autoescape.Enabled);
        ScopeAnalysis.Visit(inner.Scope, autoescape.Body);
        var before = _expressions.Escape;
        var enabled = _expressions.Compile(autoescape.Enabled, inner);
        _expressions.Escape = enabled is ConstantExpression constant ? Python.Truth(constant.Value) : null;
        var body = CompileBody(autoescape.Body, inner);
        _expressions.Escape = before;
        return new AutoescapeStatement(enabled, CompileLoads(inner.Scope), body);
    }

    private AssignBlockStatement CompileAssignBlock(AssignBlock assign, CompileFrame frame)
    {
        var inner = frame.InnerCapture(frame.Scope.Function);
        ScopeAnalysis.Visit(inner.Scope, assign.Body);
        if (assign.Filter is not null) ScopeAnalysis.Visit(inner.Scope, assign.Filter);
        var body = CompileBody(assign.Body, inner);
        var (captured, filter) = CompileBlockFilter(assign.Filter, inner);
        return new AssignBlockStatement(CompileTarget(assign.Target, frame), CompileLoads(inner.Scope), body, captured, filter, _expressions.Escape);
    }

    private FilterBlockStatement CompileFilterBlock(FilterBlock block, CompileFrame frame)
    {
        var inner = frame.Inner();
        ScopeAnalysis.Visit(inner.Scope, block.Body);
        ScopeAnalysis.Visit(inner.Scope, block.Filter);
        var body = CompileBody(block.Body, inner);
        var (captured, filter) = CompileBlockFilter(block.Filter, inner);
        return new FilterBlockStatement(CompileLoads(inner.Scope), body, captured!, filter!, _expressions.Escape);
    }

    private (CapturedText? Captured, Expression? Filter) CompileBlockFilter(Filter? filter, CompileFrame frame)
    {
        if (filter is null) return (null, null);
        var captured = new CapturedText(frame.Scope.Function.NewSlot());
        _expressions.Captured = captured;
        var compiled = _expressions.Compile(filter, frame);
        _expressions.Captured = null;
        return (captured, compiled);
    }

    private static int CompileSlot(string name, CompileFrame frame) => frame.Scope.Find(name)!.Slot;

    private Target CompileTarget(Expr target, CompileFrame frame)
    {
        switch (target)
        {
            case Name name: return new SlotTarget(CompileSlot(name.Id, frame), frame.TopLevel ? name.Id : null);
            case TupleExpr tuple: return new TupleTarget(Array.ConvertAll(tuple.Items, t => CompileTarget(t, frame)));
            default:
                var reference = (NamespaceRef)target;
                return new NamespaceTarget(_expressions.CompileName(reference.Name, frame), reference.Attribute);
        }
    }

    private static LocalVariable[] Locals(CompileFrame frame) =>
        frame.Scope.VisibleStores()
            .Select(s => new LocalVariable(s.Name, frame.Scope.Function.HopsTo(s.Variable.Function), s.Variable.Slot))
            .ToArray();
}
