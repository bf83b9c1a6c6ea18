using Carillon.Jinja.Builtins;
using Carillon.Jinja.Execution;
using Carillon.Jinja.Syntax;
using Carillon.Jinja.Values;

namespace Carillon.Jinja.Compilation;

/// <summary>Turns the syntax of expressions into what evaluates them.</summary>
internal sealed class ExpressionCompiler(JinjaEnvironment environment)
{
    /// <summary>Whether output is escaped here; null where only the render knows.</summary>
    public bool? Escape { get; set; }

    /// <summary>What a filter without a value works on.</summary>
    public CapturedText? Captured { get; set; }

    /// <summary>True while what is compiled is within something constant.</summary>
    private bool _constant;

    /// <summary>Compiles what is printed.</summary>
    public Expression CompileOutput(Expr expression, CompileFrame frame) =>
        ConstantCheck.IsConstant(expression) ? CompileConstant(expression, frame) : Compile(expression, frame);

    private Expression CompileConstant(Expr expression, CompileFrame frame)
    {
        if (!SyntaxSearch.Within(expression).Any(e => e is SliceExpr)) return CompileNode(expression, frame);
        var plain = CompileNode(expression, frame);
        _constant = true;
        var folded = CompileNode(expression, frame);
        _constant = false;
        return new FoldedExpression(folded, plain);
    }

    public Expression Compile(Expr expression, CompileFrame frame)
    {
        if (_constant || expression is not (Filter or Test or Compare or Concat or Unary) || !ConstantCheck.IsConstant(expression)) return CompileNode(expression, frame);
        return CompileConstant(expression, frame);
    }

    private Expression CompileNode(Expr expression, CompileFrame frame)
    {
        switch (expression)
        {
            case Const constant: return new ConstantExpression(constant.Value);
            case TemplateData data: return new ConstantExpression(JinjaValue.FromText(data.Text, Escape == true));
            case Name name: return CompileName(name.Id, frame);
            case TupleExpr tuple: return new ListExpression(CompileAll(tuple.Items, frame), tuple: true);
            case ListExpr list: return new ListExpression(CompileAll(list.Items, frame), tuple: false);
            case DictExpr dictionary: return new DictExpression(CompileAll(dictionary.Keys, frame), CompileAll(dictionary.Values, frame));
            case CondExpr condition:
                var soft = frame.Soften();
                return new ConditionExpression(Compile(condition.Test, soft), Compile(condition.Then, soft), condition.Otherwise is null ? null : Compile(condition.Otherwise, soft));
            case Logical { IsAnd: true } and: return new AndExpression(Compile(and.Left, frame), Compile(and.Right, frame));
            case Logical or: return new OrExpression(Compile(or.Left, frame), Compile(or.Right, frame));
            case Binary binary: return new BinaryExpression(binary.Operator, Compile(binary.Left, frame), Compile(binary.Right, frame));
            case Unary unary: return CompileUnary(unary, frame);
            case Concat concat:
                // Parts that are all constant were joined as plain text before anything was known of escaping.
                return new ConcatExpression(CompileAll(concat.Parts, frame), Escape == true && !ConstantCheck.IsConstant(concat));
            case Compare compare: return new CompareExpression(Compile(compare.First, frame), compare.Operators, CompileAll(compare.Rest, frame));
            case Getattr attribute: return new AttributeExpression(Compile(attribute.Owner, frame), new NameKey(attribute.Attribute));
            case Getitem { Key: SliceExpr slice } item:
                return new SliceExpression(Compile(item.Owner, frame), Optional(slice.Start, frame), Optional(slice.Stop, frame), Optional(slice.Step, frame), _constant);
            case Getitem item: return new ItemExpression(Compile(item.Owner, frame), Compile(item.Key, frame));
            case MarkSafe safe: return new MarkSafeExpression(Compile(safe.Value, frame), Escape);
            case Call call: return CompileCall(call, frame, null);
            case Filter filter: return CompileFilter(filter, frame);
            case Test test: return CompileTest(test, frame);
            default: throw SyntaxErrors.At(new TemplateSyntaxException("invalid syntax"), expression.Place);
        }
    }

