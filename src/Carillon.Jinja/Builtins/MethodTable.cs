using System.Collections.Frozen;
using Carillon.Jinja.Values;

namespace Carillon.Jinja.Builtins;

/// <summary>The methods of the built-in types, by type and name.</summary>
internal static class MethodTable
{
    private static readonly FrozenDictionary<string, Method> Text = Freeze(TextMethods.All());
    private static readonly FrozenDictionary<string, Method> Markup = Freeze(MarkupMethods.All());
    private static readonly FrozenDictionary<string, Method> List = Freeze(SequenceMethods.ForLists());
    private static readonly FrozenDictionary<string, Method> Tuple = Freeze(SequenceMethods.ForTuples());
    private static readonly FrozenDictionary<string, Method> Dict = Freeze(DictMethods.All());
    private static readonly FrozenDictionary<string, Method> Integer = Freeze(NumberMethods.ForIntegers());
    private static readonly FrozenDictionary<string, Method> Float = Freeze(NumberMethods.ForFloats());
    private static readonly FrozenDictionary<string, Method> Bytes = Freeze(BytesMethods.All());

    public static Method? Find(ValueKind kind, string name) => kind switch
    {
        ValueKind.Str => Text.GetValueOrDefault(name),
        ValueKind.Markup => Markup.GetValueOrDefault(name),
        ValueKind.List => List.GetValueOrDefault(name),
        ValueKind.Tuple => Tuple.GetValueOrDefault(name),
        ValueKind.Dict => Dict.GetValueOrDefault(name),
        ValueKind.Bool or ValueKind.Int or ValueKind.BigInt => Integer.GetValueOrDefault(name),
        ValueKind.Float => Float.GetValueOrDefault(name),
        ValueKind.Bytes => Bytes.GetValueOrDefault(name),
        _ => null,
    };

    private static FrozenDictionary<string, Method> Freeze(IEnumerable<Method> methods) => methods.ToFrozenDictionary(m => m.Name, StringComparer.Ordinal);
}
