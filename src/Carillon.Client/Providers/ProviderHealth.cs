namespace Carillon.Client;

/// <summary>How a provider does: of the last five minutes, on the node that answered.</summary>
public sealed record ProviderHealth
{
    /// <summary><c>closed</c> (all is well), <c>open</c> (it rests after failures) or <c>half_open</c> (one send probes it).</summary>
    public required string Circuit { get; init; }

    /// <summary>Until when it rests.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Failures in a row.</summary>
    public int Failures { get; init; }

    public long Sends { get; init; }

    /// <summary>How many of these were accepted, or rejected for good: 0 to 1. Null without sends.</summary>
    public double? SuccessRate { get; init; }

    public double? P50Ms { get; init; }

    public double? P95Ms { get; init; }

    public double? P99Ms { get; init; }

    /// <summary>Sends under way.</summary>
    public int UnderWay { get; init; }

    /// <summary>The last ones, newest first.</summary>
    public IReadOnlyList<ProviderError> LastErrors { get => field ?? []; init; }
}

/// <param name="Answer">The gateway's own words.</param>
public sealed record ProviderError(DateTimeOffset At, string Outcome, string? Answer);

/// <summary>How much of a limit is used.</summary>
/// <param name="Window"><c>second</c>, <c>minute</c>, <c>hour</c>, <c>day</c>, <c>month</c>, <c>daily_budget</c> or <c>monthly_budget</c>.</param>
/// <param name="Used">Messages, or money.</param>
/// <param name="Currency">Of money; else null.</param>
public sealed record ProviderUsage(string Window, decimal Used, decimal Limit, string? Currency, DateTimeOffset ResetsAt);
