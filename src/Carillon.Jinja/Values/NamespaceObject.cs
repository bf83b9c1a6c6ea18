using Carillon.Jinja.Execution;

namespace Carillon.Jinja.Values;

/// <summary>What <c>namespace()</c> gives: an object whose attributes <c>set</c> can assign, also from within loops.</summary>
internal sealed class NamespaceObject(DictObject attributes) : ObjectValue
{
    public override string TypeName => "Namespace";

    public DictObject Attributes => attributes;

    public void Set(string name, JinjaValue value) => attributes.Set(name, value);

    public override bool TryGetAttribute(RenderState state, string name, out JinjaValue value) => attributes.TryGet(name, out value);

    public override void WriteRepr(ReprWriter writer)
    {
        if (!writer.Enter(this))
        {
            writer.Append("<Namespace {...}>");
            return;
        }
        writer.Append("<Namespace ");
        attributes.WriteRepr(writer);
        writer.Append(">");
        writer.Leave(this);
    }
}
