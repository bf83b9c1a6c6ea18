using Carillon.Jinja.Values;

namespace Carillon.Jinja.Execution;

/// <summary>How a slot is filled when its scope is entered.</summary>
internal enum LoadKind
{
    /// <summary>Looked up in the context.</summary>
    Resolve,

    /// <summary>Taken from the variable of the same name in the scope around.</summary>
    Alias,

    /// <summary>Not yet set.</summary>
    Undefined,
}

internal readonly record struct SlotLoad(LoadKind Kind, int Slot, NameKey? Name, JinjaValue Global, int AliasHops, int AliasSlot)
{
    public static void Run(SlotLoad[] loads, Frame frame)
    {
        foreach (ref readonly var load in loads.AsSpan())
        {
            frame.Slots[load.Slot] = load.Kind switch
            {
                LoadKind.Resolve => Resolve(frame, load.Name!, load.Global),
                LoadKind.Alias => At(frame, load.AliasHops).Slots[load.AliasSlot],
                _ => JinjaValue.Missing,
            };
        }
    }

    private static JinjaValue Resolve(Frame frame, NameKey name, JinjaValue global)
    {
        var value = frame.Context.Resolve(name);
        return value.IsMissing ? global : value;
    }

    public static Frame At(Frame frame, int hops)
    {
        for (; hops > 0; hops--) frame = frame.Parent!;
        return frame;
    }
}

/// <summary>What runs in a frame of its own.</summary>
internal class FunctionCode
{
    public int SlotCount { get; set; }

    public SlotLoad[] Loads { get; set; } = [];

    public Body Body { get; set; } = null!;

    /// <summary>The slot that holds the template this one extends, once it is known; -1 for none.</summary>
    public int ParentSlot { get; set; } = -1;

    public int SelfSlot { get; set; } = -1;

    public void Load(Frame frame) => SlotLoad.Run(Loads, frame);
}

internal sealed class BlockCode(CompiledTemplate template, string name) : FunctionCode
{
    public CompiledTemplate Template => template;

    public string Name => name;

    public int SuperSlot { get; set; } = -1;

    public void Run(RenderState state, Context context)
    {
        state.Enter();
        var outer = state.Context;
        state.Context = context;
        var frame = new Frame(state, context, new JinjaValue[SlotCount], null);
        if (SelfSlot >= 0) frame.Slots[SelfSlot] = JinjaValue.From(new SelfObject(context));
        if (SuperSlot >= 0) frame.Slots[SuperSlot] = Super(state, context);
        Load(frame);
        Body.Execute(frame);
        state.Context = outer;
        state.Leave();
    }

    private JinjaValue Super(RenderState state, Context context)
    {
        var chain = context.BlocksNamed(name);
        var index = chain is null ? -1 : chain.IndexOf(this);
        return index < 0 || index + 1 >= chain!.Count
            ? state.UndefinedHint($"there is no parent block called {PythonText.Quote(name)}.", "super")
            : JinjaValue.From(new BlockReference(context, chain, index + 1));
    }
}
