using Carillon.Jinja.Values;

namespace Carillon.Jinja.Execution;

/// <summary>The code of a macro or of the body of a call block.</summary>
internal sealed class MacroCode(string name) : FunctionCode
{
    public string Name => name;

    public string[] Parameters { get; set; } = [];

    public int[] ParameterSlots { get; set; } = [];

    /// <summary>A default for each parameter, or null.</summary>
    public Expression?[] Defaults { get; set; } = [];

    public int CallerSlot { get; set; } = -1;

    public int KwargsSlot { get; set; } = -1;

    public int VarargsSlot { get; set; } = -1;

    public bool ExplicitCaller { get; set; }
}

internal sealed class MacroObject(MacroCode code, Frame outer) : CallableObject
{
    public override string TypeName => "Macro";

    public override JinjaValue Call(RenderState state, in CallArguments arguments)
    {
        var markup = state.Context.Autoescape;
        var start = state.Output.Position;
        Run(state, arguments);
        return state.Output.Take(start, markup);
    }

    /// <summary>Runs the body into the output.</summary>
    public void Run(RenderState state, in CallArguments arguments)
    {
        state.Enter();
        var frame = new Frame(state, outer.Context, new JinjaValue[code.SlotCount], outer);
        Bind(state, frame.Slots, arguments);
        var callingContext = state.Context;
        state.Context = outer.Context;
        code.Load(frame);
        for (var i = 0; i < code.ParameterSlots.Length; i++)
        {
            ref var slot = ref frame.Slots[code.ParameterSlots[i]];
            if (!slot.IsMissing) continue;
            var value = code.Defaults[i]?.Evaluate(frame)
                ?? state.UndefinedHint($"parameter {PythonText.Quote(code.Parameters[i])} was not provided", code.Parameters[i]);
            frame.Slots[code.ParameterSlots[i]] = value;
        }
        code.Body.Execute(frame);
        state.Context = callingContext;
        state.Leave();
    }

    private void Bind(RenderState state, JinjaValue[] slots, in CallArguments arguments)
    {
        var count = code.Parameters.Length;
        var given = Math.Min(arguments.Positional.Length, count);
        var used = arguments.Names.Length == 0 ? [] : new bool[arguments.Names.Length];
        var foundCaller = given == count && code.ExplicitCaller;
        for (var i = 0; i < count; i++)
        {
            if (i < given)
            {
                slots[code.ParameterSlots[i]] = arguments.Positional[i];
                continue;
            }
            var index = arguments.Names.IndexOf(code.Parameters[i]);
            slots[code.ParameterSlots[i]] = index < 0 ? JinjaValue.Missing : arguments.Named[index];
            if (index >= 0) used[index] = true;
            if (code.Parameters[i] == "caller") foundCaller = true;
        }
        if (code.CallerSlot >= 0 && !foundCaller)
        {
            var index = arguments.Names.IndexOf("caller");
            if (index >= 0) used[index] = true;
            slots[code.CallerSlot] = index >= 0 && !arguments.Named[index].IsNone ? arguments.Named[index] : state.UndefinedHint("No caller defined", "caller");
        }
        BindRest(slots, arguments, used);
    }

    private void BindRest(JinjaValue[] slots, in CallArguments arguments, bool[] used)
    {
        if (code.KwargsSlot >= 0)
        {
            var rest = new DictObject();
            for (var i = 0; i < used.Length; i++)
            {
                if (!used[i]) rest.Set(arguments.Names[i], arguments.Named[i]);
            }
            slots[code.KwargsSlot] = JinjaValue.From(rest);
        }
        else if (Array.IndexOf(used, false) is >= 0 and var unknown)
        {
            throw Errors.Type(arguments.Names[unknown] == "caller"
                ? $"macro '{code.Name}' was invoked with two values for the special caller argument. This is most likely a bug."
                : $"macro '{code.Name}' takes no keyword argument '{arguments.Names[unknown]}'");
        }
        var count = code.Parameters.Length;
        if (code.VarargsSlot >= 0)
            slots[code.VarargsSlot] = JinjaValue.From(new TupleObject(arguments.Positional.Length > count ? arguments.Positional[count..].ToArray() : []));
        else if (arguments.Positional.Length > count)
            throw Errors.Type($"macro '{code.Name}' takes not more than {count} argument(s)");
    }

    public override bool TryGetAttribute(RenderState state, string name, out JinjaValue value)
    {
        switch (name)
        {
            case "name": value = code.Name; return true;
            case "arguments": value = JinjaValue.From(new TupleObject(code.Parameters.Select(p => (JinjaValue)p).ToArray())); return true;
            case "catch_kwargs": value = code.KwargsSlot >= 0; return true;
            case "catch_varargs": value = code.VarargsSlot >= 0; return true;
            case "caller": value = code.CallerSlot >= 0 || code.ExplicitCaller; return true;
            case "explicit_caller": value = code.ExplicitCaller; return true;
            default: value = default; return false;
        }
    }

    public override void WriteRepr(ReprWriter writer) => writer.Append($"<Macro {PythonText.Quote(code.Name)}>");
}
