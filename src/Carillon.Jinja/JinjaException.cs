using System.Globalization;

namespace Carillon.Jinja;

/// <summary>What all errors of templates have in common: where it is, and in Jinja's words what it is.</summary>
public abstract class JinjaException : Exception
{
    protected JinjaException(string message)
        : base(message)
    {
    }

    protected JinjaException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The class of the error as Jinja or Python names it, such as <c>UndefinedError</c> or <c>ZeroDivisionError</c>.</summary>
    public abstract string ErrorName { get; }

    /// <summary>The template the error stands in; null for a template without a name.</summary>
    public string? TemplateName { get; private set; }

    /// <summary>The line, counted from 1; 0 where no place is known.</summary>
    public int Line { get; private set; }

    /// <summary>The column of the construct, counted from 1 in code points; 0 where no place is known.</summary>
    public int Column { get; private set; }

    /// <summary>The text of that line; null where no place is known.</summary>
    public string? SourceLine { get; private set; }

    /// <summary>What went wrong, without the place.</summary>
    public string Reason => base.Message;

    public override string Message => Line == 0
        ? base.Message
        : string.Create(CultureInfo.InvariantCulture, $"{base.Message} ({TemplateName ?? "template"}, line {Line}, column {Column}: {SourceLine?.Trim()})");

    internal void Locate(string? templateName, int line, int column, string? sourceLine)
    {
        if (Line != 0 || line == 0) return;
        (TemplateName, Line, Column, SourceLine) = (templateName, line, column, sourceLine);
    }
}

/// <summary>The template is not valid Jinja.</summary>
public class TemplateSyntaxException(string message) : JinjaException(message)
{
    public override string ErrorName => "TemplateSyntaxError";
}

/// <summary>The template is well-formed, but names what does not exist, such as an unknown filter.</summary>
public sealed class TemplateAssertionException(string message) : TemplateSyntaxException(message)
{
    public override string ErrorName => "TemplateAssertionError";
}

/// <summary>Rendering failed. <see cref="ErrorName"/> tells Python's class where it is one of Python's errors.</summary>
public class TemplateRuntimeException : JinjaException
{
    private readonly string _errorName;

    public TemplateRuntimeException(string message, string errorName = "TemplateRuntimeError")
        : base(message) => _errorName = errorName;

    public TemplateRuntimeException(string message, string errorName, Exception? innerException)
        : base(message, innerException) => _errorName = errorName;

    public override string ErrorName => _errorName;
}

/// <summary>An undefined value was used where a value is needed.</summary>
public sealed class UndefinedException(string message) : TemplateRuntimeException(message, "UndefinedError");

/// <summary>The template reached for something the sandbox forbids.</summary>
public sealed class SandboxException(string message) : TemplateRuntimeException(message, "SecurityError");

/// <summary>A filter was given arguments it cannot take.</summary>
public sealed class FilterArgumentException(string message) : TemplateRuntimeException(message, "FilterArgumentError");

/// <summary>The loader does not know the template.</summary>
public class TemplateNotFoundException(string message) : JinjaException(message)
{
    public override string ErrorName => "TemplateNotFound";
}

/// <summary>The loader knows none of the templates asked for.</summary>
public sealed class TemplatesNotFoundException(string message) : TemplateNotFoundException(message)
{
    public override string ErrorName => "TemplatesNotFound";
}

/// <summary>A render was stopped because it went over one of its limits. The template or its data must change; trying again does not help.</summary>
public sealed class LimitExceededException(JinjaLimit limit, string message) : JinjaException(message)
{
    public JinjaLimit Limit { get; } = limit;

    public override string ErrorName => "LimitExceeded";
}

/// <summary>The bounds of a render.</summary>
public enum JinjaLimit
{
    Steps,
    Bytes,
    Recursion,
    Duration,
}
