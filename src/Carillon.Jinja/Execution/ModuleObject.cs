using Carillon.Jinja.Values;

namespace Carillon.Jinja.Execution;

/// <summary>An imported template: what it set at its top level, and as text what it printed.</summary>
internal sealed class ModuleObject(string? name, JinjaValue body, Dictionary<string, JinjaValue> exported) : ObjectValue
{
    public override string TypeName => "TemplateModule";

    public string? Name => name;

    public JinjaValue Body => body;

    public override bool IsHtml => true;

    public override bool TryGetAttribute(RenderState state, string attribute, out JinjaValue value) => exported.TryGetValue(attribute, out value);

    public override void WriteStr(ReprWriter writer) => writer.Append(body.Text);

    public override void WriteRepr(ReprWriter writer) => writer.Append($"<TemplateModule {Python.Repr(name)}>");
}
