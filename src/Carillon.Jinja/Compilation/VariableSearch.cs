using System.Globalization;
using Carillon.Jinja.Syntax;

namespace Carillon.Jinja.Compilation;

/// <summary>
/// Finds which paths of the context a template uses. Names a template sets itself are followed where they stand for a path (a loop's
/// item for the items of its list) and left alone where they do not.
/// </summary>
internal sealed class VariableSearch(JinjaEnvironment environment, ColumnFinder columns)
{
    private static readonly string[] Special = ["loop", "self", "super", "caller", "varargs", "kwargs"];

    private readonly Dictionary<string, TemplateVariable> _found = new(StringComparer.Ordinal);
    private readonly List<string> _order = [];
    private readonly HashSet<string> _guards = new(StringComparer.Ordinal);
    private readonly HashSet<string> _assigned = new(StringComparer.Ordinal);
    private Dictionary<string, string?> _names = Special.ToDictionary(n => n, _ => (string?)null, StringComparer.Ordinal);

    /// <summary>The names that were set anywhere in what has been searched.</summary>
    public IReadOnlySet<string> Assigned => _assigned;

    public IReadOnlyList<TemplateVariable> Find(Stmt[] body)
    {
        Visit(body);
        return _order.Select(path => _found[path]).ToList();
    }

    private void Visit(Stmt[] body)
    {
        foreach (var statement in body) Visit(statement);
    }

    private void Visit(Stmt statement)
    {
        switch (statement)
        {
            case For loop:
                Visit(loop.Source);
                Scoped(() =>
                {
                    Bind(loop.Target, PathOf(loop.Source) is { } path ? path + "[]" : null);
                    if (loop.Test is not null) Visit(loop.Test);
                    Visit(loop.Body);
                });
                Scoped(() => Visit(loop.Otherwise));
                break;
            case If condition: VisitIf(condition); break;
            case Assign assign:
                Visit(assign.Value);
                Bind(assign.Target, PathOf(assign.Value));
                break;
            case AssignBlock assign:
                if (assign.Filter is not null) Visit(assign.Filter);
                Scoped(() => Visit(assign.Body));
                Bind(assign.Target, null);
                break;
            case With with:
                foreach (var value in with.Values) Visit(value);
                Scoped(() =>
                {
                    for (var i = 0; i < with.Targets.Length; i++) Bind(with.Targets[i], PathOf(with.Values[i]));
                    Visit(with.Body);
                });
                break;
            case Macro macro:
                Bind(macro.Syntax.Name, null);
                VisitMacro(macro.Syntax);
                break;
            case CallBlock call:
                Visit(call.Call);
                VisitMacro(call.Syntax);
                break;
            case Import import:
                Visit(import.Template);
                Bind(import.Target, null);
                break;
            case FromImport from:
                Visit(from.Template);
                foreach (var (_, alias) in from.Names) Bind(alias, null);
                break;
            default:
                foreach (var expression in SyntaxSearch.Expressions(statement)) Visit(expression);
                foreach (var body in SyntaxSearch.Bodies(statement)) Scoped(() => Visit(body));
                break;
        }
    }

    private void VisitMacro(MacroSyntax macro)
    {
        foreach (var value in macro.Defaults) Visit(value);
        Scoped(() =>
        {
            foreach (var parameter in macro.Parameters) Bind(parameter.Id, null);
            Visit(macro.Body);
        });
    }

    private void VisitIf(If condition)
    {
        foreach (var branch in condition.Branches)
        {
            var guards = Guards(branch.Test).Where(_guards.Add).ToList();
            Visit(branch.Test);
            Visit(branch.Body);
            _guards.ExceptWith(guards);
        }
        Visit(condition.Otherwise);
    }

    // What holds within a condition: the paths it asks for, and those that must all be there.
    private IEnumerable<string> Guards(Expr test) => test switch
    {
        Test { Name: "defined" } defined when PathOf(defined.Value) is { } path => [path],
        Logical { IsAnd: true } and => Guards(and.Left).Concat(Guards(and.Right)),
        _ when environment.Options.Undefined != UndefinedKind.Strict && PathOf(test) is { } path => [path],
        _ => [],
    };

    private void Scoped(Action visit)
    {
        var outer = _names;
        _names = new Dictionary<string, string?>(outer, StringComparer.Ordinal);
        visit();
        _names = outer;
    }

    private void Bind(Expr target, string? path)
    {
        if (target is Name name) Bind(name.Id, path);
        else if (target is TupleExpr tuple)
        {
            foreach (var item in tuple.Items) Bind(item, null);
        }
    }

    private void Bind(string name, string? path)
    {
        _names[name] = path;
        _assigned.Add(name);
    }

    private void Visit(Expr expression)
    {
        if (PathOf(expression) is { } path)
        {
            Note(path, expression.Place, guarded: false);
            return;
        }
        switch (expression)
        {
            case Filter { Name: "default" or "d", Value: { } value } filter when PathOf(value) is { } guarded:
                Note(guarded, value.Place, guarded: true);
                foreach (var argument in filter.Arguments.All) Visit(argument);
                break;
            case Test { Name: "defined" or "undefined" } test when PathOf(test.Value) is { } asked:
                Note(asked, test.Place, guarded: true);
                break;
            case CondExpr condition:
                var guards = Guards(condition.Test).Where(_guards.Add).ToList();
                Visit(condition.Test);
                Visit(condition.Then);
                _guards.ExceptWith(guards);
                if (condition.Otherwise is not null) Visit(condition.Otherwise);
                break;
            case Call { Callee: Getattr method } call:
                // What is called is a method: the path ends before it.
                Visit(method.Owner);
                foreach (var argument in call.Arguments.All) Visit(argument);
                break;
            default:
                foreach (var child in expression.Children) Visit(child);
                break;
        }
    }

    private string? PathOf(Expr expression)
    {
        switch (expression)
        {
            case Name { Use: NameUse.Load } name:
                if (_names.TryGetValue(name.Id, out var path)) return path;
                return environment.FindGlobal(name.Id).IsMissing ? name.Id : null;
            case Getattr attribute: return PathOf(attribute.Owner) is { } owner ? $"{owner}.{attribute.Attribute}" : null;
            case Getitem { Key: Const key } item when PathOf(item.Owner) is { } list:
                if (key.Value.IsString) return $"{list}.{key.Value.Text}";
                return key.Value.IsInt ? string.Create(CultureInfo.InvariantCulture, $"{list}[]") : null;
            default: return null;
        }
    }

    private void Note(string path, Place place, bool guarded)
    {
        guarded |= _guards.Any(g => path == g || path.StartsWith(g + ".", StringComparison.Ordinal) || path.StartsWith(g + "[", StringComparison.Ordinal));
        if (_found.TryGetValue(path, out var known))
        {
            _found[path] = known with { IsGuarded = known.IsGuarded && guarded };
            return;
        }
        _order.Add(path);
        _found[path] = new TemplateVariable(path, guarded, place.Line, columns.ColumnOf(place));
    }
}
