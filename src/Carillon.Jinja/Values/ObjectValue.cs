using Carillon.Jinja.Execution;

namespace Carillon.Jinja.Values;

/// <summary>Every value that is not a scalar: what a template may do with it is exactly what it overrides.</summary>
internal abstract class ObjectValue(ValueKind kind = ValueKind.Other) : Boxed(kind)
{
    /// <summary>Python's name of the type, for messages.</summary>
    public abstract string TypeName { get; }

    public virtual bool Truth => true;

    /// <summary>What <c>len</c> gives, or -1 where the object has no length.</summary>
    public virtual int Length => -1;

    public virtual bool IsIterable => false;

    public virtual bool IsCallable => false;

    /// <summary>True for what autoescape prints as it is.</summary>
    public virtual bool IsHtml => false;

    /// <summary>True for what Python's <c>reversed</c> takes.</summary>
    public virtual bool IsReversible => false;

    public virtual IEnumerator<JinjaValue> Iterate(RenderState? state) => throw Errors.Type($"'{TypeName}' object is not iterable");

    public virtual bool TryGetAttribute(RenderState state, string name, out JinjaValue value)
    {
        value = default;
        return false;
    }

    public virtual bool TryGetItem(RenderState state, JinjaValue key, out JinjaValue value)
    {
        value = default;
        return false;
    }

    public virtual JinjaValue Call(RenderState state, in CallArguments arguments) => throw Errors.Type($"'{TypeName}' object is not callable");

    public virtual void WriteRepr(ReprWriter writer) => writer.Append($"<{TypeName} object>");

    public virtual void WriteStr(ReprWriter writer) => WriteRepr(writer);

    public virtual bool ValueEquals(RenderState? state, ObjectValue other) => ReferenceEquals(this, other);

    public virtual int ValueHash() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);
}

/// <summary>The arguments of a call, with the named ones told apart.</summary>
internal readonly ref struct CallArguments(ReadOnlySpan<JinjaValue> positional, ReadOnlySpan<string> names, ReadOnlySpan<JinjaValue> named)
{
    public readonly ReadOnlySpan<JinjaValue> Positional = positional;
    public readonly ReadOnlySpan<string> Names = names;
    public readonly ReadOnlySpan<JinjaValue> Named = named;

    public static CallArguments Of(ReadOnlySpan<JinjaValue> positional) => new(positional, [], []);
}
