using Carillon.Jinja.Values;

namespace Carillon.Jinja.Execution;

/// <summary>Defines a macro, or the caller of a call block.</summary>
internal sealed class MacroStatement(MacroCode code, Target target) : Statement
{
    public override Flow Execute(Frame frame)
    {
        target.Assign(frame, JinjaValue.From(new MacroObject(code, frame)));
        return Flow.Next;
    }
}

internal sealed class CallerExpression(MacroCode code) : Expression
{
    public override JinjaValue Evaluate(Frame frame) => JinjaValue.From(new MacroObject(code, frame));
}

/// <summary>A variable of the scopes around, to be handed to an included template or a scoped block.</summary>
internal readonly record struct LocalVariable(string Name, int Hops, int Slot)
{
    public static KeyValuePair<string, JinjaValue>[] Collect(LocalVariable[] locals, Frame frame)
    {
        if (locals.Length == 0) return [];
        var values = new List<KeyValuePair<string, JinjaValue>>(locals.Length);
        foreach (var local in locals)
        {
            var value = SlotLoad.At(frame, local.Hops).Slots[local.Slot];
            if (!value.IsMissing) values.Add(new(local.Name, value));
        }
        return values.ToArray();
    }
}

internal sealed class BlockStatement(string name, bool scoped, bool required, LocalVariable[] locals) : Statement
{
    public override Flow Execute(Frame frame)
    {
        var chain = frame.Context.BlocksNamed(name)!;
        if (required && chain.Count <= 1) throw new TemplateRuntimeException($"Required block {PythonText.Quote(name)} not found");
        chain[0].Run(frame.State, scoped ? frame.Context.DeriveScoped(LocalVariable.Collect(locals, frame)) : frame.Context);
        return Flow.Next;
    }
}

internal sealed class ExtendsStatement(Expression template, int parentSlot, bool mayBeSet) : Statement
{
    public override Flow Execute(Frame frame)
    {
        if (mayBeSet && frame.Slots[parentSlot].Ref is TemplateHandle) throw new TemplateRuntimeException("extended multiple times");
        var parent = Templates.Get(frame.State, template.Evaluate(frame));
        frame.Slots[parentSlot] = JinjaValue.From(new TemplateHandle(parent));
        frame.Context.AddBlocks(parent.Blocks);
        return Flow.Next;
    }
}

internal sealed class IncludeStatement(Expression template, bool ignoreMissing, bool withContext, LocalVariable[] locals) : Statement
{
    public override Flow Execute(Frame frame)
    {
        var state = frame.State;
        var found = Templates.Select(state, template.Evaluate(frame), ignoreMissing);
        if (found is null) return Flow.Next;
        if (withContext) Templates.Run(state, found, frame.Context.Derive(found, LocalVariable.Collect(locals, frame)));
        else frame.WritePastCaptures(Templates.Module(state, found).Body);
        return Flow.Next;
    }
}

internal sealed class ImportStatement(Expression template, bool withContext, LocalVariable[] locals, int slot, string? exportedName) : Statement
{
    public override Flow Execute(Frame frame)
    {
        var module = JinjaValue.From(Templates.Import(frame, template, withContext, locals));
        frame.Slots[slot] = module;
        if (exportedName is not null) frame.Context.Set(exportedName, module, export: false);
        return Flow.Next;
    }
}

internal sealed class FromImportStatement(
    Expression template, bool withContext, LocalVariable[] locals, (string Name, string Alias, int Slot)[] names, bool export) : Statement
{
    public override Flow Execute(Frame frame)
    {
        var module = Templates.Import(frame, template, withContext, locals);
        foreach (var (name, alias, slot) in names)
        {
            if (!module.TryGetAttribute(frame.State, name, out var value))
                value = frame.State.UndefinedHint($"the template {Python.Repr(module.Name)} does not export the requested name {PythonText.Quote(name)}", name);
            frame.Slots[slot] = value;
            if (export) frame.Context.Set(alias, value, export: false);
        }
        return Flow.Next;
    }
}

/// <summary>Finds, runs and imports other templates.</summary>
internal static class Templates
{
    public static CompiledTemplate Get(RenderState state, JinjaValue name)
    {
        if (name.Ref is UndefinedValue undefined) throw undefined.Error();
        if (!name.IsTextual) throw new TemplateNotFoundException(Python.Str(name, state));
        return state.Environment.Find(name.Text) ?? throw new TemplateNotFoundException(name.Text);
    }

    /// <summary>A template by name, or the first of several that exists.</summary>
    public static CompiledTemplate? Select(RenderState state, JinjaValue names, bool ignoreMissing)
    {
        if (names.Ref is UndefinedValue undefined) throw undefined.Error();
        if (names.IsTextual)
            return state.Environment.Find(names.Text) ?? (ignoreMissing ? null : throw new TemplateNotFoundException(names.Text));
        var candidates = Python.Truth(names) ? Python.ToArray(names, state) : [];
        foreach (var candidate in candidates)
        {
            if (candidate.IsTextual && state.Environment.Find(candidate.Text) is { } template) return template;
        }
        if (ignoreMissing) return null;
        throw new TemplatesNotFoundException(candidates.Length == 0
            ? "Tried to select from an empty list of templates."
            : $"none of the templates given were found: {string.Join(", ", candidates.Select(c => Python.Str(c)))}");
    }

    public static void Run(RenderState state, CompiledTemplate template, Context context, bool isOutermost = false)
    {
        context.AddBlocks(template.Blocks);
        template.Run(state, context, isOutermost);
    }

    public static ModuleObject Import(Frame frame, Expression template, bool withContext, LocalVariable[] locals)
    {
        var state = frame.State;
        var found = Get(state, template.Evaluate(frame));
        return withContext ? Make(state, found, frame.Context.Derive(found, LocalVariable.Collect(locals, frame))) : Module(state, found);
    }

    /// <summary>A template imported without context is the same module everywhere in a render.</summary>
    public static ModuleObject Module(RenderState state, CompiledTemplate template)
    {
        state.Modules ??= [];
        if (state.Modules.TryGetValue(template, out var module)) return module;
        module = Make(state, template, new Context(template, null, null));
        state.Modules[template] = module;
        return module;
    }

    private static ModuleObject Make(RenderState state, CompiledTemplate template, Context context)
    {
        var start = state.Output.Position;
        Run(state, template, context);
        return new ModuleObject(template.Name, state.Output.Take(start, markup: true), context.Exported());
    }
}
