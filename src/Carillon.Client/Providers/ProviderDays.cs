namespace Carillon.Client;

/// <summary>How a provider did, day by day, on all nodes together.</summary>
/// <param name="TimeZone">IANA name of the zone whose days they are.</param>
/// <param name="Days">Earliest first.</param>
/// <param name="Total">All of them together.</param>
public sealed record ProviderDays(string ProviderId, string TimeZone, IReadOnlyList<ProviderDay> Days, ProviderFigures Total);

/// <summary>A day of the provider's time zone.</summary>
public sealed record ProviderDay : ProviderFigures
{
    public required DateOnly Date { get; init; }
}

/// <summary>How a provider did within a time.</summary>
public record ProviderFigures
{
    public DateTimeOffset BeginsAt { get; init; }

    /// <summary>Exclusive.</summary>
    public DateTimeOffset EndsAt { get; init; }

    /// <summary>Attempts; by what the gateway answered in those that follow.</summary>
    public long Sends { get; init; }

    public long Accepted { get; init; }

    public long Rejected { get; init; }

    public long Unavailable { get; init; }

    public long RetryAfter { get; init; }

    public long Unknown { get; init; }

    /// <summary>Accepted or rejected, of all sends: 0 to 1. Null without a send.</summary>
    public double? SuccessRate { get; init; }

    /// <summary>1 less the share of <see cref="DownSeconds"/> in <see cref="ObservedSeconds"/>; null where nothing was observed.</summary>
    public double? Availability { get; init; }

    /// <summary>How long nodes watched the circuit: each for the quarter hours in which it sent.</summary>
    public double ObservedSeconds { get; init; }

    /// <summary>Of that, how long the circuit was not closed.</summary>
    public double DownSeconds { get; init; }

    public double? P50Ms { get; init; }

    public double? P95Ms { get; init; }

    public double? P99Ms { get; init; }

    /// <summary>Messages that came to a status through the provider, as those that follow; receipts count when they come.</summary>
    public long Sent { get; init; }

    public long Delivered { get; init; }

    public long Read { get; init; }

    public long Failed { get; init; }

    public long Bounced { get; init; }

    /// <summary>Delivered of sent. Null where nothing was sent, or no receipt came.</summary>
    public double? DeliveryRate { get; init; }
}
