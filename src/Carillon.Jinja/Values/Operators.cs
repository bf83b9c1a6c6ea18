using System.Numerics;
using Carillon.Jinja.Execution;

namespace Carillon.Jinja.Values;

internal enum BinaryOperator
{
    Add,
    Subtract,
    Multiply,
    Divide,
    FloorDivide,
    Modulo,
    Power,
}

/// <summary>Python's arithmetic: integers of any size, floor division, and what <c>+</c>, <c>*</c> and <c>%</c> do to text and lists.</summary>
internal static class Operators
{
    /// <summary>The largest integer a render may compute, in bits: the digits printed are bounded anyway, the time of multiplying must be.</summary>
    private const int MaximumBits = 1 << 17;

    public static JinjaValue Apply(RenderState state, BinaryOperator operation, JinjaValue left, JinjaValue right)
    {
        if (left.IsInt && right.IsInt)
        {
            long result;
            switch (operation)
            {
                case BinaryOperator.Add:
                    result = unchecked(left.Bits + right.Bits);
                    if (((left.Bits ^ result) & (right.Bits ^ result)) >= 0) return result;
                    break;
                case BinaryOperator.Subtract:
                    result = unchecked(left.Bits - right.Bits);
                    if (((left.Bits ^ right.Bits) & (left.Bits ^ result)) >= 0) return result;
                    break;
                case BinaryOperator.Multiply:
                    if (Math.BigMul(left.Bits, right.Bits, out result) == result >> 63) return result;
                    break;
            }
        }
        if (left.Ref is UndefinedValue first) throw first.Error();
        if (right.Ref is UndefinedValue second && !(operation == BinaryOperator.Modulo && left.IsTextual)) throw second.Error();
        if (Python.IsNumber(left) && Python.IsNumber(right))
        {
            return left.IsFloat || right.IsFloat || operation == BinaryOperator.Divide
                ? Floats(operation, left, right)
                : Integers(operation, Python.Big(left), Python.Big(right), left, right);
        }
        if (left.Ref is ComplexObject || right.Ref is ComplexObject) return ComplexObject.Apply(operation, left, right) ?? throw Unsupported(Symbol(operation), left, right);
        return operation switch
        {
            BinaryOperator.Add => Concatenate(state, left, right),
            BinaryOperator.Multiply => Repeat(state, left, right),
            BinaryOperator.Modulo when left.IsTextual => PercentFormat.Format(state, left, right),
            _ => throw Unsupported(Symbol(operation), left, right),
        };
    }

    public static string Symbol(BinaryOperator operation) => operation switch
    {
        BinaryOperator.Add => "+",
        BinaryOperator.Subtract => "-",
        BinaryOperator.Multiply => "*",
        BinaryOperator.Divide => "/",
        BinaryOperator.FloorDivide => "//",
        BinaryOperator.Modulo => "%",
        _ => "** or pow()",
    };

    private static TemplateRuntimeException Unsupported(string symbol, JinjaValue left, JinjaValue right) =>
        Errors.Type($"unsupported operand type(s) for {symbol}: '{Python.TypeName(left)}' and '{Python.TypeName(right)}'");

    private static JinjaValue Integers(BinaryOperator operation, BigInteger left, BigInteger right, JinjaValue leftValue, JinjaValue rightValue)
    {
        switch (operation)
        {
            case BinaryOperator.Add: return Bounded(left + right);
            case BinaryOperator.Subtract: return Bounded(left - right);
            case BinaryOperator.Multiply: return Bounded(left * right);
            case BinaryOperator.FloorDivide:
                if (right.IsZero) throw Errors.ZeroDivision("integer division or modulo by zero");
                return FloorDivide(left, right);
            case BinaryOperator.Modulo:
                if (right.IsZero) throw Errors.ZeroDivision("integer modulo by zero");
                return left - FloorDivide(left, right) * right;
            default: return Power(left, right, leftValue, rightValue);
        }
    }

    private static BigInteger Bounded(BigInteger value) =>
        value.GetBitLength() > MaximumBits ? throw new LimitExceededException(JinjaLimit.Bytes, "an integer is larger than 131072 bits") : value;

    public static BigInteger FloorDivide(BigInteger left, BigInteger right)
    {
        var quotient = BigInteger.DivRem(left, right, out var remainder);
        return !remainder.IsZero && remainder.Sign != right.Sign ? quotient - 1 : quotient;
    }

