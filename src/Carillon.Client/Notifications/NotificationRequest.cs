using System.Text.Json.Nodes;

namespace Carillon.Client;

/// <summary>
/// What to send. Whom: <see cref="RecipientId"/> or <see cref="Recipient"/>. What: <see cref="TemplateId"/>, or content in
/// <see cref="Subject"/>, <see cref="Message"/> and <see cref="Html"/>. What is left null, the server decides.
/// </summary>
public sealed record NotificationRequest
{
    /// <summary>A known contact, by your own id.</summary>
    public string? RecipientId { get; init; }

    /// <summary>A contact to make or update (with an id), or bare addresses (without).</summary>
    public Recipient? Recipient { get; init; }

    /// <summary>One of <see cref="KnownChannels"/>. Without it and the list the recipient's addresses decide.</summary>
    public string? Channel { get; init; }

    public IReadOnlyList<string>? Channels { get; init; }

    /// <summary><c>all</c> (a message on each channel, the default) or <c>fallback</c> (one after the other).</summary>
    public string? Delivery { get; init; }

    /// <summary>How long a step of a fallback may take to reach <see cref="Until"/>, in ISO 8601 (<c>PT2H</c>).</summary>
    public string? FallbackAfter { get; init; }

    /// <summary><c>sent</c> (the default), <c>delivered</c>, <c>read</c> or <c>confirmed</c>.</summary>
    public string? Until { get; init; }

    /// <summary>A template's id or key.</summary>
    public string? TemplateId { get; init; }

    public JsonObject? TemplateVariables { get; init; }

    /// <summary>Names of variables that are encrypted, and erased once the message is sent.</summary>
    public IReadOnlyList<string>? SecretVariables { get; init; }

    public string? Subject { get; init; }

    public string? Message { get; init; }

    public string? Html { get; init; }

    /// <summary>How content is read: <c>none</c> (literally, the default), <c>jinja</c> or <c>simple</c>.</summary>
    public string? Syntax { get; init; }

    /// <summary>Other content on single channels, by channel.</summary>
    public IReadOnlyDictionary<string, ContentOverride>? Overrides { get; init; }

    public string? From { get; init; }

    public string? ReplyTo { get; init; }

    public IReadOnlyList<Attachment>? Attachments { get; init; }

    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    public string? Category { get; init; }

    /// <summary>One of <see cref="KnownPriorities"/>.</summary>
    public string? Priority { get; init; }

    /// <summary><c>resend</c> (the default) or <c>stop</c>: what to do when a gateway may or may not have taken the message.</summary>
    public string? OnUnknown { get; init; }

    public DateTimeOffset? ScheduledAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public Related? Related { get; init; }

    public JsonObject? Metadata { get; init; }

    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>
    /// Makes a repetition harmless for 24 hours, also one by another process. Left null, the client makes one for its own repetitions.
    /// </summary>
    public string? IdempotencyKey { get; init; }
}

/// <summary>Whom to reach.</summary>
public sealed record Recipient
{
    public string? Id { get; init; }

    public string? Name { get; init; }

    public string? Email { get; init; }

    public string? Phone { get; init; }

    public string? Locale { get; init; }

    public string? Timezone { get; init; }

    public JsonObject? Attributes { get; init; }

    /// <summary>Addresses of other channels: device tokens, webhook URLs, chat handles.</summary>
    public IReadOnlyList<RecipientAddress>? Addresses { get; init; }
}

public sealed record RecipientAddress(string Channel, string Identifier);

public sealed record ContentOverride
{
    public string? Subject { get; init; }

    public string? Message { get; init; }

    public string? Html { get; init; }

    public string? Syntax { get; init; }
}

/// <summary>A file that goes with a message: its bytes, or the <see cref="Id"/> of one that was stored before.</summary>
public sealed record Attachment
{
    /// <summary>Of a stored attachment (<c>att_…</c>).</summary>
    public string? Id { get; init; }

    public string? Filename { get; init; }

    public string? ContentType { get; init; }

    public byte[]? Content { get; init; }
}

/// <summary>What a notification is about, in the caller's own terms: its log can be searched by it.</summary>
public sealed record Related(string Type, string Id);
