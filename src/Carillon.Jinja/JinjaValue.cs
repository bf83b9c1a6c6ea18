using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;
using Carillon.Jinja.Values;

namespace Carillon.Jinja;

/// <summary>
/// A value as a template sees it: none, undefined, a boolean, an integer of any size, a float, text, markup, a list, a dictionary
/// that keeps its order, or something callable. The default value is none.
/// </summary>
/// <remarks>
/// Copying is cheap and scalars are not boxed. Lists and dictionaries are references and templates may change them
/// (<c>list.append</c>): a context that is rendered by several threads at once must not be shared by templates that do so.
/// </remarks>
public readonly partial struct JinjaValue
{
    internal readonly object? Ref;
    internal readonly long Bits;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal JinjaValue(object? reference, long bits = 0)
    {
        Ref = reference;
        Bits = bits;
    }

    public static JinjaValue None => default;

    /// <summary>A value that prints as nothing, is false, and is not <c>defined</c>.</summary>
    public static JinjaValue Undefined => new(UndefinedValue.Anonymous);

    internal static JinjaValue Missing => new(Tag.Missing);
    internal static JinjaValue True => new(Tag.Bool, 1);
    internal static JinjaValue False => new(Tag.Bool);

    internal ValueKind Kind
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            var reference = Ref;
            if (reference is null) return ValueKind.None;
            return reference.GetType() == typeof(string) ? ValueKind.Str : Unsafe.As<Boxed>(reference).Kind;
        }
    }

    internal bool IsMissing => ReferenceEquals(Ref, Tag.Missing);
    internal bool IsInt => ReferenceEquals(Ref, Tag.Int);
    internal bool IsFloat => ReferenceEquals(Ref, Tag.Float);
    internal bool IsBool => ReferenceEquals(Ref, Tag.Bool);
    internal bool IsTextual => Kind is ValueKind.Str or ValueKind.Markup;
    internal bool IsMarkup => Kind == ValueKind.Markup;

    public bool IsNone => Ref is null;
    public bool IsUndefined => Kind is ValueKind.Undefined or ValueKind.Missing;
    public bool IsString => IsTextual;
    public bool IsList => Kind is ValueKind.List or ValueKind.Tuple;
    public bool IsDictionary => Kind == ValueKind.Dict;

    internal bool Bool => Bits != 0;
    internal double Float => BitConverter.Int64BitsToDouble(Bits);

    /// <summary>The bytes of a text that is kept as UTF-8.</summary>
    internal ReadOnlySpan<byte> Utf8Span
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Unsafe.As<Utf8Text>(Ref!).Bytes.AsSpan((int)(uint)Bits, (int)(Bits >>> 32));
    }

    internal static JinjaValue FromUtf8(Utf8Text source, int offset, int length) => new(source, (long)length << 32 | (uint)offset);

    internal static JinjaValue FromUtf8(byte[] bytes, bool markup) => new(new Utf8Text(bytes, markup), (long)bytes.Length << 32);

    internal static JinjaValue FromText(string text, bool markup) => markup ? new JinjaValue(new MarkupText(text)) : new JinjaValue(text);

    /// <summary>The text of a string or markup. Text that came as UTF-8 is decoded anew with each call.</summary>
    internal string Text => Ref switch
    {
        string text => text,
        MarkupText markup => markup.Text,
        _ => Encoding.UTF8.GetString(Utf8Span),
    };

    public static implicit operator JinjaValue(string? value) => new(value);
    public static implicit operator JinjaValue(bool value) => new(Tag.Bool, value ? 1 : 0);
    public static implicit operator JinjaValue(int value) => new(Tag.Int, value);
    public static implicit operator JinjaValue(long value) => new(Tag.Int, value);
    public static implicit operator JinjaValue(double value) => new(Tag.Float, BitConverter.DoubleToInt64Bits(value));

    public static implicit operator JinjaValue(BigInteger value) =>
        value >= long.MinValue && value <= long.MaxValue ? new JinjaValue(Tag.Int, (long)value) : new JinjaValue(new BigInt(value));

    internal static JinjaValue From(Boxed value) => new(value);

    /// <summary>Text that is safe HTML already: autoescape leaves it alone.</summary>
    public static JinjaValue Markup(string html) => new(new MarkupText(html));

    /// <summary>A new list of these items.</summary>
    public static JinjaValue List(IEnumerable<JinjaValue> items) => new(new ListObject(items.ToArray()));

    /// <summary>A new dictionary of these entries, in their order; of entries with one key the last counts.</summary>
    public static JinjaValue Dictionary(IEnumerable<KeyValuePair<string, JinjaValue>> entries)
    {
        var dictionary = new DictObject();
        foreach (var (key, value) in entries) dictionary.Set(key, value);
        return new JinjaValue(dictionary);
    }

    /// <summary>A function that templates can call.</summary>
    public static JinjaValue Callable(string name, JinjaFunction function) => new(new HostFunction(name, function));

    /// <summary>An object of the host: templates see the members it gives, nothing else.</summary>
    public static JinjaValue Exposed(JinjaExposed exposed) => new(new ExposedObject(exposed));

    /// <summary>Reads a JSON document. Numbers without fraction or exponent become integers of any size.</summary>
    /// <exception cref="FormatException">The text is not JSON, or is nested deeper than 200 levels.</exception>
    public static JinjaValue ParseJson(ReadOnlySpan<byte> utf8) => new JsonReader(utf8.ToArray(), 0, utf8.Length).Read();

    /// <summary>
    /// Reads a JSON document without copying its text: values point into <paramref name="utf8"/>, which must not change while they are used.
    /// </summary>
    /// <exception cref="FormatException">The text is not JSON, or is nested deeper than 200 levels.</exception>
    public static JinjaValue ParseJson(ReadOnlyMemory<byte> utf8) =>
        System.Runtime.InteropServices.MemoryMarshal.TryGetArray(utf8, out var segment)
            ? new JsonReader(segment.Array!, segment.Offset, segment.Count).Read()
            : ParseJson(utf8.Span);

    /// <summary>The text of a string or markup; null for every other kind.</summary>
    public string? AsString() => IsTextual ? Text : null;

    /// <summary>The integer, where it is one that fits 64 bits.</summary>
    public bool TryGetInteger(out long value)
    {
        value = Bits;
        return IsInt;
    }

    /// <summary>The number, integer or float, as a float.</summary>
    public bool TryGetNumber(out double value)
    {
        value = IsFloat ? Float : IsInt ? Bits : Ref is BigInt big ? (double)big.Value : 0;
        return IsFloat || IsInt || Ref is BigInt;
    }

    /// <summary>The boolean, where it is one.</summary>
    public bool TryGetBoolean(out bool value)
    {
        value = Bool;
        return IsBool;
    }

    /// <summary>The entry of a dictionary.</summary>
    public bool TryGetValue(string key, out JinjaValue value)
    {
        value = default;
        return Ref is DictObject dictionary && dictionary.TryGet(key, out value);
    }

    /// <summary>The items of a list or tuple; nothing for every other kind.</summary>
    public IEnumerable<JinjaValue> Items() => Ref is SequenceObject sequence ? sequence.Snapshot() : [];

    /// <summary>The entries of a dictionary in their order; keys that are not text are left out.</summary>
    public IEnumerable<KeyValuePair<string, JinjaValue>> Entries() =>
        Ref is DictObject dictionary
            ? dictionary.Snapshot().Where(e => e.Key.IsTextual).Select(e => KeyValuePair.Create(e.Key.Text, e.Value))
            : [];

    /// <summary>The value as a template prints it, without escaping. Undefined gives nothing.</summary>
    public override string ToString() => Python.Str(this);
}
