namespace Carillon.Messages;

/// <summary>
/// When a message is tried again: exponential backoff with full jitter. The wait before attempt n+1 is drawn evenly from
/// [0, min(<see cref="MaxDelay"/>, <see cref="BaseDelay"/> · 2^(n-1))]: with the defaults up to 10 s, 20 s, 40 s … 1 h.
/// Full jitter, so that what failed together does not come back together.
/// </summary>
public sealed record RetryPolicy
{
    /// <summary>Sends per message, the first included; anew after a retry by hand. Default 20, at least 1.</summary>
    public int MaxAttempts { get; init; } = 20;

    /// <summary>No attempt starts later than this after the message was made (or was due, or was retried by hand). Default 24 hours.</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromHours(24);

    public TimeSpan BaseDelay { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromHours(1);

    /// <param name="attempts">Attempts made, from 1.</param>
    /// <param name="sample">A number in [0, 1).</param>
    public TimeSpan Delay(int attempts, double sample)
    {
        var exponent = Math.Clamp(attempts - 1, 0, 30);
        var ceiling = Math.Min(MaxDelay.TotalMilliseconds, BaseDelay.TotalMilliseconds * (1L << exponent));
        return TimeSpan.FromMilliseconds(ceiling * sample);
    }

    /// <summary>The time of the next attempt, or null when the message has had its chances.</summary>
    /// <param name="notBefore">What the gateway asked for (Retry-After); it is respected even beyond <see cref="MaxDelay"/>.</param>
    /// <param name="limitedUntil">As for <see cref="IsTooOld"/>.</param>
    public DateTimeOffset? Next(
        OutboundMessage message, int attempts, DateTimeOffset now, DateTimeOffset? notBefore, double sample, DateTimeOffset? limitedUntil = null)
    {
        var counted = attempts - message.AttemptsBefore;
        if (counted >= MaxAttempts) return null;
        var next = now + Delay(counted, sample);
        if (notBefore is { } floor && floor > next) next = floor;
        return next - Begun(message, limitedUntil) > MaxAge ? null : next;
    }

    /// <summary>True once no attempt may start any more.</summary>
    /// <param name="limitedUntil">Until when limits of its providers held it, or hold it: it has not grown old by that.</param>
    public bool IsTooOld(OutboundMessage message, DateTimeOffset now, DateTimeOffset? limitedUntil = null) => now - Begun(message, limitedUntil) > MaxAge;

    private static DateTimeOffset Begun(OutboundMessage message, DateTimeOffset? limitedUntil) =>
        limitedUntil is { } until && until > message.BegunAt ? until : message.BegunAt;
}
