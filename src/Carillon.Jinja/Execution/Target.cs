using Carillon.Jinja.Builtins;
using Carillon.Jinja.Values;

namespace Carillon.Jinja.Execution;

/// <summary>What can be assigned to.</summary>
internal abstract class Target
{
    public abstract void Assign(Frame frame, JinjaValue value);

    /// <summary>Fails, before the value is computed, where nothing can be assigned.</summary>
    public virtual void Prepare(Frame frame)
    {
    }
}

/// <summary>A variable; at a template's top level also a name of its context.</summary>
internal sealed class SlotTarget(int slot, string? exportedName) : Target
{
    public int Slot => slot;

    public override void Assign(Frame frame, JinjaValue value)
    {
        frame.Slots[slot] = value;
        if (exportedName is not null) frame.Context.Set(exportedName, value, export: true);
    }
}

internal sealed class TupleTarget(Target[] targets) : Target
{
    public override void Assign(Frame frame, JinjaValue value)
    {
        if (value.Ref is SequenceObject sequence)
        {
            Check(sequence.Count);
            for (var i = 0; i < targets.Length; i++) targets[i].Assign(frame, sequence.Array[i]);
            return;
        }
        if (value.Ref is UndefinedValue { Mode: UndefinedKind.Strict } undefined) throw undefined.Error();
        if (!Python.IsIterable(value)) throw Errors.Type($"cannot unpack non-iterable {Python.TypeName(value)} object");
        var items = Python.ToArray(value, frame.State);
        Check(items.Length);
        for (var i = 0; i < targets.Length; i++) targets[i].Assign(frame, items[i]);
    }

    private void Check(int count)
    {
        if (count > targets.Length) throw Errors.Value($"too many values to unpack (expected {targets.Length})");
        if (count < targets.Length) throw Errors.Value($"not enough values to unpack (expected {targets.Length}, got {count})");
    }
}

internal sealed class NamespaceTarget(Expression owner, string attribute) : Target
{
    public override void Prepare(Frame frame) => Find(frame);

    public override void Assign(Frame frame, JinjaValue value) => Find(frame).Set(attribute, value);

    private NamespaceObject Find(Frame frame) =>
        owner.Evaluate(frame).Ref as NamespaceObject ?? throw new TemplateRuntimeException("cannot assign attribute on non-namespace object");
}
