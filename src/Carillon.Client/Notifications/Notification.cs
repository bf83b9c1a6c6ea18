using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Carillon.Client;

/// <summary>A notification that is durably stored: from now on it is delivered, or reaches a final state with a reason.</summary>
public sealed record AcceptedNotification
{
    public required string Id { get; init; }

    public required string Status { get; init; }

    /// <summary>The messages of its first step.</summary>
    public IReadOnlyList<AcceptedMessage> Messages { get => field ?? []; init; }
}

public sealed record AcceptedMessage
{
    public required string Id { get; init; }

    public required string Channel { get; init; }

    public required string Address { get; init; }

    public required string Status { get; init; }
}

/// <summary>A notification as lists show it.</summary>
public record NotificationSummary
{
    public required string Id { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public string? RecipientId { get; init; }

    public string? Category { get; init; }

    public string? Priority { get; init; }

    public string? OnUnknown { get; init; }

    public DateTimeOffset? ScheduledAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public string? BatchId { get; init; }

    public string? TemplateVersionId { get; init; }

    public Related? Related { get; init; }

    public IReadOnlyList<string> Tags { get => field ?? []; init; }

    public IReadOnlyList<Message> Messages { get => field ?? []; init; }
}

/// <summary>A notification alone, with what it was made of.</summary>
public sealed record Notification : NotificationSummary
{
    public JsonObject? TemplateVariables { get; init; }

    public IReadOnlyList<string> SecretVariables { get => field ?? []; init; }

    public JsonObject? Metadata { get; init; }
}

/// <summary>What became of a wish to cancel.</summary>
public sealed record Cancellation
{
    public required string Id { get; init; }

    public IReadOnlyList<CancelledMessage> Messages { get => field ?? []; init; }
}

public sealed record CancelledMessage
{
    public required string Id { get; init; }

    public required string Channel { get; init; }

    /// <summary><c>cancelled</c>, <c>in_flight</c> (too late to know), or the final state that it had already.</summary>
    public required string Status { get; init; }
}

/// <summary>What would be sent: nothing was stored, and nothing goes out.</summary>
public sealed record NotificationPreview
{
    [JsonExtensionData]
    public IDictionary<string, JsonElement> Fields { get; set; } = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
}
