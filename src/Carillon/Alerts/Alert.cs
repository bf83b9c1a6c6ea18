using Carillon.Messages;

namespace Carillon.Alerts;

/// <summary>Something that an operator should know of: raised once, and resolved when it is over.</summary>
public sealed record Alert
{
    /// <summary>Whose operators it is for: the provider's tenant, or that of the queue.</summary>
    public required TenantId Tenant { get; init; }

    public required Guid Id { get; init; }

    public required AlertKind Kind { get; init; }

    public required AlertSeverity Severity { get; init; }

    /// <summary>What it is about, as text. Of the tenant's open alerts no two have the same.</summary>
    public required string Key { get; init; }

    /// <summary>Its key names a window of time: it is never raised again, not even after it was resolved.</summary>
    public bool IsOnce { get; init; }

    public Guid? ProviderId { get; init; }

    public required AlertFacts Facts { get; init; }

    public required DateTimeOffset RaisedAt { get; init; }

    /// <summary>When it was last found to be so.</summary>
    public required DateTimeOffset SeenAt { get; init; }

    /// <summary>Null while it is open.</summary>
    public DateTimeOffset? ResolvedAt { get; init; }

    /// <summary>Why it is over, in a sentence.</summary>
    public string? Resolution { get; init; }

    /// <summary>How often it was raised, itself included, each time within a day of the one before. Set by the store.</summary>
    public int Repeats { get; init; } = 1;

    /// <summary>When all recipients had been told that it was raised; null before.</summary>
    public DateTimeOffset? RaisedToldAt { get; init; }

    /// <summary>Likewise, that it is over.</summary>
    public DateTimeOffset? ResolvedToldAt { get; init; }

    public string PublicId => Messages.PublicId.Format(Messages.PublicId.Alert, Id);
}

/// <summary>What an alert says, as it was when it was raised. Stored as one JSON document.</summary>
public sealed record AlertFacts
{
    /// <summary>One line.</summary>
    public required string Summary { get; init; }

    /// <summary>What is the matter, with the figures.</summary>
    public required string Detail { get; init; }

    /// <summary>What to do about it.</summary>
    public required string Remedy { get; init; }

    /// <summary>The provider's name.</summary>
    public string? Provider { get; init; }

    public Channel? Channel { get; init; }

    public Priority? Priority { get; init; }

    /// <summary>Of a limit or budget: <c>hour</c>, <c>day</c>, <c>month</c>, <c>daily_budget</c>, <c>monthly_budget</c>.</summary>
    public string? Window { get; init; }

    public DateTimeOffset? WindowStart { get; init; }

    /// <summary>When the window ends.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>What was crossed: percent of a limit, percent that is delivered, or in <see cref="Unit"/>.</summary>
    public decimal? Threshold { get; init; }

    public decimal? Value { get; init; }

    public decimal? Limit { get; init; }

    /// <summary>Of <see cref="Value"/> and <see cref="Limit"/>: <c>messages</c>, <c>percent</c>, <c>seconds</c>, <c>failures</c>, or a currency.</summary>
    public string? Unit { get; init; }
}

/// <summary>What alerts are about. Stored; the numbers never change.</summary>
public enum AlertKind : byte
{
    /// <summary>A provider has used so much of a limit of an hour, a day or a month.</summary>
    Limit = 1,

    /// <summary>Likewise of its budget.</summary>
    Budget = 2,

    /// <summary>A provider failed several times in a row, and rests.</summary>
    Circuit = 3,

    /// <summary>Of what a provider sends, less arrives.</summary>
    DeliveryRate = 4,

    /// <summary>Messages wait too long, or too many.</summary>
    Queue = 5,
}

/// <summary>Stored; the numbers never change.</summary>
public enum AlertSeverity : byte
{
    Warning = 1,

    /// <summary>Messages do not leave, or soon will not.</summary>
    Critical = 2,
}

public static class AlertNames
{
    public static readonly WireNames<AlertKind> Kinds = new(
        (AlertKind.Limit, "limit"),
        (AlertKind.Budget, "budget"),
        (AlertKind.Circuit, "circuit"),
        (AlertKind.DeliveryRate, "delivery_rate"),
        (AlertKind.Queue, "queue"));

    public static readonly WireNames<AlertSeverity> Severities = new((AlertSeverity.Warning, "warning"), (AlertSeverity.Critical, "critical"));

    public static readonly WireNames<AlertState> States = new((AlertState.Open, "open"), (AlertState.Resolved, "resolved"));

    public static readonly WireNames<AlertPhase> Events = new((AlertPhase.Raised, "alert.raised"), (AlertPhase.Resolved, "alert.resolved"));
}

/// <summary>How alerts are filtered.</summary>
public enum AlertState
{
    Open,
    Resolved,
}

/// <summary>What operators are told of.</summary>
public enum AlertPhase
{
    Raised,
    Resolved,
}
