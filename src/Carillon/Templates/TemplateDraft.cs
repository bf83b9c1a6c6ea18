using Carillon.Messages;

namespace Carillon.Templates;

/// <summary>A template as a caller wants it, before it is checked.</summary>
public sealed record TemplateDraft
{
    public string? Key { get; init; }

    /// <summary>Null: the key.</summary>
    public string? Name { get; init; }

    public string? Description { get; init; }

    public string? Category { get; init; }

    public string? Type { get; init; }

    public bool IsActive { get; init; } = true;

    public ContentSyntax Syntax { get; init; } = ContentSyntax.Jinja;

    /// <summary>Null: declared from what the content uses.</summary>
    public IReadOnlyList<TemplateVariable>? Variables { get; init; }

    public IReadOnlyList<TemplateVariant> Variants { get; init; } = [];
}
