using Carillon.Jinja.Execution;

namespace Carillon.Jinja.Values;

/// <summary>The type of a value, which can be seen outside the sandbox, and there do nothing but be printed.</summary>
internal sealed class TypeObject(string name) : ObjectValue
{
    public override string TypeName => "type";

    public override bool TryGetAttribute(RenderState state, string attribute, out JinjaValue value)
    {
        value = name;
        return attribute is "__name__" or "__qualname__";
    }

    public override bool ValueEquals(RenderState? state, ObjectValue other) => other is TypeObject type && type.Name == Name;

    public override int ValueHash() => Hashing.Of(name);

    private string Name => name;

    public override void WriteRepr(ReprWriter writer) =>
        writer.Append(name == "Markup" ? "<class 'markupsafe.Markup'>" : name.EndsWith("Undefined", StringComparison.Ordinal) ? $"<class 'jinja2.runtime.{name}'>" : $"<class '{name}'>");
}
