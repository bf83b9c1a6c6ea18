using Carillon.Jinja.Syntax;

namespace Carillon.Jinja.Compilation;

/// <summary>Walks a body in the order Jinja does and notes which of some names are used without having been set.</summary>
internal sealed class UndeclaredSearch(IEnumerable<string> names)
{
    private readonly HashSet<string> _names = new(names, StringComparer.Ordinal);

    public HashSet<string> Found { get; } = new(StringComparer.Ordinal);

    public void Visit(IEnumerable<Stmt> body)
    {
        foreach (var statement in body) Visit(statement);
    }

    public void Visit(Stmt statement)
    {
        switch (statement)
        {
            case Output output: Visit(output.Parts); break;
            case For loop:
                Visit([loop.Target, loop.Source]);
                Visit(loop.Body);
                Visit(loop.Otherwise);
                Visit([loop.Test]);
                break;
            case If condition:
                foreach (var branch in condition.Branches)
                {
                    Visit([branch.Test]);
                    Visit(branch.Body);
                }
                Visit(condition.Otherwise);
                break;
            case Macro macro:
                Visit(macro.Syntax.Parameters);
                Visit(macro.Syntax.Defaults);
                Visit(macro.Syntax.Body);
                break;
            case CallBlock call:
                Visit([call.Call]);
                Visit(call.Syntax.Parameters);
                Visit(call.Syntax.Defaults);
                Visit(call.Syntax.Body);
                break;
            case FilterBlock filter:
                Visit(filter.Body);
                Visit([filter.Filter]);
                break;
            case With with:
                Visit(with.Targets);
                Visit(with.Values);
                Visit(with.Body);
                break;
            case Extends extends: Visit([extends.Template]); break;
            case Include include: Visit([include.Template]); break;
            case Import import: Visit([import.Template]); break;
            case FromImport from: Visit([from.Template]); break;
            case Assign assign: Visit([assign.Target, assign.Value]); break;
            case AssignBlock assign:
                Visit([assign.Target, assign.Filter]);
                Visit(assign.Body);
                break;
            case Autoescape autoescape:
                Visit([autoescape.Enabled]);
                Visit(autoescape.Body);
                break;
            case Do evaluate: Visit([evaluate.Expression]); break;
        }
    }

    private void Visit(IEnumerable<Expr?> expressions)
    {
        foreach (var expression in expressions)
        {
            if (expression is Name name)
            {
                if (name.Use == NameUse.Load && _names.Contains(name.Id)) Found.Add(name.Id);
                else if (name.Use != NameUse.Load) _names.Remove(name.Id);
            }
            else if (expression is not null)
            {
                Visit(expression.Children);
            }
        }
    }
}
