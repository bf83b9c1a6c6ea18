using Carillon.Channels;

namespace Carillon.Providers;

/// <summary>How a provider did within one quarter hour.</summary>
/// <param name="Begin">When the quarter hour begins.</param>
/// <param name="Times">How long the sends took, whatever came of them.</param>
/// <param name="Observed">For how long of it nodes that sent through the provider watched its circuit; several nodes add up.</param>
/// <param name="Down">Of that, how long the circuit was not closed.</param>
public sealed record ProviderQuarter(
    Guid ProviderId, DateTimeOffset Begin, SendCounts Sends, LatencyHistogram Times, TimeSpan Observed, TimeSpan Down);

/// <summary>Sends by their outcome.</summary>
public readonly record struct SendCounts(long Accepted, long Rejected, long Unavailable, long RetryAfter, long Unknown)
{
    public long Total => Accepted + Rejected + Unavailable + RetryAfter + Unknown;

    public static SendCounts operator +(SendCounts one, SendCounts other) => new(
        one.Accepted + other.Accepted, one.Rejected + other.Rejected, one.Unavailable + other.Unavailable, one.RetryAfter + other.RetryAfter,
        one.Unknown + other.Unknown);

    internal SendCounts With(SendOutcome outcome) => outcome switch
    {
        SendOutcome.Accepted => this with { Accepted = Accepted + 1 },
        SendOutcome.Rejected => this with { Rejected = Rejected + 1 },
        SendOutcome.Unavailable => this with { Unavailable = Unavailable + 1 },
        SendOutcome.RetryAfter => this with { RetryAfter = RetryAfter + 1 },
        _ => this with { Unknown = Unknown + 1 },
    };
}
