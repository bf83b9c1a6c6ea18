namespace Carillon.Jinja.Values;

/// <summary>Python's own errors, as a render reports them.</summary>
internal static class Errors
{
    public static TemplateRuntimeException Type(string message) => new(message, "TypeError");

    public static TemplateRuntimeException Value(string message) => new(message, "ValueError");

    public static TemplateRuntimeException Overflow(string message) => new(message, "OverflowError");

    public static TemplateRuntimeException ZeroDivision(string message) => new(message, "ZeroDivisionError");

    public static TemplateRuntimeException Key(string message) => new(message, "KeyError");

    public static TemplateRuntimeException Index(string message) => new(message, "IndexError");

    public static TemplateRuntimeException Attribute(string message) => new(message, "AttributeError");

    public static TemplateRuntimeException Assertion(string message) => new(message, "AssertionError");

    public static TemplateRuntimeException Lookup(string message) => new(message, "LookupError");
}