    private Expression? Optional(Expr? expression, CompileFrame frame) => expression is null ? null : Compile(expression, frame);

    private Expression[] CompileAll(Expr[] expressions, CompileFrame frame) => Array.ConvertAll(expressions, e => Compile(e, frame));

    public Expression CompileName(string name, CompileFrame frame)
    {
        var variable = frame.Scope.Find(name)!;
        var undefined = JinjaValue.From(new UndefinedValue(environment.Options.Undefined, null, JinjaValue.Missing, name));
        var hops = frame.Scope.Function.HopsTo(variable.Function);
        return hops == 0 ? new SlotExpression(variable.Slot, undefined) : new OuterSlotExpression(hops, variable.Slot, undefined);
    }

    private Expression CompileUnary(Unary unary, CompileFrame frame)
    {
        var operand = Compile(unary.Operand, frame);
        return unary.Operator switch
        {
            UnaryOperator.Not => new NotExpression(operand),
            UnaryOperator.Negate when operand is ConstantExpression { Value: { IsInt: true, Bits: not long.MinValue } value } => new ConstantExpression(-value.Bits),
            UnaryOperator.Negate => new NegateExpression(operand),
            _ => new PlusExpression(operand),
        };
    }

    public Expression CompileCall(Call call, CompileFrame frame, Expression? caller)
    {
        var arguments = CompileArguments(call.Arguments, frame);
        return call.Callee is Getattr attribute
            ? new MethodCallExpression(Compile(attribute.Owner, frame), new NameKey(attribute.Attribute), arguments, caller)
            : new CallExpression(Compile(call.Callee, frame), arguments, caller);
    }

    private ArgumentList CompileArguments(CallSyntax syntax, CompileFrame frame) => new(
        CompileAll(syntax.Positional, frame), syntax.Names, CompileAll(syntax.Named, frame), Optional(syntax.Rest, frame), Optional(syntax.NamedRest, frame));

    private Expression CompileFilter(Filter filter, CompileFrame frame)
    {
        var value = filter.Value is null ? Captured! : Compile(filter.Value, frame);
        var arguments = CompileArguments(filter.Arguments, frame);
        if (environment.FindFilter(filter.Name) is { } function) return Apply(function, value, arguments);
        if (!frame.Soft) throw SyntaxErrors.At(new TemplateAssertionException($"No filter named '{filter.Name}'."), filter.Place);
        return new ThrowExpression(() => new TemplateRuntimeException($"No filter named '{filter.Name}' found."));
    }

    private Expression CompileTest(Test test, CompileFrame frame)
    {
        var value = Compile(test.Value, frame);
        var arguments = CompileArguments(test.Arguments, frame);
        if (environment.FindTest(test.Name) is not { } function)
        {
            if (!frame.Soft) throw SyntaxErrors.At(new TemplateAssertionException($"No test named '{test.Name}'."), test.Place);
            return new ThrowExpression(() => new TemplateRuntimeException($"No test named '{test.Name}' found."));
        }
        if (function.Body is not null && test.Name is "defined" or "undefined" && test.Arguments == CallSyntax.None)
            return new DefinedExpression(value, negate: test.Name == "undefined");
        return Apply(function, value, arguments);
    }

    private static Expression Apply(FilterFunction function, Expression value, ArgumentList arguments)
    {
        if (function.Signature is { Count: <= FilterExpression.Capacity } signature && arguments.IsFixed
            && signature.TryBind([value, .. arguments.Positional], arguments.Names, arguments.Named, constant => new ConstantExpression(constant)) is { } bound)
            return new FilterExpression(function.Body!, bound);
        return new DynamicFilterExpression(function, value, arguments);
    }
}
