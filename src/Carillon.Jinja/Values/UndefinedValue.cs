namespace Carillon.Jinja.Values;

/// <summary>What a name or an attribute that is not there gives. It knows what was asked for, to say so when it is used.</summary>
internal sealed class UndefinedValue(UndefinedKind mode, string? hint, JinjaValue owner, JinjaValue name, bool unsafeAccess = false)
    : Boxed(ValueKind.Undefined)
{
    public static readonly UndefinedValue Anonymous = new(UndefinedKind.Default, "value is undefined", JinjaValue.Missing, default);

    public UndefinedKind Mode { get; } = mode;

    public TemplateRuntimeException Error()
    {
        var message = hint ?? Describe();
        return unsafeAccess ? new SandboxException(message) : new UndefinedException(message);
    }

    private string Describe()
    {
        if (owner.IsMissing) return $"{Python.Repr(name)} is undefined";
        var type = owner.IsNone ? "None" : $"{Python.TypeName(owner)} object";
        return name.IsTextual ? $"'{type}' has no attribute {Python.Repr(name)}" : $"{type} has no element {Python.Repr(name)}";
    }
}
