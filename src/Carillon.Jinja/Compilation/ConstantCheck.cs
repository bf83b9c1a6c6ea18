using Carillon.Jinja.Syntax;

namespace Carillon.Jinja.Compilation;

/// <summary>What Jinja's optimizer would compute while it compiles.</summary>
internal static class ConstantCheck
{
    public static bool IsConstant(Expr expression) => expression switch
    {
        Name or Call => false,
        Filter { Value: null } or Filter { Name: "map" or "select" or "reject" or "selectattr" or "rejectattr" or "random" } => false,
        CondExpr { Otherwise: null } => false,
        _ => expression.Children.All(IsConstant),
    };
}
