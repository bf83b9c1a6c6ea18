using Carillon.Jinja.Builtins;
using Carillon.Jinja.Values;

namespace Carillon.Jinja.Execution;

internal sealed class CallExpression(Expression callee, ArgumentList arguments, Expression? caller = null) : Expression
{
    public override JinjaValue Evaluate(Frame frame)
    {
        var state = frame.State;
        state.Tick();
        var function = callee.Evaluate(frame);
        Arguments(frame, out var positional, out var names, out var named);
        if (function.Ref is ObjectValue callable) return callable.Call(state, new CallArguments(positional, names, named));
        throw NotCallable(function);
    }

    public static TemplateRuntimeException NotCallable(JinjaValue value) =>
        value.Ref is UndefinedValue undefined ? undefined.Error() : Errors.Type($"'{Python.TypeName(value)}' object is not callable");

    private void Arguments(Frame frame, out JinjaValue[] positional, out string[] names, out JinjaValue[] named)
    {
        arguments.Evaluate(frame, 0, out positional, out names, out named);
        if (caller is null) return;
        names = [.. names, "caller"];
        named = [.. named, caller.Evaluate(frame)];
    }

    public override void Write(Frame frame, bool escape)
    {
        var state = frame.State;
        var function = callee.Evaluate(frame);
        if (function.Ref is not MacroObject macro || (escape && !state.Context.Autoescape))
        {
            if (function.Ref is not ObjectValue) throw NotCallable(function);
            base.Write(frame, escape);
            return;
        }
        // What a macro prints is markup where it is escaped at all, so it goes straight to the output.
        Arguments(frame, out var positional, out var names, out var named);
        macro.Run(state, new CallArguments(positional, names, named));
    }
}

/// <summary>A call of a method: the bound method in between is not made for built-in types.</summary>
internal sealed class MethodCallExpression(Expression owner, NameKey name, ArgumentList arguments, Expression? caller = null) : Expression
{
    public override JinjaValue Evaluate(Frame frame)
    {
        var state = frame.State;
        state.Tick();
        var self = owner.Evaluate(frame);
        var method = self.Ref is UndefinedValue ? null : MethodTable.Find(self.Kind, name.Name);
        var function = method is null ? Access.Attribute(state, self, name) : default;
        arguments.Evaluate(frame, 0, out var positional, out var names, out var named);
        if (caller is not null)
        {
            names = [.. names, "caller"];
            named = [.. named, caller.Evaluate(frame)];
        }
        var call = new CallArguments(positional, names, named);
        if (method is not null) return method.Invoke(state, self, call);
        return function.Ref is ObjectValue callable ? callable.Call(state, call) : throw CallExpression.NotCallable(function);
    }
}

/// <summary>A filter whose arguments were bound to its parameters when the template was compiled.</summary>
internal sealed class FilterExpression(BuiltinBody body, Expression?[] bound) : Expression
{
    [System.Runtime.CompilerServices.InlineArray(Capacity)]
    private struct Buffer
    {
        private JinjaValue _first;
    }

    public const int Capacity = 6;

    public override JinjaValue Evaluate(Frame frame)
    {
        frame.State.Tick();
        var buffer = default(Buffer);
        Span<JinjaValue> values = buffer;
        for (var i = 0; i < bound.Length; i++) values[i] = bound[i]!.Evaluate(frame);
        return body(frame.State, values[..bound.Length]);
    }
}

/// <summary>A filter or test whose arguments are bound when it runs.</summary>
internal sealed class DynamicFilterExpression(FilterFunction function, Expression value, ArgumentList arguments) : Expression
{
    public override JinjaValue Evaluate(Frame frame)
    {
        frame.State.Tick();
        var subject = value.Evaluate(frame);
        arguments.Evaluate(frame, 1, out var positional, out var names, out var named);
        positional[0] = subject;
        return function.Invoke(frame.State, new CallArguments(positional, names, named));
    }
}

internal sealed class DefinedExpression(Expression value, bool negate) : Expression
{
    public override JinjaValue Evaluate(Frame frame) => Truth(frame);

    public override bool Truth(Frame frame) => value.Evaluate(frame).Kind == ValueKind.Undefined == negate;
}
