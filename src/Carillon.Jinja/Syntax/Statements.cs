namespace Carillon.Jinja.Syntax;

internal abstract class Stmt(Place place) : Node(place);

internal sealed class Output(Place place, Expr[] parts) : Stmt(place)
{
    public Expr[] Parts => parts;
}

internal sealed class For(Place place, Expr target, Expr source, Expr? test, bool recursive, Stmt[] body, Stmt[] otherwise) : Stmt(place)
{
    public Expr Target => target;
    public Expr Source => source;
    public Expr? Test => test;
    public bool Recursive => recursive;
    public Stmt[] Body => body;
    public Stmt[] Otherwise => otherwise;
}

internal sealed record Branch(Place Place, Expr Test, Stmt[] Body);

internal sealed class If(Place place, Branch[] branches, Stmt[] otherwise) : Stmt(place)
{
    public Branch[] Branches => branches;
    public Stmt[] Otherwise => otherwise;
}

/// <summary>What macros and call blocks share: parameters, defaults of the last of them, a body.</summary>
internal sealed record MacroSyntax(string Name, Name[] Parameters, Expr[] Defaults, Stmt[] Body);

internal sealed class Macro(Place place, MacroSyntax syntax) : Stmt(place)
{
    public MacroSyntax Syntax => syntax;
}

internal sealed class CallBlock(Place place, Call call, MacroSyntax syntax) : Stmt(place)
{
    public Call Call => call;
    public MacroSyntax Syntax => syntax;
}

internal sealed class FilterBlock(Place place, Filter filter, Stmt[] body) : Stmt(place)
{
    public Filter Filter => filter;
    public Stmt[] Body => body;
}

internal sealed class With(Place place, Expr[] targets, Expr[] values, Stmt[] body) : Stmt(place)
{
    public Expr[] Targets => targets;
    public Expr[] Values => values;
    public Stmt[] Body => body;
}

internal sealed class Block(Place place, string name, bool scoped, bool required, Stmt[] body) : Stmt(place)
{
    public string Name => name;
    public bool Scoped => scoped;
    public bool Required => required;
    public Stmt[] Body => body;
}

internal sealed class Extends(Place place, Expr template) : Stmt(place)
{
    public Expr Template => template;
}

internal sealed class Include(Place place, Expr template, bool ignoreMissing, bool withContext) : Stmt(place)
{
    public Expr Template => template;
    public bool IgnoreMissing => ignoreMissing;
    public bool WithContext => withContext;
}

internal sealed class Import(Place place, Expr template, string target, bool withContext) : Stmt(place)
{
    public Expr Template => template;
    public string Target => target;
    public bool WithContext => withContext;
}

internal sealed class FromImport(Place place, Expr template, (string Name, string Alias)[] names, bool withContext) : Stmt(place)
{
    public Expr Template => template;
    public (string Name, string Alias)[] Names => names;
    public bool WithContext => withContext;
}

internal sealed class Assign(Place place, Expr target, Expr value) : Stmt(place)
{
    public Expr Target => target;
    public Expr Value => value;
}

internal sealed class AssignBlock(Place place, Expr target, Filter? filter, Stmt[] body) : Stmt(place)
{
    public Expr Target => target;
    public Filter? Filter => filter;
    public Stmt[] Body => body;
}

internal sealed class Autoescape(Place place, Expr enabled, Stmt[] body) : Stmt(place)
{
    public Expr Enabled => enabled;
    public Stmt[] Body => body;
}

/// <summary>The <c>do</c> tag: an expression evaluated for its effect.</summary>
internal sealed class Do(Place place, Expr expression) : Stmt(place)
{
    public Expr Expression => expression;
}

internal sealed class LoopControl(Place place, bool isBreak) : Stmt(place)
{
    public bool IsBreak => isBreak;
}
