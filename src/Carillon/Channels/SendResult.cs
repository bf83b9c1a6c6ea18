namespace Carillon.Channels;

public enum SendOutcome : byte
{
    /// <summary>The gateway has taken responsibility for it.</summary>
    Accepted,

    /// <summary>Final for this message: no provider is tried again.</summary>
    Rejected,

    /// <summary>This provider cannot now, and has certainly not taken it: the next one is tried.</summary>
    Unavailable,

    /// <summary>The gateway asks for time, for this message or for all.</summary>
    RetryAfter,

    /// <summary>It may have been taken. <c>on_unknown</c> decides.</summary>
    Unknown,
}

/// <summary>What a gateway says of one attempt.</summary>
/// <param name="Answer">The gateway's own words, only of fields that the gateway names; never an echo of the body.</param>
/// <param name="IsForAll">The time that is asked for is for all that goes to this gateway, not for this message alone.</param>
public readonly record struct SendResult(
    SendOutcome Outcome,
    string? Answer = null,
    string? ExternalId = null,
    TimeSpan? Delay = null,
    decimal? Cost = null,
    string? Currency = null,
    bool IsForAll = false)
{
    public static SendResult Accepted(string? answer = null, string? externalId = null, decimal? cost = null, string? currency = null) =>
        new(SendOutcome.Accepted, answer, externalId, null, cost, currency);

    public static SendResult Rejected(string answer) => new(SendOutcome.Rejected, answer);

    public static SendResult Unavailable(string answer) => new(SendOutcome.Unavailable, answer);

    /// <param name="delay">What the gateway asks for; null leaves it to the retry policy.</param>
    public static SendResult RetryAfter(string answer, TimeSpan? delay = null) => new(SendOutcome.RetryAfter, answer, Delay: delay);

    /// <summary>Too much was sent: the gateway has not taken this one and wants no other either, before the time is over.</summary>
    /// <param name="delay">What it asks for; null when it does not say.</param>
    public static SendResult Throttled(string answer, TimeSpan? delay = null) => new(SendOutcome.RetryAfter, answer, Delay: delay, IsForAll: true);

    public static SendResult Unknown(string answer) => new(SendOutcome.Unknown, answer);
}

public static class SendOutcomeNames
{
    public static readonly Messages.WireNames<SendOutcome> All = new(
        (SendOutcome.Accepted, "accepted"),
        (SendOutcome.Rejected, "rejected"),
        (SendOutcome.Unavailable, "unavailable"),
        (SendOutcome.RetryAfter, "retry_after"),
        (SendOutcome.Unknown, "unknown"));
}
