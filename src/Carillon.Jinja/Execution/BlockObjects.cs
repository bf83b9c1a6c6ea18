using Carillon.Jinja.Values;

namespace Carillon.Jinja.Execution;

/// <summary>A template's <c>self</c>: its blocks by name.</summary>
internal sealed class SelfObject(Context context) : ObjectValue
{
    public override string TypeName => "TemplateReference";

    public override bool TryGetItem(RenderState state, JinjaValue key, out JinjaValue value)
    {
        var chain = key.IsTextual ? context.BlocksNamed(key.Text) : null;
        value = chain is null ? default : JinjaValue.From(new BlockReference(context, chain, 0));
        return chain is not null;
    }

    public override void WriteRepr(ReprWriter writer) => writer.Append($"<TemplateReference {Python.Repr(context.Template.Name)}>");
}

/// <summary>A block as <c>super</c> or <c>self.name</c> gives it.</summary>
internal sealed class BlockReference(Context context, List<BlockCode> chain, int depth) : CallableObject
{
    public override string TypeName => "BlockReference";

    public override JinjaValue Call(RenderState state, in CallArguments arguments)
    {
        if (arguments.Positional.Length + arguments.Names.Length > 0) throw Errors.Type("a block takes no arguments");
        var start = state.Output.Position;
        chain[depth].Run(state, context);
        return state.Output.Take(start, context.Autoescape);
    }

    public override bool TryGetAttribute(RenderState state, string name, out JinjaValue value)
    {
        value = default;
        if (name != "super") return false;
        value = depth + 1 < chain.Count
            ? JinjaValue.From(new BlockReference(context, chain, depth + 1))
            : state.UndefinedHint($"there is no parent block called {PythonText.Quote(chain[depth].Name)}.", "super");
        return true;
    }
}
