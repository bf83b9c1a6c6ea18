using System.Text.Json;

namespace Carillon.Client;

/// <summary>A template to make.</summary>
public sealed record TemplateDraft
{
    /// <summary>The name by which notifications call it.</summary>
    public required string Key { get; init; }

    public string? Name { get; init; }

    public string? Description { get; init; }

    public string? Category { get; init; }

    public string? Type { get; init; }

    public bool? IsActive { get; init; }

    /// <summary><c>jinja</c> (the default), <c>simple</c> or <c>none</c>.</summary>
    public string? Syntax { get; init; }

    public IReadOnlyList<TemplateVariable>? Variables { get; init; }

    public required IReadOnlyList<TemplateVariant> Variants { get; init; }

    /// <summary>False leaves the first version a draft.</summary>
    public bool? Publish { get; init; }
}

/// <summary>What is not in the versions of a template. What is left null takes its default; key and name stay.</summary>
public sealed record TemplateDetails
{
    public string? Key { get; init; }

    public string? Name { get; init; }

    public string? Description { get; init; }

    public string? Category { get; init; }

    public string? Type { get; init; }

    public bool? IsActive { get; init; }
}

/// <summary>The content of a version.</summary>
public sealed record TemplateContent
{
    /// <summary><c>jinja</c> (the default), <c>simple</c> or <c>none</c>.</summary>
    public string? Syntax { get; init; }

    public IReadOnlyList<TemplateVariable>? Variables { get; init; }

    public required IReadOnlyList<TemplateVariant> Variants { get; init; }
}

/// <summary>A variable that a template declares.</summary>
public sealed record TemplateVariable
{
    public required string Name { get; init; }

    public string? Type { get; init; }

    public bool? Required { get; init; }

    /// <summary>Encrypted, and erased once the message is sent.</summary>
    public bool? Secret { get; init; }

    public JsonElement? Sample { get; init; }
}

/// <summary>What a template says on one channel, in one language.</summary>
public sealed record TemplateVariant
{
    public required string Channel { get; init; }

    public string? Locale { get; init; }

    public string? Subject { get; init; }

    public string? Text { get; init; }

    public string? Html { get; init; }
}

/// <summary>A template with its published version.</summary>
public sealed record Template
{
    public required string Id { get; init; }

    public required string Key { get; init; }

    public required string Name { get; init; }

    public string? Description { get; init; }

    public string? Category { get; init; }

    public string? Type { get; init; }

    public bool IsActive { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>The published version's number; null while there is none.</summary>
    public int? Version { get; init; }

    public string? VersionId { get; init; }

    public DateTimeOffset? PublishedAt { get; init; }

    public string? Syntax { get; init; }

    public IReadOnlyList<TemplateVariable> Variables { get => field ?? []; init; }

    public IReadOnlyList<TemplateVariant> Variants { get => field ?? []; init; }

    /// <summary>By key the versions that it includes, as they were fixed when it was published.</summary>
    public IReadOnlyDictionary<string, string>? Includes { get; init; }

    /// <summary>1, and one more with each change: what <c>ifRevision</c> of a change is held against.</summary>
    public int Revision { get; init; }
}
