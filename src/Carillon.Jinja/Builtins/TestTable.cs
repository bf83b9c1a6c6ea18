using System.Collections.Frozen;
using Carillon.Jinja.Execution;
using Carillon.Jinja.Values;

namespace Carillon.Jinja.Builtins;

/// <summary>Jinja's tests.</summary>
internal static class TestTable
{
    public static readonly FrozenDictionary<string, FilterFunction> All = Functions().ToFrozenDictionary(f => f.Name, StringComparer.Ordinal);

    private static IEnumerable<FilterFunction> Functions()
    {
        FilterFunction[] simple =
        [
            new("odd", "value", (s, a) => Python.ValuesEqual(s, Operators.Apply(s, BinaryOperator.Modulo, a[0], 2), 1)),
            new("even", "value", (s, a) => Python.ValuesEqual(s, Operators.Apply(s, BinaryOperator.Modulo, a[0], 2), 0)),
            new("divisibleby", "value, num", (s, a) => Python.ValuesEqual(s, Operators.Apply(s, BinaryOperator.Modulo, a[0], a[1]), 0)),
            new("defined", "value", (_, a) => a[0].Kind != ValueKind.Undefined),
            new("undefined", "value", (_, a) => a[0].Kind == ValueKind.Undefined),
            new("filter", "value", (s, a) => Hashable(a[0]) && a[0].IsTextual && s.Environment.FindFilter(a[0].Text) is not null),
            new("test", "value", (s, a) => Hashable(a[0]) && a[0].IsTextual && s.Environment.FindTest(a[0].Text) is not null),
            new("none", "value", (_, a) => a[0].IsNone),
            new("boolean", "value", (_, a) => a[0].IsBool),
            new("true", "value", (_, a) => a[0].IsBool && a[0].Bool),
            new("false", "value", (_, a) => a[0].IsBool && !a[0].Bool),
            new("integer", "value", (_, a) => a[0].IsInt || a[0].Kind == ValueKind.BigInt),
            new("float", "value", (_, a) => a[0].IsFloat),
            new("lower", "value", (s, a) => TextCase.IsLower(Python.Str(a[0], s))),
            new("upper", "value", (s, a) => TextCase.IsUpper(Python.Str(a[0], s))),
            new("string", "value", (_, a) => a[0].IsTextual),
            new("mapping", "value", (_, a) => a[0].Kind == ValueKind.Dict),
            new("number", "value", (_, a) => Python.IsNumber(a[0]) || a[0].Ref is ComplexObject),
            new("sequence", "value", (_, a) => Python.HasLength(a[0]) && a[0].Ref is not (DictView or LoopObject)),
            new("sameas", "value, other", (_, a) => Same(a[0], a[1])),
            new("iterable", "value", (_, a) => Python.IsIterable(a[0])),
            new("callable", "value", (_, a) => a[0].Ref is ObjectValue { IsCallable: true } or UndefinedValue),
            new("escaped", "value", (_, a) => a[0].IsMarkup || a[0].Ref is ObjectValue { IsHtml: true } or UndefinedValue { Mode: UndefinedKind.Chainable }),
            new("in", "value, seq", (s, a) => Python.Contains(s, a[1], a[0])),
        ];
        return [.. simple, .. Comparisons()];
    }

    private static IEnumerable<FilterFunction> Comparisons()
    {
        (string Symbol, string[] Names)[] all =
        [
            ("==", ["==", "eq", "equalto"]), ("!=", ["!=", "ne"]), (">", [">", "gt", "greaterthan"]), (">=", [">=", "ge"]),
            ("<", ["<", "lt", "lessthan"]), ("<=", ["<=", "le"]),
        ];
        return all.SelectMany(c => c.Names.Select(name =>
            new FilterFunction(name, "[a], [b]", (s, a) => CompareExpression.Holds(s, c.Symbol, a[0], a[1]))));
    }

    private static bool Hashable(JinjaValue value)
    {
        Hashing.Of(value);
        return true;
    }

    // Python compares identities. Equal scalars of one type are one object as far as a template can tell.
    private static bool Same(JinjaValue left, JinjaValue right)
    {
        if (left.Kind != right.Kind) return false;
        if (left.IsTextual) return Python.TextEquals(left, right);
        if (left.Kind is ValueKind.BigInt) return Python.ValuesEqual(null, left, right);
        return ReferenceEquals(left.Ref, right.Ref) && left.Bits == right.Bits;
    }

    /// <summary>A test by a name that is only known at run time.</summary>
    public static FilterFunction Find(RenderState state, JinjaValue name)
    {
        if (name.IsTextual && state.Environment.FindTest(name.Text) is { } function) return function;
        throw new TemplateRuntimeException($"No test named {Python.Repr(name, state)}.");
    }
}
