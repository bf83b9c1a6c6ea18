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

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

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

    public DateTimeOffset? PublishedAt { get; init; }
}

/// <summary>What is stored of a version, as one JSON document.</summary>
public sealed record TemplateDocument
{
    public ContentSyntax Syntax { get; init; } = ContentSyntax.Jinja;

    public IReadOnlyList<TemplateVariable> Variables { get; init; } = [];

    public required IReadOnlyList<TemplateVariant> Variants { get; init; }
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
