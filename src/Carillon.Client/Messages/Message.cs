using System.Text.Json;
using System.Text.Json.Serialization;

namespace Carillon.Client;

/// <summary>A message: one channel, one address, one state.</summary>
public sealed record Message
{
    public required string Id { get; init; }

    public required string NotificationId { get; init; }

    /// <summary><c>outbound</c>, or <c>inbound</c> for what was received.</summary>
    public string? Direction { get; init; }

    public required string Channel { get; init; }

    public required string Address { get; init; }

    public string? RecipientId { get; init; }

    /// <summary>One of <see cref="KnownStatuses"/>.</summary>
    public required string Status { get; init; }

    /// <summary>Why it is held, or has ended so.</summary>
    public string? Reason { get; init; }

    /// <summary>The step of the notification's plan to which it belongs, from 0.</summary>
    public int Step { get; init; }

    public string? ProviderId { get; init; }

    /// <summary>The gateway's own id of it.</summary>
    public string? ExternalId { get; init; }

    public decimal? Cost { get; init; }

    public string? Currency { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? DueAt { get; init; }

    public DateTimeOffset? SentAt { get; init; }

    /// <summary>When it was last sent again by hand.</summary>
    public DateTimeOffset? RetriedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    public int AttemptCount { get; init; }

    /// <summary>Of a text as SMS, once it is rendered: <c>GSM-7</c> or <c>UCS-2</c>; null in lists.</summary>
    public string? Encoding { get; init; }

    /// <summary>In how many parts it goes as SMS; null in lists.</summary>
    public int? Segments { get; init; }

    /// <summary>Why it has not been sent yet; null in lists, and at its end.</summary>
    public MessageWait? Waiting { get; init; }

    /// <summary>Its attempts, with the gateway's words; null in lists.</summary>
    public IReadOnlyList<TraceEntry>? Attempts { get; init; }

    /// <summary>What gateways reported about it later; null in lists.</summary>
    public IReadOnlyList<MessageEvent>? Events { get; init; }

    /// <summary>Everything that was decided about it; null in lists.</summary>
    public IReadOnlyList<TraceEntry>? Trace { get; init; }
}

/// <summary>What a message waits for.</summary>
/// <param name="Why"><c>turn</c>, <c>due</c>, <c>retry</c>, <c>no_provider</c>, <c>full</c>, <c>resting</c>, <c>limit</c> or <c>stopped</c>.</param>
/// <param name="Until">When that ends at the earliest, as far as it is known.</param>
/// <param name="Words">The same as a sentence.</param>
public sealed record MessageWait(string Why, DateTimeOffset? Until, string Words)
{
    /// <summary>Every provider of its channel, as it stands to the message now.</summary>
    public IReadOnlyList<PreviewedProvider> Providers { get => field ?? []; init; }
}

/// <summary>Something that happened to a message.</summary>
public sealed record TraceEntry
{
    public DateTimeOffset At { get; init; }

    /// <summary>What: <c>accepted</c>, <c>routed</c>, <c>attempt</c> …</summary>
    public required string Kind { get; init; }

    /// <summary>The same as a sentence.</summary>
    public string? Words { get; init; }

    /// <summary>Whatever else was noted with it.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement> Details { get; set; } = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
}

/// <summary>What a gateway reported about a message.</summary>
public sealed record MessageEvent
{
    /// <summary>
    /// <c>deferred</c>, <c>delivered</c>, <c>read</c>, <c>opened</c>, <c>clicked</c>, <c>failed</c>, <c>bounced</c>, <c>complained</c>,
    /// <c>unsubscribed</c>, <c>replied</c>, <c>confirmed</c> or <c>sent</c>.
    /// </summary>
    public required string Type { get; init; }

    public DateTimeOffset At { get; init; }

    public DateTimeOffset RecordedAt { get; init; }

    public string? ProviderId { get; init; }

    public string? Detail { get; init; }

    /// <summary>What was clicked.</summary>
    public string? Url { get; init; }
}

/// <summary>A message that goes out again.</summary>
public sealed record RetriedMessage(string Id, string Status);

/// <summary>What a message said.</summary>
public sealed record MessageContent
{
    public required string MessageId { get; init; }

    public string? Subject { get; init; }

    public string? Text { get; init; }

    public string? Html { get; init; }

    /// <summary>Whether rendering it again gave what was sent; null when it was not rendered.</summary>
    public bool? Unchanged { get; init; }

    /// <summary>Why the content cannot be shown; null when it is.</summary>
    public string? Unavailable { get; init; }
}

/// <summary>Which messages. What is null does not narrow.</summary>
public sealed record MessageQuery
{
    public string? Status { get; init; }

    public string? Channel { get; init; }

    public string? RecipientId { get; init; }

    public string? Address { get; init; }

    public string? TemplateId { get; init; }

    public string? Category { get; init; }

    public string? ProviderId { get; init; }

    public string? RelatedType { get; init; }

    public string? RelatedId { get; init; }

    public string? BatchId { get; init; }

    /// <summary><c>outbound</c> or <c>inbound</c>.</summary>
    public string? Direction { get; init; }

    public DateTimeOffset? CreatedAfter { get; init; }

    public DateTimeOffset? CreatedBefore { get; init; }

    /// <summary>Rows that are fetched at once: 1 to 500, 50 by default.</summary>
    public int? PageSize { get; init; }
}
