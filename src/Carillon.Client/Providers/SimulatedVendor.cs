namespace Carillon.Client;

/// <summary>How a simulated vendor behaves. Rates are from 0 to 1; what is null takes its default.</summary>
public sealed record SimulatedVendor
{
    public double? LatencyMs { get; init; }

    /// <summary>How many requests the vendor answers with a failure of its own.</summary>
    public double? FailureRate { get; init; }

    public double? RejectRate { get; init; }

    public double? ThrottleRate { get; init; }

    /// <summary>How many it takes without an answer: the connection breaks.</summary>
    public double? LostAnswerRate { get; init; }

    /// <summary>How many it takes, and reports as undelivered later.</summary>
    public double? UndeliveredRate { get; init; }

    /// <summary>When the throttled may come back.</summary>
    public double? RetryAfterMs { get; init; }

    public double? ReportAfterMs { get; init; }

    /// <summary>Everything fails.</summary>
    public bool? Outage { get; init; }

    /// <summary>With which it signs its callbacks: the provider's Auth Token, signature secret, callback token or signing key.</summary>
    public string? Secret { get; init; }

    /// <summary>Where replies go, and reports that a request gives no address for; below the installation's <c>public_url</c>.</summary>
    public string? CallbackUrl { get; init; }
}

/// <summary>A message that a simulated vendor took.</summary>
public sealed record SimulatedVendorMessage
{
    public required string Id { get; init; }

    public required string From { get; init; }

    public required string To { get; init; }

    public required string Text { get; init; }

    public string? Reference { get; init; }

    public DateTimeOffset At { get; init; }

    /// <summary>What was reported, and what the callback was answered.</summary>
    public IReadOnlyList<string> Reports { get => field ?? []; init; }
}

/// <summary>What a person writes.</summary>
/// <param name="To">One of the account's numbers.</param>
public sealed record SimulatedReply(string From, string To, string Text);

/// <param name="Callback">What the callback was answered, or why there was none.</param>
public sealed record SimulatedCallback(string Callback);
