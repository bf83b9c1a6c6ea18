using System.Runtime.CompilerServices;
using Carillon.Jinja.Values;

namespace Carillon.Jinja.Execution;

/// <summary>An expression ready to be evaluated.</summary>
internal abstract class Expression
{
    public abstract JinjaValue Evaluate(Frame frame);

    public virtual bool Truth(Frame frame) => Python.Truth(Evaluate(frame));

    /// <summary>Prints the value. A call of a macro overrides it, to write without a capture between.</summary>
    public virtual void Write(Frame frame, bool escape) => frame.State.Output.WriteValue(Evaluate(frame), escape);
}

internal sealed class ConstantExpression(JinjaValue value) : Expression
{
    public JinjaValue Value => value;

    public override JinjaValue Evaluate(Frame frame) => value;
}

/// <summary>A variable of this frame.</summary>
internal sealed class SlotExpression(int slot, JinjaValue undefined) : Expression
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public override JinjaValue Evaluate(Frame frame)
    {
        ref readonly var value = ref frame.Slots[slot];
        return value.IsMissing ? undefined : value;
    }
}

/// <summary>A variable of a function around this one.</summary>
internal sealed class OuterSlotExpression(int hops, int slot, JinjaValue undefined) : Expression
{
    public override JinjaValue Evaluate(Frame frame)
    {
        var value = SlotLoad.At(frame, hops).Slots[slot];
        return value.IsMissing ? undefined : value;
    }
}

internal sealed class ConditionExpression(Expression test, Expression then, Expression? otherwise) : Expression
{
    // Of the default kind whatever the environment's is, as in Jinja.
    private static readonly JinjaValue NoElse = JinjaValue.From(new UndefinedValue(
        UndefinedKind.Default, "the inline if-expression evaluated to false and no else section was defined.", JinjaValue.Missing, default));

    public override JinjaValue Evaluate(Frame frame)
    {
        if (test.Truth(frame)) return then.Evaluate(frame);
        return otherwise?.Evaluate(frame) ?? NoElse;
    }
}

internal sealed class AndExpression(Expression left, Expression right) : Expression
{
    public override JinjaValue Evaluate(Frame frame)
    {
        var value = left.Evaluate(frame);
        return Python.Truth(value) ? right.Evaluate(frame) : value;
    }
}

internal sealed class OrExpression(Expression left, Expression right) : Expression
{
    public override JinjaValue Evaluate(Frame frame)
    {
        var value = left.Evaluate(frame);
        return Python.Truth(value) ? value : right.Evaluate(frame);
    }
}

internal sealed class NotExpression(Expression operand) : Expression
{
    public override JinjaValue Evaluate(Frame frame) => !operand.Truth(frame);
}

internal sealed class NegateExpression(Expression operand) : Expression
{
    public override JinjaValue Evaluate(Frame frame) => Operators.Negate(operand.Evaluate(frame));
}

internal sealed class PlusExpression(Expression operand) : Expression
{
    public override JinjaValue Evaluate(Frame frame) => Operators.Plus(operand.Evaluate(frame));
}

internal sealed class BinaryExpression(BinaryOperator operation, Expression left, Expression right) : Expression
{
    public override JinjaValue Evaluate(Frame frame)
    {
        var first = left.Evaluate(frame);
        return Operators.Apply(frame.State, operation, first, right.Evaluate(frame));
    }
}

internal sealed class CompareExpression(Expression first, string[] operators, Expression[] rest) : Expression
{
    public override JinjaValue Evaluate(Frame frame)
    {
        var left = first.Evaluate(frame);
        for (var i = 0; i < operators.Length; i++)
        {
            var right = rest[i].Evaluate(frame);
            if (!Holds(frame.State, operators[i], left, right)) return false;
            left = right;
        }
        return true;
    }

    public static bool Holds(RenderState state, string symbol, JinjaValue left, JinjaValue right) => symbol switch
    {
        "==" => Python.ValuesEqual(state, left, right),
        "!=" => !Python.ValuesEqual(state, left, right),
        "in" => Python.Contains(state, right, left),
        "not in" => !Python.Contains(state, right, left),
        "<" => Python.Compare(state, left, right, symbol) < 0,
        "<=" => Python.Compare(state, left, right, symbol) <= 0,
        ">" => Python.Compare(state, left, right, symbol) > 0,
        _ => Python.Compare(state, left, right, symbol) >= 0,
    };
}

/// <summary>
/// The <c>~</c> operator: markup where output is known to be escaped and one part is markup. Where only the render knows,
/// Jinja asks a flag that is never set, and joins plain text.
/// </summary>
internal sealed class ConcatExpression(Expression[] parts, bool escape) : Expression
{
    public override JinjaValue Evaluate(Frame frame)
    {
        var markup = false;
        var values = new JinjaValue[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            values[i] = parts[i].Evaluate(frame);
            markup |= escape && (values[i].IsMarkup || values[i].Ref is ObjectValue { IsHtml: true });
        }
        var texts = new string[parts.Length];
        long length = 0;
        for (var i = 0; i < parts.Length; i++)
        {
            texts[i] = markup ? Html.Escape(values[i]).Text : Python.Str(values[i], frame.State);
            length += texts[i].Length;
        }
        frame.State.Charge(length);
        return JinjaValue.FromText(string.Concat(texts), markup);
    }
}

/// <summary>Text of a translation, which is markup where output is escaped.</summary>
internal sealed class MarkSafeExpression(Expression value, bool? escape) : Expression
{
    public override JinjaValue Evaluate(Frame frame)
    {
        var text = value.Evaluate(frame);
        return (escape ?? frame.Context.Autoescape) && !text.IsMarkup ? JinjaValue.Markup(Python.Str(text, frame.State)) : text;
    }
}

internal sealed class ListExpression(Expression[] items, bool tuple) : Expression
{
    public override JinjaValue Evaluate(Frame frame)
    {
        frame.State.Charge(16L * items.Length);
        var values = new JinjaValue[items.Length];
        for (var i = 0; i < items.Length; i++) values[i] = items[i].Evaluate(frame);
        return JinjaValue.From(tuple ? new TupleObject(values) : new ListObject(values));
    }
}

internal sealed class DictExpression(Expression[] keys, Expression[] values) : Expression
{
    public override JinjaValue Evaluate(Frame frame)
    {
        frame.State.Charge(40L * keys.Length);
        var dictionary = new DictObject();
        for (var i = 0; i < keys.Length; i++)
        {
            var key = keys[i].Evaluate(frame);
            dictionary.Set(key, values[i].Evaluate(frame));
        }
        return JinjaValue.From(dictionary);
    }
}

/// <summary>Stands where a constant part of an expression is already known to fail: it fails when it is reached.</summary>
internal sealed class ThrowExpression(Func<Exception> error) : Expression
{
    public override JinjaValue Evaluate(Frame frame) => throw error();
}

/// <summary>A condition that stands on a line of its own within its statement, such as that of an <c>elif</c>.</summary>
internal sealed class LocatedExpression(Expression inner, CompiledTemplate template, Syntax.Place place) : Expression
{
    public override JinjaValue Evaluate(Frame frame)
    {
        try
        {
            return inner.Evaluate(frame);
        }
        catch (JinjaException error) when (error.Line == 0)
        {
            Syntax.SyntaxErrors.Locate(error, place, template.Name, template.Source);
            throw;
        }
    }

    public override bool Truth(Frame frame)
    {
        try
        {
            return inner.Truth(frame);
        }
        catch (JinjaException error) when (error.Line == 0)
        {
            Syntax.SyntaxErrors.Locate(error, place, template.Name, template.Source);
            throw;
        }
    }
}
