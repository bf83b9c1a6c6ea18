using Carillon.Jinja.Values;

namespace Carillon.Jinja.Syntax;

/// <summary>Anything of the syntax tree, with its place in the source.</summary>
internal abstract class Node(Place place)
{
    public Place Place { get; } = place;
}

/// <summary>An expression. Its depth is kept, since whatever walks the tree later uses the stack.</summary>
internal abstract class Expr(Place place, params ReadOnlySpan<Expr?> children) : Node(place)
{
    public int Depth { get; } = 1 + MaximumDepth(children);

    public abstract IEnumerable<Expr> Children { get; }

    /// <summary>What Jinja calls the node where it cannot be assigned to.</summary>
    public virtual string NodeName => GetType().Name.ToLowerInvariant();

    private static int MaximumDepth(ReadOnlySpan<Expr?> children)
    {
        var depth = 0;
        foreach (var child in children) depth = Math.Max(depth, child?.Depth ?? 0);
        return depth;
    }
}

internal sealed class Const(Place place, JinjaValue value) : Expr(place)
{
    public JinjaValue Value => value;
    public override IEnumerable<Expr> Children => [];
}

internal sealed class TemplateData(Place place, string text) : Expr(place)
{
    public string Text => text;
    public override IEnumerable<Expr> Children => [];
}

internal enum NameUse
{
    Load,
    Store,
    Parameter,
}

internal sealed class Name(Place place, string id, NameUse use) : Expr(place)
{
    public string Id => id;
    public NameUse Use { get; set; } = use;
    public override IEnumerable<Expr> Children => [];
}

internal sealed class NamespaceRef(Place place, string name, string attribute) : Expr(place)
{
    public string Name => name;
    public string Attribute => attribute;
    public override IEnumerable<Expr> Children => [];
}

internal sealed class TupleExpr(Place place, Expr[] items) : Expr(place, items)
{
    public Expr[] Items => items;
    public override IEnumerable<Expr> Children => items;
    public override string NodeName => "tuple";
}

internal sealed class ListExpr(Place place, Expr[] items) : Expr(place, items)
{
    public Expr[] Items => items;
    public override IEnumerable<Expr> Children => items;
    public override string NodeName => "list";
}

internal sealed class DictExpr(Place place, Expr[] keys, Expr[] values) : Expr(place, [.. keys, .. values])
{
    public Expr[] Keys => keys;
    public Expr[] Values => values;
    public override IEnumerable<Expr> Children => keys.Zip(values).SelectMany(pair => new[] { pair.First, pair.Second });
    public override string NodeName => "dict";
}

internal sealed class CondExpr(Place place, Expr test, Expr then, Expr? otherwise) : Expr(place, test, then, otherwise)
{
    public Expr Test => test;
    public Expr Then => then;
    public Expr? Otherwise => otherwise;
    public override IEnumerable<Expr> Children => otherwise is null ? [test, then] : [test, then, otherwise];
}

internal sealed class Binary(Place place, BinaryOperator operation, Expr left, Expr right) : Expr(place, left, right)
{
    public BinaryOperator Operator => operation;
    public Expr Left => left;
    public Expr Right => right;
    public override IEnumerable<Expr> Children => [left, right];
}

internal sealed class Logical(Place place, bool isAnd, Expr left, Expr right) : Expr(place, left, right)
{
    public bool IsAnd => isAnd;
    public Expr Left => left;
    public Expr Right => right;
    public override IEnumerable<Expr> Children => [left, right];
}

internal enum UnaryOperator
{
    Not,
    Negate,
    Plus,
}

internal sealed class Unary(Place place, UnaryOperator operation, Expr operand) : Expr(place, operand)
{
    public UnaryOperator Operator => operation;
    public Expr Operand => operand;
    public override IEnumerable<Expr> Children => [operand];
}

internal sealed class Concat(Place place, Expr[] parts) : Expr(place, parts)
{
    public Expr[] Parts => parts;
    public override IEnumerable<Expr> Children => parts;
}

/// <summary>Text that counts as markup where output is escaped.</summary>
internal sealed class MarkSafe(Place place, Expr value) : Expr(place, value)
{
    public Expr Value => value;
    public override IEnumerable<Expr> Children => [value];
}

internal sealed class Compare(Place place, Expr first, string[] operators, Expr[] rest) : Expr(place, [first, .. rest])
{
    public Expr First => first;
    public string[] Operators => operators;
    public Expr[] Rest => rest;
    public override IEnumerable<Expr> Children => [first, .. rest];
}

internal sealed class Getattr(Place place, Expr owner, string attribute) : Expr(place, owner)
{
    public Expr Owner => owner;
    public string Attribute => attribute;
    public override IEnumerable<Expr> Children => [owner];
}

internal sealed class Getitem(Place place, Expr owner, Expr key) : Expr(place, owner, key)
{
    public Expr Owner => owner;
    public Expr Key => key;
    public override IEnumerable<Expr> Children => [owner, key];
}

internal sealed class SliceExpr(Place place, Expr? start, Expr? stop, Expr? step) : Expr(place, start, stop, step)
{
    public Expr? Start => start;
    public Expr? Stop => stop;
    public Expr? Step => step;
    public override IEnumerable<Expr> Children => new[] { start, stop, step }.OfType<Expr>();
}

/// <summary>The arguments of a call, a filter or a test.</summary>
internal sealed record CallSyntax(Expr[] Positional, string[] Names, Expr[] Named, Expr? Rest, Expr? NamedRest)
{
    public static readonly CallSyntax None = new([], [], [], null, null);

    public IEnumerable<Expr> All
    {
        get
        {
            IEnumerable<Expr> all = Positional.Concat(Named);
            if (Rest is not null) all = all.Append(Rest);
            return NamedRest is null ? all : all.Append(NamedRest);
        }
    }
}

internal sealed class Call(Place place, Expr callee, CallSyntax arguments) : Expr(place, [callee, .. arguments.All])
{
    public Expr Callee => callee;
    public CallSyntax Arguments => arguments;
    public override IEnumerable<Expr> Children => arguments.All.Prepend(callee);
}

/// <summary>A filter; without a value it stands on the block around it.</summary>
internal sealed class Filter(Place place, Expr? value, string name, CallSyntax arguments) : Expr(place, [value, .. arguments.All])
{
    public Expr? Value => value;
    public string Name => name;
    public CallSyntax Arguments => arguments;
    public override IEnumerable<Expr> Children => value is null ? arguments.All : arguments.All.Prepend(value);
}

internal sealed class Test(Place place, Expr value, string name, CallSyntax arguments) : Expr(place, [value, .. arguments.All])
{
    public Expr Value => value;
    public string Name => name;
    public CallSyntax Arguments => arguments;
    public override IEnumerable<Expr> Children => arguments.All.Prepend(value);
}
