using System.Text.Json.Nodes;

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

    public IReadOnlyList<Message> Messages { get => field ?? []; init; }
}

/// <summary>A notification alone, with what it was made of.</summary>
public sealed record Notification : NotificationSummary
{
    public JsonObject? TemplateVariables { get; init; }

    public IReadOnlyList<string> SecretVariables { get => field ?? []; init; }

    public JsonObject? Metadata { get; init; }

    public IReadOnlyList<string> Tags { get => field ?? []; init; }
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
    public string? RecipientId { get; init; }

    public string? Category { get; init; }

    public string? Priority { get; init; }

    public string? OnUnknown { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public string? TemplateVersionId { get; init; }

    /// <summary>The messages of every step.</summary>
    public IReadOnlyList<PreviewedMessage> Messages { get => field ?? []; init; }

    /// <summary>What it would cost.</summary>
    public CostForecast? Forecast { get; init; }

    /// <summary>What would be accepted and is perhaps not meant so.</summary>
    public IReadOnlyList<ApiFault> Warnings { get => field ?? []; init; }
}

public sealed record PreviewedMessage
{
    public int Step { get; init; }

    public required string Channel { get; init; }

    public required string Address { get; init; }

    /// <summary>Null for later steps, which begin when the one before comes to nothing.</summary>
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>The locale of the template's variant that was used, <c>default</c>, or <c>content</c> for what came with the request.</summary>
    public string? Variant { get; init; }

    public string? Subject { get; init; }

    public string? Text { get; init; }

    public string? Html { get; init; }

    /// <summary>Of a text as SMS: <c>GSM-7</c> or <c>UCS-2</c>.</summary>
    public string? Encoding { get; init; }

    /// <summary>In how many segments it would go as SMS.</summary>
    public int? Segments { get; init; }

    /// <summary>What it would cost at the provider that would be tried first, or else at the first that may have it later; null where nobody knows.</summary>
    public decimal? Cost { get; init; }

    public string? Currency { get; init; }

    /// <summary>Why it would fail, with the line of the template.</summary>
    public IReadOnlyList<ApiFault> Errors { get => field ?? []; init; }

    /// <summary>The provider that would be tried first.</summary>
    public string? ProviderId { get; init; }

    public IReadOnlyList<PreviewedProvider> Providers { get => field ?? []; init; }
}

/// <summary>A provider that was thought of.</summary>
/// <param name="Why"><c>serves</c>, <c>next</c>, or why it would not be tried.</param>
/// <param name="Until">Where it rests or is limited: until when.</param>
public sealed record PreviewedProvider(string Id, string Name, string Kind, string Why, DateTimeOffset? Until)
{
    /// <summary>Why, as a sentence.</summary>
    public string? Words { get; init; }

    /// <summary>Which limit is used up.</summary>
    public string? Limit { get; init; }

    /// <summary>Where it does not serve the number: what it serves.</summary>
    public IReadOnlyList<string>? Countries { get; init; }

    /// <summary>For one segment, or for the message.</summary>
    public decimal? Price { get; init; }

    /// <summary><c>message</c> or <c>segment</c>.</summary>
    public string? Per { get; init; }

    /// <summary>Of the whole message.</summary>
    public decimal? Cost { get; init; }

    public string? Currency { get; init; }
}

/// <summary>What messages would cost; steps that begin only when one before comes to nothing are not counted.</summary>
/// <param name="Unpriced">Messages for which nobody knows: no provider, or no price.</param>
public sealed record CostForecast(int Unpriced)
{
    public IReadOnlyList<MoneyAmount> Costs { get => field ?? []; init; }
}

/// <param name="Currency">ISO 4217.</param>
public sealed record MoneyAmount(decimal Amount, string Currency);
