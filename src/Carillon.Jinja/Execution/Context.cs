using Carillon.Jinja.Values;

namespace Carillon.Jinja.Execution;

/// <summary>
/// The names a template sees that are not its own variables: what it set at its top level, what it was handed by an including
/// template, what the host gave. Also which blocks override which, and whether output is escaped at this moment.
/// </summary>
internal sealed class Context
{
    private readonly Context? _parent;
    private DictObject? _root;

    private Dictionary<string, JinjaValue>? _variables;
    private HashSet<string>? _exported;

    public Context(CompiledTemplate template, Context? parent, DictObject? root)
    {
        _parent = parent;
        _root = root;
        Template = template;
        Autoescape = template.Autoescape;
    }

    public CompiledTemplate Template { get; private set; }

    public bool Autoescape { get; set; }

    /// <summary>Makes the context of one render that of another.</summary>
    public void Reset(CompiledTemplate template, DictObject? root)
    {
        Template = template;
        Autoescape = template is not null && template.Autoescape;
        Blocks = null;
        _root = root;
        _variables = null;
        _exported = null;
    }

    /// <summary>For each name the blocks from the most derived template to the base.</summary>
    public Dictionary<string, List<BlockCode>>? Blocks { get; set; }

    public JinjaValue Resolve(NameKey name)
    {
        if (_variables is not null && _variables.TryGetValue(name.Name, out var value)) return value;
        if (_parent is not null) return _parent.Resolve(name);
        return _root is not null && _root.TryGet(name, out value) ? value : JinjaValue.Missing;
    }

    /// <summary>Sets a variable at the top level, where blocks, includes and importing templates see it.</summary>
    public void Set(string name, JinjaValue value, bool export)
    {
        (_variables ??= new Dictionary<string, JinjaValue>(StringComparer.Ordinal))[name] = value;
        if (name.StartsWith('_')) return;
        if (export) (_exported ??= new HashSet<string>(StringComparer.Ordinal)).Add(name);
        else _exported?.Remove(name);
    }

    public Dictionary<string, JinjaValue> Exported()
    {
        var exported = new Dictionary<string, JinjaValue>(StringComparer.Ordinal);
        if (_exported is null) return exported;
        foreach (var name in _exported) exported[name] = _variables![name];
        return exported;
    }

    /// <summary>A context for another template that sees what this one sees now, and these locals before it.</summary>
    public Context Derive(CompiledTemplate forTemplate, ReadOnlySpan<KeyValuePair<string, JinjaValue>> locals)
    {
        if (locals.Length == 0 && _variables is null) return new Context(forTemplate, _parent, _root);
        var overlay = new Context(Template, _parent, _root)
        {
            _variables = _variables is null
                ? new Dictionary<string, JinjaValue>(StringComparer.Ordinal)
                : new Dictionary<string, JinjaValue>(_variables, StringComparer.Ordinal),
        };
        foreach (var (name, value) in locals) overlay._variables[name] = value;
        return new Context(forTemplate, overlay, null);
    }

    /// <summary>The context of a scoped block: the same blocks, and the locals around it.</summary>
    public Context DeriveScoped(ReadOnlySpan<KeyValuePair<string, JinjaValue>> locals)
    {
        var derived = Derive(Template, locals);
        derived.Autoescape = Autoescape;
        derived.Blocks = Blocks;
        return derived;
    }

    public void AddBlocks(IReadOnlyDictionary<string, BlockCode> blocks)
    {
        if (blocks.Count == 0) return;
        Blocks ??= new Dictionary<string, List<BlockCode>>(StringComparer.Ordinal);
        foreach (var (name, block) in blocks)
        {
            if (!Blocks.TryGetValue(name, out var chain)) Blocks[name] = chain = [];
            chain.Add(block);
        }
    }

    public List<BlockCode>? BlocksNamed(string name) => Blocks is not null && Blocks.TryGetValue(name, out var chain) ? chain : null;
}