    private static JinjaValue Power(BigInteger left, BigInteger right, JinjaValue leftValue, JinjaValue rightValue)
    {
        if (right.Sign < 0)
        {
            if (left.IsZero) throw Errors.ZeroDivision("0.0 cannot be raised to a negative power");
            return Floats(BinaryOperator.Power, leftValue, rightValue);
        }
        if (left.IsOne || (left.IsZero && !right.IsZero)) return left;
        if (left == BigInteger.MinusOne) return right.IsEven ? BigInteger.One : left;
        if (right > MaximumBits || (left.GetBitLength() - 1) * (long)right > MaximumBits)
            throw new LimitExceededException(JinjaLimit.Bytes, "an integer is larger than 131072 bits");
        return Bounded(BigInteger.Pow(left, (int)right));
    }

    private static JinjaValue Floats(BinaryOperator operation, JinjaValue leftValue, JinjaValue rightValue)
    {
        if (operation == BinaryOperator.Divide && !leftValue.IsFloat && !rightValue.IsFloat) return TrueDivide(Python.Big(leftValue), Python.Big(rightValue));
        var left = Python.Double(leftValue);
        var right = Python.Double(rightValue);
        switch (operation)
        {
            case BinaryOperator.Add: return left + right;
            case BinaryOperator.Subtract: return left - right;
            case BinaryOperator.Multiply: return left * right;
            case BinaryOperator.Divide:
                return right == 0 ? throw Errors.ZeroDivision("float division by zero") : left / right;
            case BinaryOperator.FloorDivide:
                return right == 0 ? throw Errors.ZeroDivision("float floor division by zero") : FloorDivide(left, right);
            case BinaryOperator.Modulo:
                return right == 0 ? throw Errors.ZeroDivision("float modulo") : Modulo(left, right);
            default: return Power(left, right);
        }
    }

    private static JinjaValue TrueDivide(BigInteger left, BigInteger right)
    {
        if (right.IsZero) throw Errors.ZeroDivision("division by zero");
        const long exact = 1L << 53;
        if (BigInteger.Abs(left) <= exact && BigInteger.Abs(right) <= exact) return (double)left / (double)right;
        // Scale so that the quotient has at least 66 bits, with a sticky bit for what is cut off; then one rounding, as Python does.
        var shift = (int)Math.Max(0, 66 - (left.GetBitLength() - right.GetBitLength()));
        var quotient = BigInteger.DivRem(BigInteger.Abs(left) << shift, BigInteger.Abs(right), out var remainder);
        if (!remainder.IsZero) quotient |= BigInteger.One;
        var magnitude = RoundToDouble(quotient, -shift);
        if (double.IsInfinity(magnitude)) throw Errors.Overflow("integer division result too large for a float");
        return left.Sign * right.Sign < 0 ? -magnitude : magnitude;
    }

    /// <summary>The float nearest to <c>mantissa * 2^exponent</c>, ties to even.</summary>
    public static double RoundToDouble(BigInteger mantissa, int exponent)
    {
        var excess = (int)mantissa.GetBitLength() - 64;
        if (excess > 0)
        {
            var low = mantissa & ((BigInteger.One << excess) - 1);
            mantissa >>= excess;
            if (!low.IsZero) mantissa |= BigInteger.One;
            exponent += excess;
        }
        var bits = (ulong)mantissa;
        // 64 bits with a sticky one round once on the way to 53.
        return Math.ScaleB((double)bits, exponent);
    }

    private static double Modulo(double left, double right)
    {
        var remainder = left % right;
        if (remainder != 0) return (right < 0) != (remainder < 0) ? remainder + right : remainder;
        return Math.CopySign(0, right);
    }

    private static double FloorDivide(double left, double right)
    {
        var remainder = left % right;
        var quotient = (left - remainder) / right;
        if (remainder != 0 && (right < 0) != (remainder < 0)) quotient -= 1;
        if (quotient == 0) return Math.CopySign(0, left / right);
        var floor = Math.Floor(quotient);
        return quotient - floor > 0.5 ? floor + 1 : floor;
    }

