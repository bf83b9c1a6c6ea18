using Carillon.Jinja.Execution;

namespace Carillon.Jinja.Values;

internal enum DictViewPart
{
    Keys,
    Values,
    Items,
}

/// <summary>What <c>keys()</c>, <c>values()</c> and <c>items()</c> give: a live view of the dictionary.</summary>
internal sealed class DictView(DictObject dictionary, DictViewPart part) : ObjectValue
{
    public override string TypeName => part switch { DictViewPart.Keys => "dict_keys", DictViewPart.Values => "dict_values", _ => "dict_items" };

    public override bool Truth => dictionary.Count != 0;

    public override int Length => dictionary.Count;

    public override bool IsIterable => true;

    public override bool IsReversible => true;

    public override IEnumerator<JinjaValue> Iterate(RenderState? state)
    {
        var count = dictionary.Count;
        for (var i = 0; i < count; i++)
        {
            state?.Tick();
            if (dictionary.Count != count) throw new TemplateRuntimeException("dictionary changed size during iteration", "RuntimeError");
            yield return At(i);
        }
    }

    private JinjaValue At(int index)
    {
        var entry = dictionary.Entries[index];
        return part switch
        {
            DictViewPart.Keys => entry.Key,
            DictViewPart.Values => entry.Value,
            _ => JinjaValue.From(new TupleObject([entry.Key, entry.Value])),
        };
    }

    public override bool ValueEquals(RenderState? state, ObjectValue other)
    {
        if (ReferenceEquals(this, other)) return true;
        if (part == DictViewPart.Values || other is not DictView view || view.Length != Length) return false;
        using var iterator = Iterate(state);
        while (iterator.MoveNext())
        {
            if (!Python.Contains(state!, JinjaValue.From(view), iterator.Current)) return false;
        }
        return true;
    }

    public override int ValueHash() => part == DictViewPart.Values ? base.ValueHash() : throw Errors.Type($"unhashable type: '{TypeName}'");

    /// <summary>Membership where it is a lookup and not a search.</summary>
    public bool? Contains(JinjaValue item) => part == DictViewPart.Keys ? dictionary.Contains(item) : null;

    public override void WriteRepr(ReprWriter writer)
    {
        writer.Append(TypeName);
        writer.Append("(");
        var items = new JinjaValue[Length];
        for (var i = 0; i < items.Length; i++) items[i] = At(i);
        writer.Sequence(new ListObject(items), "[", "]");
        writer.Append(")");
    }
}
