namespace Carillon.Jinja.Compilation;

/// <summary>What the compiler knows at a place of the template. Copied where a scope begins.</summary>
internal sealed class CompileFrame(Scope scope)
{
    public Scope Scope { get; } = scope;

    /// <summary>At the top level, where what is set can be seen from blocks and other templates.</summary>
    public bool TopLevel { get; private init; }

    /// <summary>At the top level and under no condition.</summary>
    public bool RootLevel { get; private init; }

    /// <summary>Output is dropped once the template has extended another.</summary>
    public bool RequireOutputCheck { get; private init; }

    /// <summary>Under a condition: a filter that does not exist is an error only when it is reached.</summary>
    public bool Soft { get; private init; }

    public static CompileFrame Root(Scope scope, bool requireOutputCheck) =>
        new(scope) { TopLevel = true, RootLevel = true, RequireOutputCheck = requireOutputCheck };

    public CompileFrame Inner() => InnerFunction(Scope.Function);

    public CompileFrame InnerFunction(Function function) => new(new Scope(function, Scope)) { RequireOutputCheck = RequireOutputCheck };

    /// <summary>A scope whose output is captured, and so never dropped.</summary>
    public CompileFrame InnerCapture(Function function) => new(new Scope(function, Scope));

    public CompileFrame Soften() => new(Scope) { TopLevel = TopLevel, RequireOutputCheck = RequireOutputCheck, Soft = true };
}
