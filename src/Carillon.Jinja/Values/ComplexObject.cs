using System.Numerics;
using Carillon.Jinja.Execution;

namespace Carillon.Jinja.Values;

/// <summary>What a power of a negative number gives.</summary>
internal sealed class ComplexObject(double real, double imaginary) : ObjectValue
{
    public override string TypeName => "complex";

    public override bool Truth => real != 0 || imaginary != 0;

    public Complex Value => new(real, imaginary);

    public static JinjaValue? Apply(BinaryOperator operation, JinjaValue left, JinjaValue right)
    {
        if (Convert(left) is not { } first || Convert(right) is not { } second) return null;
        if (operation == BinaryOperator.Divide && second == Complex.Zero) throw Errors.ZeroDivision("complex division by zero");
        Complex? result = operation switch
        {
            BinaryOperator.Add => first + second,
            BinaryOperator.Subtract => first - second,
            BinaryOperator.Multiply => first * second,
            BinaryOperator.Divide => first / second,
            BinaryOperator.Power => Complex.Pow(first, second),
            _ => null,
        };
        return result is { } value ? JinjaValue.From(new ComplexObject(value.Real, value.Imaginary)) : null;
    }

    private static Complex? Convert(JinjaValue value) =>
        value.Ref is ComplexObject complex ? complex.Value : Python.IsNumber(value) ? new Complex(Python.Double(value), 0) : null;

    public override bool ValueEquals(RenderState? state, ObjectValue other) => other is ComplexObject complex && complex.Value == Value;

    public override int ValueHash() => Value.GetHashCode();

    public override bool TryGetAttribute(RenderState state, string name, out JinjaValue value)
    {
        value = name == "real" ? real : imaginary;
        return name is "real" or "imag";
    }

    public override void WriteRepr(ReprWriter writer)
    {
        var part = Part(imaginary) + "j";
        if (real == 0 && !double.IsNegative(real)) writer.Append(part);
        else writer.Append($"({Part(real)}{(part[0] == '-' ? "" : "+")}{part})");
    }

    private static string Part(double value)
    {
        var text = FloatText.Repr(value);
        return text.EndsWith(".0", StringComparison.Ordinal) ? text[..^2] : text;
    }
}
