using Carillon.Jinja.Execution;
using Carillon.Jinja.Syntax;

namespace Carillon.Jinja.Compilation;

/// <summary>Loops, macros, blocks and inheritance: what has frames or scopes of its own.</summary>
internal sealed partial class TemplateCompiler
{
    private Statement CompileFor(For loop, CompileFrame frame)
    {
        CheckLoopTarget(loop);
        var function = loop.Recursive ? new Function(frame.Scope.Function) : frame.Scope.Function;
        var bodyFrame = frame.InnerFunction(function);
        var testFrame = frame.InnerFunction(function);
        var elseFrame = frame.InnerFunction(function);
        var extended = loop.Recursive || ScopeAnalysis.Undeclared(loop.Body, "loop").Count > 0
            || SyntaxSearch.All([loop]).Any(s => s is Block { Scoped: true });
        var loopSlot = extended ? bodyFrame.Scope.DeclareParameter("loop").Slot : -1;
        ScopeAnalysis.Visit(bodyFrame.Scope, loop.Target, storeAsParameter: true);
        ScopeAnalysis.Visit(bodyFrame.Scope, loop.Body);
        ScopeAnalysis.Visit(elseFrame.Scope, loop.Otherwise);
        Expression? test = null;
        Target? testTarget = null;
        if (loop.Test is not null)
        {
            ScopeAnalysis.Visit(testFrame.Scope, loop.Target, storeAsParameter: true);
            ScopeAnalysis.Visit(testFrame.Scope, loop.Test);
            test = _expressions.Compile(loop.Test, testFrame);
            testTarget = CompileTarget(loop.Target, testFrame);
        }
        var source = _expressions.Compile(loop.Source, frame);
        var target = CompileTarget(loop.Target, bodyFrame);
        var body = CompileBody(loop.Body, bodyFrame);
        var otherwise = loop.Otherwise.Length == 0 ? null : CompileBody(loop.Otherwise, elseFrame);
        var code = new LoopCode
        {
            Target = target,
            Body = body,
            BodyLoads = CompileLoads(bodyFrame.Scope),
            Else = otherwise,
            ElseLoads = CompileLoads(elseFrame.Scope),
            Test = test,
            TestTarget = testTarget,
            TestLoads = CompileLoads(testFrame.Scope),
            LoopSlot = loopSlot,
        };
        return loop.Recursive ? new RecursiveLoopStatement(source, code, function.SlotCount) : new LoopStatement(source, code);
    }

    private static void CheckLoopTarget(For loop)
    {
        foreach (var name in SyntaxSearch.Names([loop]))
        {
            if (name is { Use: NameUse.Store, Id: "loop" }) throw Fail("Can't assign to special loop variable in for-loop", name.Place);
        }
    }

    private MacroCode CompileMacroBody(MacroSyntax syntax, CompileFrame frame, Place place)
    {
        var function = new Function(frame.Scope.Function);
        var inner = frame.InnerCapture(function);
        var scope = inner.Scope;
        var code = new MacroCode(syntax.Name);
        var parameters = Array.ConvertAll(syntax.Parameters, p => p.Id);
        foreach (var parameter in parameters) scope.DeclareParameter(parameter);
        var special = ScopeAnalysis.Undeclared(syntax.Body, "caller", "kwargs", "varargs");
        var explicitCaller = Array.IndexOf(parameters, "caller");
        if (special.Contains("caller"))
        {
            if (explicitCaller < 0) code.CallerSlot = scope.DeclareParameter("caller").Slot;
            else if (explicitCaller < parameters.Length - syntax.Defaults.Length)
                throw Fail("When defining macros or call blocks the special \"caller\" argument must be omitted or be given a default.", place);
            code.ExplicitCaller = explicitCaller >= 0;
        }
        if (special.Contains("kwargs") && !parameters.Contains("kwargs", StringComparer.Ordinal)) code.KwargsSlot = scope.DeclareParameter("kwargs").Slot;
        if (special.Contains("varargs") && !parameters.Contains("varargs", StringComparer.Ordinal)) code.VarargsSlot = scope.DeclareParameter("varargs").Slot;
        foreach (var value in syntax.Defaults) ScopeAnalysis.Visit(scope, value);
        ScopeAnalysis.Visit(scope, syntax.Body);
        code.Parameters = parameters;
        code.ParameterSlots = Array.ConvertAll(parameters, p => CompileSlot(p, inner));
        code.Defaults = new Expression?[parameters.Length];
        for (var i = 0; i < syntax.Defaults.Length; i++)
            code.Defaults[parameters.Length - syntax.Defaults.Length + i] = _expressions.Compile(syntax.Defaults[i], inner);
        code.Body = CompileBody(syntax.Body, inner);
        code.Loads = CompileLoads(scope);
        code.SlotCount = function.SlotCount;
        return code;
    }

    private MacroStatement CompileMacro(Macro macro, CompileFrame frame)
    {
        var code = CompileMacroBody(macro.Syntax, frame, macro.Place);
        return new MacroStatement(code, new SlotTarget(CompileSlot(macro.Syntax.Name, frame), frame.TopLevel ? macro.Syntax.Name : null));
    }

    private void CompileCallBlock(CallBlock block, CompileFrame frame, BodyBuilder body)
    {
        var code = CompileMacroBody(block.Syntax, frame, block.Place);
        var call = _expressions.CompileCall(block.Call, frame, new CallerExpression(code));
        body.Add(block.Place, new WriteExpression(call, escape: false));
    }

    private void CompileBlockReference(Block block, CompileFrame frame, BodyBuilder body)
    {
        if (frame.TopLevel && _hasKnownExtends) return;
        var locals = block.Scoped ? Locals(frame) : [];
        Statement statement = new BlockStatement(block.Name, block.Scoped, block.Required, locals);
        if (frame.TopLevel && _extendsSoFar > 0) statement = new UnlessExtended(frame.Scope.Function.Hops, _parentSlot, statement);
        body.Add(block.Place, statement);
    }

    private bool CompileExtends(Extends extends, CompileFrame frame, BodyBuilder body)
    {
        if (!frame.TopLevel) throw Fail("cannot use extend from a non top-level scope", extends.Place);
        if (_extendsSoFar > 0 && _hasKnownExtends)
        {
            body.Add(extends.Place, new ThrowStatement(() => new TemplateRuntimeException("extended multiple times")));
            return false;
        }
        body.Add(extends.Place, new ExtendsStatement(_expressions.Compile(extends.Template, frame), _parentSlot, mayBeSet: _extendsSoFar > 0));
        if (frame.RootLevel) _hasKnownExtends = true;
        _extendsSoFar++;
        return true;
    }
}
