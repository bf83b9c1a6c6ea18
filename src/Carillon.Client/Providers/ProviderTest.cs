namespace Carillon.Client;

internal sealed record ProviderTestRequest(string To, string? From);

/// <summary>How a test message went, in the gateway's own words.</summary>
public sealed record ProviderTest
{
    public required string ProviderId { get; init; }

    /// <summary><c>accepted</c>, <c>rejected</c>, <c>unavailable</c>, <c>retry_after</c> or <c>unknown</c>.</summary>
    public required string Outcome { get; init; }

    public string? Answer { get; init; }

    public string? ExternalId { get; init; }

    public double? RetryAfterSeconds { get; init; }

    public decimal? Cost { get; init; }

    public string? Currency { get; init; }

    public double DurationMs { get; init; }

    /// <summary>What to look at, where it failed in a usual way.</summary>
    public IReadOnlyList<string> Advice { get => field ?? []; init; }

    /// <summary>What was said, the provider's secrets masked; empty for gateways that speak to nobody.</summary>
    public ProviderExchange Exchange { get => field ?? new(); init; }
}
