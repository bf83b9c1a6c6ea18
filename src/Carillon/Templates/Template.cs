using System.Text.Json;
using Carillon.Messages;

namespace Carillon.Templates;

/// <summary>Named content with a variant per channel and locale.</summary>
public sealed record Template
{
    public required TenantId Tenant { get; init; }

    public required Guid Id { get; init; }

    /// <summary>The caller's own name for it in requests (<c>welcome</c>); unique within the tenant.</summary>
    public required string Key { get; init; }

    public required string Name { get; init; }

    public string? Description { get; init; }

    public string? Category { get; init; }

    public string? Type { get; init; }

    public bool IsActive { get; init; } = true;

    /// <summary>1, and one more with each change of the template itself, publishing included.</summary>
    public int Revision { get; init; } = 1;

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Null while it is there. The key of a deleted one is free again; its versions stay.</summary>
    public DateTimeOffset? DeletedAt { get; init; }

    /// <summary>The version that new notifications are bound to; null before the first is published.</summary>
    public TemplateVersion? Published { get; init; }
}

/// <summary>The content of a template at one time. A published version never changes.</summary>
public sealed record TemplateVersion
{
    public required Guid Id { get; init; }

    public required Guid TemplateId { get; init; }

    /// <summary>1, 2, 3 …</summary>
    public required int Number { get; init; }

    public required TemplateDocument Document { get; init; }

    /// <summary>1, and one more with each change; it changes no more once it is published.</summary>
    public int Revision { get; init; } = 1;

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Null for a draft.</summary>
    public DateTimeOffset? PublishedAt { get; init; }
}

/// <summary>A version in a list, without its content.</summary>
public sealed record TemplateVersionSummary(Guid Id, int Number, int Revision, DateTimeOffset CreatedAt, DateTimeOffset? PublishedAt);

/// <summary>What is stored of a version, as one JSON document.</summary>
public sealed record TemplateDocument
{
    public ContentSyntax Syntax { get; init; } = ContentSyntax.Jinja;

    public IReadOnlyList<TemplateVariable> Variables { get; init; } = [];

    public required IReadOnlyList<TemplateVariant> Variants { get; init; }

    /// <summary>
    /// By their keys the versions of all templates that this one includes, extends or imports, and of those that they do: fixed when it
    /// was published. Null for none, and for a draft.
    /// </summary>
    public IReadOnlyDictionary<string, Guid>? Includes { get; init; }
}

/// <summary>A declared variable. <see cref="Type"/> is <c>string</c>, <c>number</c>, <c>boolean</c>, <c>array</c>, <c>object</c> or <c>any</c>.</summary>
public sealed record TemplateVariable
{
    public required string Name { get; init; }

    public string Type { get; init; } = "any";

    public bool Required { get; init; }

    public bool Secret { get; init; }

    public JsonElement? Sample { get; init; }
}

/// <summary>The content for one channel and locale; a null locale serves every locale that has no variant of its own.</summary>
public sealed record TemplateVariant
{
    public required Channel Channel { get; init; }

    public string? Locale { get; init; }

    public string? Subject { get; init; }

    public string? Text { get; init; }

    public string? Html { get; init; }
}
