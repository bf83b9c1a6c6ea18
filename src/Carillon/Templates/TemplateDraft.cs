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

    /// <summary>False leaves the first version a draft: it is not compiled, and nothing can be sent of it.</summary>
    public bool Publish { get; init; } = true;

    public required TemplateDocument Document { get; init; }
}

/// <summary>What of a template is not in its versions.</summary>
public sealed record TemplateDetails
{
    /// <summary>Null for the one that it has.</summary>
    public string? Key { get; init; }

    /// <summary>Null for the one that it has.</summary>
    public string? Name { get; init; }

    public string? Description { get; init; }

    public string? Category { get; init; }

    public string? Type { get; init; }

    public bool IsActive { get; init; } = true;
}

/// <summary>What became of a draft.</summary>
public abstract record TemplateCreation
{
    private TemplateCreation()
    {
    }

    public sealed record Created(Template Template, TemplateVersion Version) : TemplateCreation;

    /// <summary>It does not compile, or does not fit its declarations; every fault, with line and column.</summary>
    public sealed record Refused(IReadOnlyList<FieldFault> Faults) : TemplateCreation;

    /// <summary>The same idempotency key made one before; <paramref name="Answer"/> is what was answered then.</summary>
    public sealed record Replayed(ReadOnlyMemory<byte> Answer) : TemplateCreation;

    /// <summary>The idempotency key stands for another request.</summary>
    public sealed record KeyReused : TemplateCreation;
}

/// <summary>What became of a change of a template.</summary>
public abstract record TemplateChange
{
    private TemplateChange()
    {
    }

    public sealed record Changed(Template Template) : TemplateChange;

    public sealed record Refused(IReadOnlyList<FieldFault> Faults) : TemplateChange;

    public sealed record NotFound : TemplateChange;

    /// <summary>It is no longer at the revision that the change was made for.</summary>
    public sealed record Stale(int Revision) : TemplateChange;
}

/// <summary>What became of a new draft, or of a change of one.</summary>
public abstract record DraftChange
{
    private DraftChange()
    {
    }

    public sealed record Stored(TemplateVersion Version) : DraftChange;

    public sealed record Refused(IReadOnlyList<FieldFault> Faults) : DraftChange;

    /// <summary>There is no such template, or no such version.</summary>
    public sealed record NotFound : DraftChange;

    /// <summary>It is published, and changes no more.</summary>
    public sealed record Published : DraftChange;

    /// <summary>It is no longer at the revision that the change was made for.</summary>
    public sealed record Stale(int Revision) : DraftChange;

    /// <summary>The same idempotency key made one before; <paramref name="Answer"/> is what was answered then.</summary>
    public sealed record Replayed(ReadOnlyMemory<byte> Answer) : DraftChange;

    /// <summary>The idempotency key stands for another request.</summary>
    public sealed record KeyReused : DraftChange;
}
