namespace Carillon.Alerts;

/// <summary>Who of a tenant is told, and from which figures on. Stored as one JSON document.</summary>
public sealed record AlertSettings
{
    public const int MaxRecipients = 20;
    public const int MaxThresholds = 10;

    /// <summary>What holds where nobody has said anything: everything is watched, and nobody told.</summary>
    public static readonly AlertSettings Default = new();

    public IReadOnlyList<AlertRecipient> Recipients { get; init; } = [];

    /// <summary>What is watched. Default: everything.</summary>
    public IReadOnlyList<AlertKind> Kinds { get; init; } = [AlertKind.Limit, AlertKind.Budget, AlertKind.Circuit, AlertKind.DeliveryRate, AlertKind.Queue];

    /// <summary>Percent of a limit or budget, 1 to 100. Default 80, 95 and 100.</summary>
    public IReadOnlyList<int> Thresholds { get; init; } = [80, 95, 100];

    public DeliveryThresholds DeliveryRate { get; init; } = new();

    public QueueThresholds Queue { get; init; } = new();

    /// <summary>1, and one more with each change; 0 where there are none of the tenant's own.</summary>
    public int Version { get; init; }
}

/// <summary>One who is told: by exactly one of the two.</summary>
/// <param name="Kinds">Only of these; null for all that are watched.</param>
public sealed record AlertRecipient(string? Email, string? Webhook, IReadOnlyList<AlertKind>? Kinds);

/// <summary>When too little of what a provider sends arrives.</summary>
public sealed record DeliveryThresholds
{
    /// <summary>Percent. Default 80.</summary>
    public int Floor { get; init; } = 80;

    /// <summary>Points of percent below the day before. Default 20.</summary>
    public int Drop { get; init; } = 20;

    /// <summary>Of fewer messages in the last half hour nothing is said. Default 50.</summary>
    public int MinMessages { get; init; } = 50;
}

/// <summary>When a queue (a channel and priority of a tenant) is too long.</summary>
public sealed record QueueThresholds
{
    /// <summary>Waiting messages are counted up to twice the threshold, once a minute: more would cost too much.</summary>
    public const int MaxMessages = 100_000;

    /// <summary>How long due work may wait. Default 15 minutes.</summary>
    public TimeSpan Oldest { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>How many due messages may wait before growth is an alert. Default 10,000.</summary>
    public int Messages { get; init; } = 10_000;
}
