using Carillon.Jinja.Syntax;

namespace Carillon.Jinja.Compilation;

/// <summary>Everything of a kind within a body, in the order of the source.</summary>
internal static class SyntaxSearch
{
    public static IEnumerable<Stmt> All(IEnumerable<Stmt> body)
    {
        foreach (var statement in body)
        {
            yield return statement;
            foreach (var inner in Bodies(statement).SelectMany(All)) yield return inner;
        }
    }

    public static IEnumerable<Stmt[]> Bodies(Stmt statement) => statement switch
    {
        For loop => [loop.Body, loop.Otherwise],
        If condition => condition.Branches.Select(b => b.Body).Append(condition.Otherwise),
        Macro macro => [macro.Syntax.Body],
        CallBlock call => [call.Syntax.Body],
        FilterBlock filter => [filter.Body],
        With with => [with.Body],
        Block block => [block.Body],
        AssignBlock assign => [assign.Body],
        Autoescape autoescape => [autoescape.Body],
        _ => [],
    };

    /// <summary>The expressions that stand directly in a statement.</summary>
    public static IEnumerable<Expr> Expressions(Stmt statement) => statement switch
    {
        Output output => output.Parts,
        For loop => new[] { loop.Target, loop.Source, loop.Test }.OfType<Expr>(),
        If condition => condition.Branches.Select(b => b.Test),
        Macro macro => [.. macro.Syntax.Parameters, .. macro.Syntax.Defaults],
        CallBlock call => [call.Call, .. call.Syntax.Parameters, .. call.Syntax.Defaults],
        FilterBlock filter => [filter.Filter],
        With with => [.. with.Targets, .. with.Values],
        Extends extends => [extends.Template],
        Include include => [include.Template],
        Import import => [import.Template],
        FromImport from => [from.Template],
        Assign assign => [assign.Target, assign.Value],
        AssignBlock assign => assign.Filter is null ? [assign.Target] : [assign.Target, assign.Filter],
        Autoescape autoescape => [autoescape.Enabled],
        Do evaluate => [evaluate.Expression],
        _ => [],
    };

    public static IEnumerable<Expr> Within(Expr expression) => expression.Children.SelectMany(Within).Prepend(expression);

    public static IEnumerable<Name> Names(IEnumerable<Stmt> body) => All(body).SelectMany(Expressions).SelectMany(Within).OfType<Name>();
}
