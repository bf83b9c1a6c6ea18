using System.Text.Json;

namespace Carillon.Messages;

/// <summary>
/// What a caller asked for, as it was accepted: whom to reach, with what content, under which conditions. Immutable once made;
/// shared by its messages.
/// </summary>
public sealed class Notification
{
    public required TenantId Tenant { get; init; }

    public required Guid Id { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The caller's own id of the contact; null when bare addresses were given.</summary>
    public string? ContactId { get; init; }

    /// <summary>The published version that was current when the notification was accepted; null for literal content.</summary>
    public Guid? TemplateVersionId { get; init; }

    /// <summary>The template's variables: one JSON object in UTF-8, without the secret ones. Empty for none.</summary>
    public ReadOnlyMemory<byte> Variables { get; init; }

    /// <summary>The secret variables: one JSON object, encrypted for storage; erased once the message is sent. Null for none.</summary>
    public byte[]? Secrets { get; init; }

    /// <summary>Literal content, and whatever a caller says that few callers say. Null when there is none of it.</summary>
    public NotificationDetails? Details { get; init; }

    public string? Category { get; init; }

    public Priority Priority { get; init; } = Priority.Normal;

    public OnUnknown OnUnknown { get; init; }

    public DateTimeOffset? ScheduledAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>All steps, the first included; null when there is only one.</summary>
    public Plan? Plan { get; init; }

    public string? Locale { get; init; }

    public string? RelatedType { get; init; }

    public string? RelatedId { get; init; }

    public Guid? BatchId { get; init; }

    /// <summary>About how many bytes it holds in memory.</summary>
    internal long Size => field != 0 ? field : field = NotificationSize.Of(this);

    /// <summary>The messages of the first step. Set once, by the intake, before the notification is stored.</summary>
    public IReadOnlyList<OutboundMessage> Messages { get; set; } = [];
}

/// <summary>The seldom used parts of a notification, stored as one JSON document.</summary>
public sealed record NotificationDetails
{
    public MessageContent? Content { get; init; }

    /// <summary>Content that stands in for <see cref="Content"/>, or for the template's, on one channel.</summary>
    public Dictionary<Channel, MessageContent>? Overrides { get; init; }

    public string? From { get; init; }

    public string? ReplyTo { get; init; }

    public string? RecipientName { get; init; }

    /// <summary>Of a message that came in: which of our addresses it was sent to.</summary>
    public string? ReceivedBy { get; init; }

    public Dictionary<string, string>? Headers { get; init; }

    public List<AttachmentReference>? Attachments { get; init; }

    public JsonElement? Metadata { get; init; }

    public List<string>? Tags { get; init; }

    /// <summary>Names of the variables that were given as secret, so that they can be shown as such after they were erased.</summary>
    public List<string>? SecretVariables { get; init; }
}

/// <summary>Content given with the request. <see cref="Syntax"/> says whether it is a template.</summary>
public sealed record MessageContent
{
    public string? Subject { get; init; }

    public string? Text { get; init; }

    public string? Html { get; init; }

    public ContentSyntax Syntax { get; init; }
}

/// <summary>How content is to be read. Stored; the numbers never change.</summary>
public enum ContentSyntax : byte
{
    /// <summary>Literally.</summary>
    None = 0,

    Jinja = 1,

    /// <summary>Only <c>{name}</c> of a known variable is replaced, so that CSS and JSON stay whole.</summary>
    Simple = 2,
}

public static class ContentSyntaxNames
{
    public static readonly WireNames<ContentSyntax> All = new(
        (ContentSyntax.None, "none"), (ContentSyntax.Jinja, "jinja"), (ContentSyntax.Simple, "simple"));
}

/// <summary>An attachment by the SHA-256 of its bytes, which are stored once.</summary>
public sealed record AttachmentReference(string FileName, string ContentType, string Hash, long Size);
