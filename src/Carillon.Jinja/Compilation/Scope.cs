namespace Carillon.Jinja.Compilation;

/// <summary>Counts the slots of what gets a frame of its own: a template, a block, a macro, a recursive loop.</summary>
internal sealed class Function(Function? parent)
{
    public Function? Parent => parent;

    /// <summary>How many functions are around this one.</summary>
    public int Hops { get; } = parent is null ? 0 : parent.Hops + 1;

    public int SlotCount { get; private set; }

    public int NewSlot() => SlotCount++;

    /// <summary>How many frames to go up from here to another function.</summary>
    public int HopsTo(Function other)
    {
        var hops = 0;
        for (var function = this; function != other; function = function.Parent!) hops++;
        return hops;
    }
}

internal sealed record Variable(Function Function, int Slot, string Name);

internal enum VariableLoad
{
    Parameter,
    Resolve,
    Alias,
    Undefined,
}

/// <summary>
/// The names of one scope, found before its code is made: which are its own, which come from the scopes around, and which are
/// looked up in the context when the scope is entered. The rules are Jinja's: a name that is set anywhere in a scope is
/// a variable of it from the start.
/// </summary>
internal sealed class Scope
{
    private readonly Dictionary<string, Variable> _own;
    private readonly Dictionary<string, Variable> _references;
    private readonly Dictionary<Variable, (VariableLoad Load, Variable? Alias)> _loads;
    private readonly HashSet<string> _stores;

    public Scope(Function function, Scope? parent)
    {
        Function = function;
        Parent = parent;
        _own = new Dictionary<string, Variable>(StringComparer.Ordinal);
        _references = new Dictionary<string, Variable>(StringComparer.Ordinal);
        _loads = [];
        _stores = new HashSet<string>(StringComparer.Ordinal);
    }

    private Scope(Scope source)
    {
        Function = source.Function;
        Parent = source.Parent;
        _own = source._own;
        _references = new Dictionary<string, Variable>(source._references, StringComparer.Ordinal);
        _loads = new Dictionary<Variable, (VariableLoad, Variable?)>(source._loads);
        _stores = new HashSet<string>(source._stores, StringComparer.Ordinal);
    }

    public Function Function { get; }

    public Scope? Parent { get; }

    public IEnumerable<KeyValuePair<Variable, (VariableLoad Load, Variable? Alias)>> Loads => _loads;

    public Scope Copy() => new(this);

    public Variable? Find(string name)
    {
        for (var scope = this; scope is not null; scope = scope.Parent)
        {
            if (scope._references.TryGetValue(name, out var variable)) return variable;
        }
        return null;
    }

    private Variable Define(string name, VariableLoad load, Variable? alias = null)
    {
        if (!_own.TryGetValue(name, out var variable)) _own[name] = variable = new Variable(Function, Function.NewSlot(), name);
        _references[name] = variable;
        _loads[variable] = (load, alias);
        return variable;
    }

    public Variable DeclareParameter(string name)
    {
        _stores.Add(name);
        return Define(name, VariableLoad.Parameter);
    }

    public void Load(string name)
    {
        if (Find(name) is null) Define(name, VariableLoad.Resolve);
    }

    public void Store(string name)
    {
        _stores.Add(name);
        if (_references.ContainsKey(name)) return;
        if (Parent?.Find(name) is { } outer) Define(name, VariableLoad.Alias, outer);
        else Define(name, VariableLoad.Undefined);
    }

    /// <summary>Takes over what branches found. A name that not every branch sets keeps the value it had before.</summary>
    public void Merge(Scope[] branches)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var branch in branches)
        {
            foreach (var name in branch._stores)
            {
                if (!_stores.Contains(name)) counts[name] = counts.GetValueOrDefault(name) + 1;
            }
        }
        foreach (var branch in branches)
        {
            foreach (var (name, variable) in branch._references) _references[name] = variable;
            foreach (var (variable, load) in branch._loads) _loads[variable] = load;
            _stores.UnionWith(branch._stores);
        }
        foreach (var (name, count) in counts)
        {
            if (count == branches.Length) continue;
            var variable = Find(name)!;
            _loads[variable] = Parent?.Find(name) is { } outer ? (VariableLoad.Alias, outer) : (VariableLoad.Resolve, null);
        }
    }

    /// <summary>The variables that are set in this scope and those around, which an included template is to see.</summary>
    public IEnumerable<(string Name, Variable Variable)> VisibleStores()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var scope = this; scope is not null; scope = scope.Parent)
        {
            foreach (var name in scope._stores)
            {
                if (seen.Add(name)) yield return (name, Find(name)!);
            }
        }
    }
}