    private static JinjaValue Power(double left, double right)
    {
        if (left == 0 && right < 0) throw Errors.ZeroDivision("0.0 cannot be raised to a negative power");
        if (left < 0 && right != Math.Floor(right) && !double.IsInfinity(left) && !double.IsInfinity(right))
        {
            // Python goes on to complex numbers.
            var magnitude = Math.Pow(-left, right);
            var angle = right * Math.PI;
            return JinjaValue.From(new ComplexObject(magnitude * Math.Cos(angle), magnitude * Math.Sin(angle)));
        }
        var result = Math.Pow(left, right);
        if (double.IsInfinity(result) && !double.IsInfinity(left) && !double.IsInfinity(right)) throw Errors.Overflow("(34, 'Numerical result out of range')");
        return result;
    }

    private static JinjaValue Concatenate(RenderState state, JinjaValue left, JinjaValue right)
    {
        if (left.IsTextual)
        {
            if (left.IsMarkup || right.IsMarkup)
            {
                if (!right.IsTextual) throw Unsupported("+", left, right);
                return JoinText(state, Html.Escape(left).Text, Html.Escape(right).Text, markup: true);
            }
            if (!right.IsTextual) throw Errors.Type($"can only concatenate str (not \"{Python.TypeName(right)}\") to str");
            return JoinText(state, left.Text, right.Text, markup: false);
        }
        if (left.Ref is SequenceObject a)
        {
            if (right.Kind != left.Kind)
                throw Errors.Type($"can only concatenate {a.TypeName} (not \"{Python.TypeName(right)}\") to {a.TypeName}");
            var b = (SequenceObject)right.Ref!;
            state.Charge(16L * (a.Count + b.Count));
            JinjaValue[] items = [.. a.Span, .. b.Span];
            return JinjaValue.From(a is ListObject ? new ListObject(items) : new TupleObject(items));
        }
        throw Unsupported("+", left, right);
    }

    private static JinjaValue JoinText(RenderState state, string left, string right, bool markup)
    {
        state.Charge(left.Length + right.Length);
        return JinjaValue.FromText(left + right, markup);
    }

    private static JinjaValue Repeat(RenderState state, JinjaValue left, JinjaValue right)
    {
        if (Python.IsInteger(left) && (right.IsTextual || right.Ref is SequenceObject)) (left, right) = (right, left);
        if (!(left.IsTextual || left.Ref is SequenceObject)) throw Unsupported("*", left, right);
        if (!Python.IsInteger(right)) throw Errors.Type($"can't multiply sequence by non-int of type '{Python.TypeName(right)}'");
        var count = right.Ref is BigInt big ? big.Value.Sign < 0 ? 0 : long.MaxValue : Math.Max(0, right.Bits);
        if (left.IsTextual)
        {
            var text = left.Text;
            if (text.Length == 0 || count == 0) return JinjaValue.FromText("", left.IsMarkup);
            state.ChargeProduct(text.Length, count);
            return JinjaValue.FromText(new System.Text.StringBuilder((int)(text.Length * count)).Insert(0, text, (int)count).ToString(), left.IsMarkup);
        }
        var sequence = (SequenceObject)left.Ref!;
        if (sequence.Count == 0) count = 0;
        state.ChargeProduct(16L * sequence.Count, count);
        var items = new JinjaValue[sequence.Count * (int)count];
        for (var i = 0; i < (int)count; i++) sequence.Span.CopyTo(items.AsSpan(i * sequence.Count));
        return JinjaValue.From(sequence is ListObject ? new ListObject(items) : new TupleObject(items));
    }

    public static JinjaValue Negate(JinjaValue value) => value.Kind switch
    {
        ValueKind.Float => -value.Float,
        ValueKind.Bool or ValueKind.Int or ValueKind.BigInt => -Python.Big(value),
        ValueKind.Undefined => throw ((UndefinedValue)value.Ref!).Error(),
        _ when value.Ref is ComplexObject complex => JinjaValue.From(new ComplexObject(-complex.Value.Real, -complex.Value.Imaginary)),
        _ => throw Errors.Type($"bad operand type for unary -: '{Python.TypeName(value)}'"),
    };

    public static JinjaValue Plus(JinjaValue value) => value.Kind switch
    {
        ValueKind.Float or ValueKind.Int or ValueKind.BigInt => value,
        ValueKind.Bool => value.Bits,
        ValueKind.Undefined => throw ((UndefinedValue)value.Ref!).Error(),
        _ when value.Ref is ComplexObject => value,
        _ => throw Errors.Type($"bad operand type for unary +: '{Python.TypeName(value)}'"),
    };
}
