using System.Text.Json.Nodes;

namespace Carillon.Client;

/// <summary>A version of a template. A draft can be changed; what was published never changes.</summary>
public sealed record TemplateVersion
{
    public int Version { get; init; }

    public required string VersionId { get; init; }

    /// <summary>Null in lists.</summary>
    public string? TemplateId { get; init; }

    /// <summary><c>draft</c> or <c>published</c>.</summary>
    public required string Status { get; init; }

    /// <summary>1, and one more with each change of the draft: what <c>ifRevision</c> of a change is held against.</summary>
    public int Revision { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? PublishedAt { get; init; }

    public string? Syntax { get; init; }

    /// <summary>Empty in lists.</summary>
    public IReadOnlyList<TemplateVariable> Variables { get => field ?? []; init; }

    /// <summary>Empty in lists.</summary>
    public IReadOnlyList<TemplateVariant> Variants { get => field ?? []; init; }

    public IReadOnlyDictionary<string, string>? Includes { get; init; }
}

/// <summary>How a template is to be tried.</summary>
public sealed record TemplateTestRequest
{
    /// <summary>The one in use by default, or the newest draft where none is.</summary>
    public int? Version { get; init; }

    /// <summary>In the place of the declared samples.</summary>
    public JsonObject? Variables { get; init; }

    /// <summary>Only its variants.</summary>
    public string? Channel { get; init; }

    /// <summary>Only the variant that a recipient of this locale gets.</summary>
    public string? Locale { get; init; }

    /// <summary>An address of the channel to which the result is sent.</summary>
    public string? To { get; init; }
}

/// <summary>What a template came to.</summary>
public sealed record TemplateTest
{
    public required string TemplateId { get; init; }

    public int Version { get; init; }

    public IReadOnlyList<RenderedVariant> Variants { get => field ?? []; init; }

    /// <summary>Null when it was not to be sent.</summary>
    public AcceptedNotification? Sent { get; init; }
}

public sealed record RenderedVariant
{
    public required string Channel { get; init; }

    public string? Locale { get; init; }

    public string? Subject { get; init; }

    public string? Text { get; init; }

    public string? Html { get; init; }

    public IReadOnlyList<RenderError> Errors { get => field ?? []; init; }
}

/// <summary>Why a part could not be rendered, and where.</summary>
public sealed record RenderError(string Part, string Message, string? Template, int Line, int Column, string? SourceLine);

internal sealed record TemplateRollback(int? Version);
