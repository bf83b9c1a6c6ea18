using Carillon.Jinja.Syntax;

namespace Carillon.Jinja.Compilation;

/// <summary>Finds the names a scope loads and stores. Scopes within it are looked at when they are compiled themselves.</summary>
internal static class ScopeAnalysis
{
    public static void Visit(Scope scope, IEnumerable<Stmt> statements)
    {
        foreach (var statement in statements) Visit(scope, statement);
    }

    private static void Visit(Scope scope, Stmt statement)
    {
        switch (statement)
        {
            case Output output:
                foreach (var part in output.Parts) Visit(scope, part);
                break;
            case For loop: Visit(scope, loop.Source); break;
            case If condition: VisitIf(scope, condition); break;
            case Macro macro: scope.Store(macro.Syntax.Name); break;
            case CallBlock call: Visit(scope, call.Call); break;
            case FilterBlock filter: Visit(scope, filter.Filter); break;
            case With with:
                foreach (var value in with.Values) Visit(scope, value);
                break;
            case Extends extends: Visit(scope, extends.Template); break;
            case Include include: Visit(scope, include.Template); break;
            case Import import:
                Visit(scope, import.Template);
                scope.Store(import.Target);
                break;
            case FromImport from:
                Visit(scope, from.Template);
                foreach (var (_, alias) in from.Names) scope.Store(alias);
                break;
            case Assign assign:
                Visit(scope, assign.Value);
                Visit(scope, assign.Target);
                break;
            case AssignBlock assign: Visit(scope, assign.Target); break;
            case Do evaluate: Visit(scope, evaluate.Expression); break;
        }
    }

    // An elif stands in the else of what is before it, but Jinja looks at all of them as one branch; so its names are merged here.
    private static void VisitIf(Scope scope, If condition)
    {
        Visit(scope, condition.Branches[0].Test);
        var body = scope.Copy();
        Visit(body, condition.Branches[0].Body);
        var elifs = scope.Copy();
        foreach (var branch in condition.Branches.AsSpan(1))
        {
            Visit(elifs, branch.Test);
            var inner = elifs.Copy();
            Visit(inner, branch.Body);
            elifs.Merge([inner, elifs.Copy(), elifs.Copy()]);
        }
        var otherwise = scope.Copy();
        Visit(otherwise, condition.Otherwise);
        scope.Merge([body, elifs, otherwise]);
    }

    public static void Visit(Scope scope, Expr? expression, bool storeAsParameter = false)
    {
        switch (expression)
        {
            case null: return;
            case Name name:
                if (storeAsParameter || name.Use == NameUse.Parameter) scope.DeclareParameter(name.Id);
                else if (name.Use == NameUse.Store) scope.Store(name.Id);
                else scope.Load(name.Id);
                return;
            case NamespaceRef reference:
                scope.Load(reference.Name);
                return;
        }
        foreach (var child in expression.Children) Visit(scope, child, storeAsParameter);
    }

    /// <summary>Which of these names a body uses before it sets them. Blocks are not looked into.</summary>
    public static HashSet<string> Undeclared(IEnumerable<Stmt> body, params string[] names)
    {
        var search = new UndeclaredSearch(names);
        search.Visit(body);
        return search.Found;
    }
}
