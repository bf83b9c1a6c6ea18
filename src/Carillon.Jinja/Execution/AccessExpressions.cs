using Carillon.Jinja.Builtins;
using Carillon.Jinja.Values;

namespace Carillon.Jinja.Execution;

internal sealed class AttributeExpression(Expression owner, NameKey name) : Expression
{
    /// <summary>True where a dictionary can only give an entry for the name: no method has it and the sandbox does not mind it.</summary>
    private readonly bool _isPlainEntry = name.Name[0] != '_' && MethodTable.Find(ValueKind.Dict, name.Name) is null;

    public override JinjaValue Evaluate(Frame frame)
    {
        var value = owner.Evaluate(frame);
        if (_isPlainEntry && value.Ref is DictObject dictionary && dictionary.TryGet(name, out var entry)) return entry;
        return Access.Attribute(frame.State, value, name);
    }
}

internal sealed class ItemExpression(Expression owner, Expression key) : Expression
{
    public override JinjaValue Evaluate(Frame frame)
    {
        var value = owner.Evaluate(frame);
        return Access.Item(frame.State, value, key.Evaluate(frame));
    }
}

/// <summary>A slice. Within what is constant as a whole Jinja gives undefined where it cannot slice, elsewhere an error.</summary>
internal sealed class SliceExpression(Expression owner, Expression? start, Expression? stop, Expression? step, bool constant) : Expression
{
    public override JinjaValue Evaluate(Frame frame)
    {
        var value = owner.Evaluate(frame);
        var from = start?.Evaluate(frame) ?? default;
        var to = stop?.Evaluate(frame) ?? default;
        var stride = step?.Evaluate(frame) ?? default;
        try
        {
            return Slicing.Slice(frame.State, value, from, to, stride);
        }
        catch (TemplateRuntimeException error) when (constant && error.ErrorName == "TypeError")
        {
            return frame.State.UndefinedMember(value, "slice");
        }
    }
}

/// <summary>Something constant with a slice in it: what Jinja's optimizer finds for it, or, where that fails, what the render finds.</summary>
internal sealed class FoldedExpression(Expression folded, Expression plain) : Expression
{
    public override JinjaValue Evaluate(Frame frame)
    {
        try
        {
            return folded.Evaluate(frame);
        }
        catch (TemplateRuntimeException)
        {
            return plain.Evaluate(frame);
        }
    }

    public override void Write(Frame frame, bool escape)
    {
        var output = frame.State.Output;
        var start = output.Position;
        try
        {
            folded.Write(frame, escape);
        }
        catch (TemplateRuntimeException)
        {
            output.Truncate(start);
            plain.Write(frame, escape);
        }
    }
}
