using Carillon.Jinja.Execution;

namespace Carillon.Jinja.Values;

internal abstract class CallableObject : ObjectValue
{
    public override bool IsCallable => true;
}

/// <summary>A function of the host.</summary>
internal sealed class HostFunction(string name, JinjaFunction function) : CallableObject
{
    public override string TypeName => "function";

    public JinjaFunction Function { get; } = function;

    public override JinjaValue Call(RenderState state, in CallArguments arguments) =>
        Function(new JinjaArguments(arguments.Positional, arguments.Names, arguments.Named));

    public override void WriteRepr(ReprWriter writer) => writer.Append($"<function {name}>");
}

/// <summary>An object of the host, with the members it shows.</summary>
internal sealed class ExposedObject(JinjaExposed exposed) : ObjectValue
{
    public override string TypeName => exposed.GetType().Name;

    public override bool TryGetAttribute(RenderState state, string name, out JinjaValue value)
    {
        value = default;
        return !name.StartsWith('_') && exposed.TryGetMember(name, out value);
    }

    public override bool TryGetItem(RenderState state, JinjaValue key, out JinjaValue value)
    {
        value = default;
        return key.IsTextual && TryGetAttribute(state, key.Text, out value);
    }

    public override bool ValueEquals(RenderState? state, ObjectValue other) => other is ExposedObject { Inner: var inner } && ReferenceEquals(inner, exposed);

    private JinjaExposed Inner => exposed;

    public override int ValueHash() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(exposed);
}

/// <summary>A built-in function of a fixed signature.</summary>
internal sealed class BuiltinFunction(string name, Signature signature, BuiltinBody body) : CallableObject
{
    public override string TypeName => "builtin_function_or_method";

    public override JinjaValue Call(RenderState state, in CallArguments arguments)
    {
        var bound = new JinjaValue[signature.Count];
        signature.Bind(name, arguments, bound);
        return body(state, bound);
    }

    public override void WriteRepr(ReprWriter writer) => writer.Append($"<built-in function {name}>");
}

/// <summary>A method of a value, such as <c>"a".upper</c>, that was looked up and not yet called.</summary>
internal sealed class BoundMethod(JinjaValue self, Method method) : CallableObject
{
    public override string TypeName => "builtin_function_or_method";

    public override JinjaValue Call(RenderState state, in CallArguments arguments) => method.Invoke(state, self, arguments);

    public override void WriteRepr(ReprWriter writer)
    {
        if (!self.IsMarkup)
        {
            writer.Append($"<built-in method {method.Name} of {Python.TypeName(self)} object>");
            return;
        }
        // Markup's own methods are written in Python, and print with what they are bound to.
        writer.Append($"<bound method {(MarkupMethods.IsWrapped(method.Name) ? "str" : "Markup")}.{method.Name} of ");
        writer.Repr(self);
        writer.Append(">");
    }
}

/// <summary>The code of a built-in: its arguments are bound to the parameters of its signature, defaults filled in.</summary>
internal delegate JinjaValue BuiltinBody(RenderState state, ReadOnlySpan<JinjaValue> arguments);

/// <summary>A method of a built-in type. The first bound argument is the value it belongs to.</summary>
internal sealed class Method(string name, string signature, BuiltinBody body)
{
    private readonly Signature _signature = Signature.Parse("self" + (signature.Length == 0 ? "" : ", " + signature));

    public string Name => name;

    public BuiltinBody Body => body;

    /// <summary>The same name and parameters with other code.</summary>
    public Method With(BuiltinBody other) => new(name, signature, other);

    public JinjaValue Invoke(RenderState state, JinjaValue self, in CallArguments arguments)
    {
        var positional = new JinjaValue[arguments.Positional.Length + 1];
        positional[0] = self;
        arguments.Positional.CopyTo(positional.AsSpan(1));
        var bound = new JinjaValue[_signature.Count];
        _signature.Bind(name, new CallArguments(positional, arguments.Names, arguments.Named), bound);
        return body(state, bound);
    }
}
