using Carillon.Jinja.Syntax;
using Carillon.Jinja.Values;

namespace Carillon.Jinja.Execution;

/// <summary>Where execution goes on after a statement.</summary>
internal enum Flow
{
    Next,
    Break,
    Continue,
}

internal abstract class Statement
{
    public abstract Flow Execute(Frame frame);
}

/// <summary>Statements in their order. An error that passes gets the place of the statement it came from.</summary>
internal sealed class Body(CompiledTemplate template, Statement[] statements, Place[] places)
{
    public bool IsEmpty => statements.Length == 0;

    public Flow Execute(Frame frame)
    {
        var i = 0;
        try
        {
            frame.State.Tick(statements.Length);
            for (; i < statements.Length; i++)
            {
                var flow = statements[i].Execute(frame);
                if (flow != Flow.Next) return flow;
            }
            return Flow.Next;
        }
        catch (JinjaException error) when (error.Line == 0)
        {
            SyntaxErrors.Locate(error, places[i], template.Name, template.Source);
            throw;
        }
    }
}

/// <summary>A piece of output: text, and behind it a variable of the frame, or an expression, or nothing.</summary>
internal readonly record struct OutputPiece(byte[] Data, int Slot, JinjaValue Undefined, Expression? Expression, bool? Escape, Place Place);

/// <summary>What a template prints between two tags, in one go.</summary>
internal sealed class OutputStatement(CompiledTemplate template, OutputPiece[] pieces) : Statement
{
    public override Flow Execute(Frame frame)
    {
        var i = 0;
        try
        {
            var state = frame.State;
            var output = state.Output;
            var slots = frame.Slots;
            state.Tick(pieces.Length);
            for (; i < pieces.Length; i++)
            {
                ref readonly var piece = ref pieces[i];
                output.Write(piece.Data);
                if (piece.Slot >= 0)
                {
                    ref readonly var value = ref slots[piece.Slot];
                    output.WriteValue(value.IsMissing ? piece.Undefined : value, piece.Escape ?? state.Context.Autoescape);
                }
                else
                {
                    piece.Expression?.Write(frame, piece.Escape ?? state.Context.Autoescape);
                }
            }
            return Flow.Next;
        }
        catch (JinjaException error) when (error.Line == 0)
        {
            SyntaxErrors.Locate(error, pieces[i].Place, template.Name, template.Source);
            throw;
        }
    }
}

/// <summary>Prints an expression. Where escaping is not known beforehand, the context tells.</summary>
internal sealed class WriteExpression(Expression expression, bool? escape) : Statement
{
    public override Flow Execute(Frame frame)
    {
        expression.Write(frame, escape ?? frame.State.Context.Autoescape);
        return Flow.Next;
    }
}

internal sealed class EvaluateStatement(Expression expression) : Statement
{
    public override Flow Execute(Frame frame)
    {
        expression.Evaluate(frame);
        return Flow.Next;
    }
}

internal sealed class LoopControlStatement(bool isBreak) : Statement
{
    public override Flow Execute(Frame frame) => isBreak ? Flow.Break : Flow.Continue;
}

internal sealed class ThrowStatement(Func<JinjaException> error) : Statement
{
    public override Flow Execute(Frame frame) => throw error();
}

/// <summary>Skips statements once the template has found what it extends.</summary>
internal sealed class UnlessExtended(int hops, int parentSlot, Statement inner) : Statement
{
    public override Flow Execute(Frame frame) => SlotLoad.At(frame, hops).Slots[parentSlot].Ref is TemplateHandle ? Flow.Next : inner.Execute(frame);
}

internal sealed class IfStatement((Expression Test, Body Body)[] branches, Body? otherwise) : Statement
{
    public override Flow Execute(Frame frame)
    {
        foreach (var (test, body) in branches)
        {
            if (test.Truth(frame)) return body.Execute(frame);
        }
        return otherwise?.Execute(frame) ?? Flow.Next;
    }
}

/// <summary>Statements in a scope of their own within the frame.</summary>
internal sealed class ScopeStatement(SlotLoad[] loads, Body body) : Statement
{
    public override Flow Execute(Frame frame)
    {
        SlotLoad.Run(loads, frame);
        return body.Execute(frame);
    }
}

internal sealed class WithStatement(SlotLoad[] loads, Target[] targets, Expression[] values, Body body) : Statement
{
    public override Flow Execute(Frame frame)
    {
        SlotLoad.Run(loads, frame);
        for (var i = 0; i < targets.Length; i++) targets[i].Assign(frame, values[i].Evaluate(frame));
        return body.Execute(frame);
    }
}

internal sealed class AutoescapeStatement(Expression enabled, SlotLoad[] loads, Body body) : Statement
{
    public override Flow Execute(Frame frame)
    {
        // The scope is entered first: what decides stands within it.
        SlotLoad.Run(loads, frame);
        var context = frame.Context;
        var before = context.Autoescape;
        context.Autoescape = enabled.Truth(frame);
        var flow = body.Execute(frame);
        context.Autoescape = before;
        return flow;
    }
}

internal sealed class AssignStatement(Target target, Expression value) : Statement
{
    public override Flow Execute(Frame frame)
    {
        target.Prepare(frame);
        target.Assign(frame, value.Evaluate(frame));
        return Flow.Next;
    }
}

/// <summary><c>{% set x %}…{% endset %}</c>. The filter, if any, gets what was rendered.</summary>
internal sealed class AssignBlockStatement(Target target, SlotLoad[] loads, Body body, CapturedText? captured, Expression? filter, bool? escape) : Statement
{
    public override Flow Execute(Frame frame)
    {
        SlotLoad.Run(loads, frame);
        var state = frame.State;
        var capture = frame.BeginCapture();
        var flow = body.Execute(frame);
        var start = frame.EndCapture(capture);
        if (flow != Flow.Next)
        {
            state.Output.Truncate(start);
            return flow;
        }
        target.Prepare(frame);
        JinjaValue value;
        if (filter is null)
        {
            value = state.Output.Take(start, frame.Context.Autoescape);
        }
        else
        {
            captured!.Set(frame, state.Output.Take(start, escape ?? frame.Context.Autoescape));
            value = filter.Evaluate(frame);
            if (frame.Context.Autoescape && !value.IsMarkup) value = JinjaValue.Markup(Python.Str(value, state));
        }
        target.Assign(frame, value);
        return Flow.Next;
    }
}

internal sealed class FilterBlockStatement(SlotLoad[] loads, Body body, CapturedText captured, Expression filter, bool? escape) : Statement
{
    public override Flow Execute(Frame frame)
    {
        SlotLoad.Run(loads, frame);
        var state = frame.State;
        var capture = frame.BeginCapture();
        var flow = body.Execute(frame);
        var start = frame.EndCapture(capture);
        if (flow != Flow.Next)
        {
            state.Output.Truncate(start);
            return flow;
        }
        captured.Set(frame, state.Output.Take(start, escape ?? frame.Context.Autoescape));
        var value = filter.Evaluate(frame);
        if (!value.IsTextual) throw Errors.Type($"sequence item 0: expected str instance, {Python.TypeName(value)} found");
        state.Output.WriteValue(value, escape: false);
        return Flow.Next;
    }
}

/// <summary>The text a filter on a block works on, in a slot of the frame.</summary>
internal sealed class CapturedText(int slot) : Expression
{
    public void Set(Frame frame, JinjaValue value) => frame.Slots[slot] = value;

    public override JinjaValue Evaluate(Frame frame) => frame.Slots[slot];
}
