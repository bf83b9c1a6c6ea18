using Carillon.Jinja.Builtins;
using Carillon.Jinja.Execution;

namespace Carillon.Jinja.Values;

/// <summary>Attributes and items as Jinja looks them up: <c>a.b</c> tries the attribute first, <c>a["b"]</c> the item.</summary>
internal static class Access
{
    /// <summary>What every Python object has and the sandbox does not show.</summary>
    private static readonly HashSet<string> Internals = new(StringComparer.Ordinal)
    {
        "__class__", "__delattr__", "__dir__", "__doc__", "__eq__", "__format__", "__ge__", "__getattribute__", "__getstate__", "__gt__", "__hash__",
        "__init__", "__init_subclass__", "__le__", "__lt__", "__ne__", "__new__", "__reduce__", "__reduce_ex__", "__repr__", "__setattr__",
        "__sizeof__", "__str__", "__subclasshook__",
    };

    private static readonly HashSet<string> ContainerInternals = new(StringComparer.Ordinal)
    {
        "__len__", "__getitem__", "__contains__", "__iter__", "__add__", "__mul__", "__rmul__", "__setitem__", "__delitem__", "__reversed__",
        "__iadd__", "__imul__", "__class_getitem__", "__or__", "__ror__", "__ior__", "__mod__", "__rmod__", "__getnewargs__", "__html__",
    };

    private static readonly HashSet<string> FunctionInternals = new(StringComparer.Ordinal)
    {
        "__call__", "__name__", "__qualname__", "__self__", "__module__", "__globals__", "__code__", "__closure__", "__defaults__", "__dict__",
        "__func__", "__kwdefaults__", "__annotations__", "__builtins__", "__get__", "__text_signature__",
    };

    public static JinjaValue Attribute(RenderState state, JinjaValue owner, NameKey name)
    {
        if (owner.Ref is DictObject dictionary)
        {
            // A method hides an entry of its name, as in Python.
            if (MethodTable.Find(ValueKind.Dict, name.Name) is { } method) return JinjaValue.From(new BoundMethod(owner, method));
            if (name.Name[0] == '_' && IsUnsafe(state, owner, name.Name)) return state.UnsafeMember(owner, name.Name);
            if (name.Name == "__class__" && TryAttribute(state, owner, name.Name, out var type)) return type;
            return dictionary.TryGet(name, out var value) ? value : state.UndefinedMember(owner, name.Name);
        }
        return Attribute(state, owner, name.Name);
    }

    public static JinjaValue Attribute(RenderState state, JinjaValue owner, string name)
    {
        if (name.StartsWith('_') && IsUnsafe(state, owner, name)) return state.UnsafeMember(owner, name);
        if (owner.Ref is UndefinedValue undefined && name != "__class__") return OfUndefined(undefined, owner);
        if (TryAttribute(state, owner, name, out var value)) return value;
        if (owner.Ref is ObjectValue container && container is not SequenceObject && container.TryGetItem(state, name, out value)) return value;
        return state.UndefinedMember(owner, name);
    }

    public static JinjaValue Item(RenderState state, JinjaValue owner, JinjaValue key)
    {
        if (owner.Ref is UndefinedValue undefined) return OfUndefined(undefined, owner);
        if (TryItem(state, owner, key, out var value)) return value;
        if (key.IsTextual)
        {
            var name = key.Text;
            if (name.StartsWith('_') && IsUnsafe(state, owner, name)) return state.UnsafeMember(owner, name);
            if (TryAttribute(state, owner, name, out value)) return value;
        }
        return state.UndefinedMember(owner, key);
    }

    private static JinjaValue OfUndefined(UndefinedValue undefined, JinjaValue value) =>
        undefined.Mode == UndefinedKind.Chainable ? value : throw undefined.Error();

    public static bool TryItem(RenderState state, JinjaValue owner, JinjaValue key, out JinjaValue value)
    {
        value = default;
        if (owner.IsTextual)
        {
            if (!Python.TryIndex(key, out var index)) return false;
            var text = owner.Text;
            var length = PythonText.Length(text);
            if (index < 0) index += length;
            if (index < 0 || index >= length) return false;
            value = JinjaValue.FromText(PythonText.Substring(text, index, 1), owner.IsMarkup);
            return true;
        }
        if (owner.Ref is BytesText bytes && Python.TryIndex(key, out var at))
        {
            if (at < 0) at += bytes.Bytes.Length;
            value = at >= 0 && at < bytes.Bytes.Length ? bytes.Bytes[at] : 0;
            return at >= 0 && at < bytes.Bytes.Length;
        }
        if (owner.Ref is DictObject dictionary) return key.Kind is not (ValueKind.List or ValueKind.Dict) && dictionary.TryGet(key, out value);
        return owner.Ref is ObjectValue container && container.TryGetItem(state, key, out value);
    }

    public static bool TryAttribute(RenderState state, JinjaValue owner, string name, out JinjaValue value)
    {
        if (MethodTable.Find(owner.Kind, name) is { } method)
        {
            value = JinjaValue.From(new BoundMethod(owner, method));
            return true;
        }
        if (name == "__class__" && !state.Options.Sandbox)
        {
            value = JinjaValue.From(new TypeObject(Python.TypeName(owner)));
            return true;
        }
        if (owner.Ref is ObjectValue other) return other.TryGetAttribute(state, name, out value);
        return NumberMethods.TryProperty(owner, name, out value);
    }

    /// <summary>Whether the sandbox hides a name that Python would find.</summary>
    private static bool IsUnsafe(RenderState state, JinjaValue owner, string name)
    {
        if (!state.Options.Sandbox) return false;
        if (Internals.Contains(name)) return true;
        if (ContainerInternals.Contains(name)) return owner.Ref is SequenceObject or DictObject or UndefinedValue || owner.IsTextual;
        return FunctionInternals.Contains(name) && owner.Ref is CallableObject;
    }
}
