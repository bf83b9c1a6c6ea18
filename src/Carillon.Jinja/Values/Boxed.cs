namespace Carillon.Jinja.Values;

/// <summary>
/// What a value is, in the order the fast paths ask. Every reference in a <see cref="JinjaValue"/> that is not a plain
/// string is a <see cref="Boxed"/> and carries its kind, so that asking costs one type check and one field.
/// </summary>
internal enum ValueKind : byte
{
    None,
    Missing,
    Undefined,
    Bool,
    Int,
    BigInt,
    Float,
    Str,
    Markup,
    Bytes,
    List,
    Tuple,
    Dict,
    Other,
}

internal abstract class Boxed(ValueKind kind)
{
    public readonly ValueKind Kind = kind;
}

/// <summary>Marks the values that live in the 64 bits beside the reference.</summary>
internal sealed class Tag(ValueKind kind) : Boxed(kind)
{
    public static readonly Tag Bool = new(ValueKind.Bool);
    public static readonly Tag Int = new(ValueKind.Int);
    public static readonly Tag Float = new(ValueKind.Float);
    public static readonly Tag Missing = new(ValueKind.Missing);
}

/// <summary>Text kept as the UTF-8 it came in; the value's 64 bits hold offset and length.</summary>
internal sealed class Utf8Text(byte[] bytes, bool markup = false) : Boxed(markup ? ValueKind.Markup : ValueKind.Str)
{
    public readonly byte[] Bytes = bytes;
}

internal sealed class MarkupText(string text) : Boxed(ValueKind.Markup)
{
    public readonly string Text = text;
}

internal sealed class BigInt(System.Numerics.BigInteger value) : Boxed(ValueKind.BigInt)
{
    public readonly System.Numerics.BigInteger Value = value;
}

internal sealed class BytesText(byte[] bytes) : Boxed(ValueKind.Bytes)
{
    public readonly byte[] Bytes = bytes;
}
