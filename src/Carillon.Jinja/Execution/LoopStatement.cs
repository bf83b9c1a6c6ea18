using Carillon.Jinja.Values;

namespace Carillon.Jinja.Execution;

/// <summary>What the parts of a loop are once compiled. Slots and loads belong to the frame the loop runs in.</summary>
internal sealed class LoopCode
{
    public required Target Target { get; init; }

    public required SlotLoad[] BodyLoads { get; init; }

    public required Body Body { get; init; }

    public required SlotLoad[] ElseLoads { get; init; }

    public Body? Else { get; init; }

    /// <summary>The condition on the items, with its own target: the variables of the test are not those of the body.</summary>
    public Expression? Test { get; init; }

    public Target? TestTarget { get; init; }

    public SlotLoad[] TestLoads { get; init; } = [];

    /// <summary>Where <c>loop</c> stands; -1 where the body does not ask for it.</summary>
    public int LoopSlot { get; init; } = -1;

    public void Run(Frame frame, JinjaValue source, RecursiveLoop? recursion, int depth)
    {
        var flowed = Test is null && LoopSlot < 0 && source.Ref is SequenceObject sequence
            ? RunSequence(frame, sequence)
            : RunIterator(frame, source, recursion, depth);
        if (flowed || Else is null) return;
        SlotLoad.Run(ElseLoads, frame);
        Else.Execute(frame);
    }

    private bool RunSequence(Frame frame, SequenceObject sequence)
    {
        for (var i = 0; i < sequence.Count; i++)
        {
            frame.State.Tick();
            Target.Assign(frame, sequence.Array[i]);
            SlotLoad.Run(BodyLoads, frame);
            if (Body.Execute(frame) == Flow.Break) return true;
        }
        return sequence.Count > 0;
    }

    private bool RunIterator(Frame frame, JinjaValue source, RecursiveLoop? recursion, int depth)
    {
        var loop = new LoopObject(frame.State, source, Test is null ? null : Filtered(frame, source), recursion, depth);
        var any = false;
        while (loop.Advance(out var item))
        {
            any = true;
            Target.Assign(frame, item);
            if (LoopSlot >= 0) frame.Slots[LoopSlot] = JinjaValue.From(loop);
            SlotLoad.Run(BodyLoads, frame);
            if (Body.Execute(frame) == Flow.Break) break;
        }
        return any;
    }

    private IEnumerator<JinjaValue> Filtered(Frame frame, JinjaValue source)
    {
        SlotLoad.Run(TestLoads, frame);
        using var iterator = Python.Iterate(source, frame.State);
        while (iterator.MoveNext())
        {
            var item = iterator.Current;
            TestTarget!.Assign(frame, item);
            if (Test!.Truth(frame)) yield return item;
        }
    }
}

internal sealed class LoopStatement(Expression source, LoopCode code) : Statement
{
    public override Flow Execute(Frame frame)
    {
        code.Run(frame, source.Evaluate(frame), null, 0);
        return Flow.Next;
    }
}

/// <summary>A loop whose body can call it again: each call has a frame of its own.</summary>
internal sealed class RecursiveLoopStatement(Expression source, LoopCode code, int slotCount) : Statement
{
    public override Flow Execute(Frame frame)
    {
        var recursion = new RecursiveLoop(code, slotCount, frame);
        recursion.Run(source.Evaluate(frame), 0);
        return Flow.Next;
    }
}

internal sealed class RecursiveLoop(LoopCode code, int slotCount, Frame outer)
{
    public void Run(JinjaValue source, int depth)
    {
        var state = outer.State;
        state.Enter();
        code.Run(new Frame(state, outer.Context, new JinjaValue[slotCount], outer), source, this, depth);
        state.Leave();
    }

    public JinjaValue Capture(JinjaValue source, int depth)
    {
        var output = outer.State.Output;
        var start = output.Position;
        Run(source, depth);
        return output.Take(start, outer.Context.Autoescape);
    }
}
