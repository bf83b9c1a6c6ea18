using Carillon.Dispatch;

namespace Carillon.Templates;

/// <summary>A template as a caller gives it, before it is compiled. Field names in faults are those of the HTTP API.</summary>
public sealed record TemplateDraft
{
    /// <summary>The caller's own name for it in requests; unique within the tenant.</summary>
    public required string Key { get; init; }

    public required string Name { get; init; }

    public string? Description { get; init; }

    public string? Category { get; init; }

    public string? Type { get; init; }

    public bool IsActive { get; init; } = true;

    public required TemplateDocument Document { get; init; }
}

/// <summary>What became of a draft.</summary>
public abstract record TemplateCreation
{
    private TemplateCreation()
    {
    }

    public sealed record Created(Template Template) : TemplateCreation;

    /// <summary>It does not compile, or does not fit its declarations; every fault, with line and column.</summary>
    public sealed record Refused(IReadOnlyList<FieldFault> Faults) : TemplateCreation;
}
