using Carillon.Jinja.Syntax;

namespace Carillon.Jinja.Execution;

/// <summary>A template ready to run. Nothing in it changes once it is built.</summary>
internal sealed class CompiledTemplate(string? name, string source, bool autoescape)
{
    public string? Name { get; } = name;

    /// <summary>The source with its newlines normalised, as places count in it.</summary>
    public string Source { get; } = source;

    public bool Autoescape { get; } = autoescape;

    public Stmt[] Syntax { get; set; } = [];

    public FunctionCode Root { get; set; } = null!;

    public Dictionary<string, BlockCode> Blocks { get; } = new(StringComparer.Ordinal);

    /// <summary>Runs the template, and then the one it extends, into the output.</summary>
    public void Run(RenderState state, Context context, bool isOutermost = false)
    {
        state.Enter();
        var outer = state.Context;
        state.Context = context;
        var template = this;
        while (true)
        {
            var frame = isOutermost && template == this
                ? state.RootFrame(context, template.Root.SlotCount)
                : new Frame(state, context, new JinjaValue[template.Root.SlotCount], null);
            if (template.Root.SelfSlot >= 0) frame.Slots[template.Root.SelfSlot] = JinjaValue.From(new SelfObject(context));
            template.Root.Load(frame);
            template.Root.Body.Execute(frame);
            if (template.Root.ParentSlot < 0) break;
            var parent = frame.Slots[template.Root.ParentSlot];
            if (parent.Ref is not TemplateHandle handle) break;
            template = handle.Template;
            state.Tick();
        }
        state.Context = outer;
        state.Leave();
    }
}

/// <summary>Carries the template that <c>extends</c> found in a slot of the frame.</summary>
internal sealed class TemplateHandle(CompiledTemplate template) : Values.Boxed(Values.ValueKind.Other)
{
    public CompiledTemplate Template { get; } = template;
}
