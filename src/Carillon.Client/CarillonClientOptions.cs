namespace Carillon.Client;

/// <summary>
/// How a client waits and repeats. What is repeated: reads, changes that may be done twice, and sending, which carries an idempotency key
/// that all attempts share, so that the server does it once. Making a key, a tenant or a sender is repeated only where the server said that
/// it had done nothing (429, 503).
/// </summary>
public sealed record CarillonClientOptions
{
    /// <summary>Repetitions after the first attempt. Default 4, 0 to 20; 0 turns them off.</summary>
    public int MaxRetries { get; init; } = 4;

    /// <summary>
    /// The longest wait before the second attempt; it doubles with each one after. The wait is drawn evenly from nothing to that, so that many
    /// clients do not come back together. Default 200 ms, up to 1 minute.
    /// </summary>
    public TimeSpan BaseDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest wait between two attempts, unless the server asks for more by <c>Retry-After</c>. Default 10 s, up to 1 hour.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The longest <c>Retry-After</c> that is waited for; beyond it the refusal is thrown at once, and says when to come back. Default 1 minute,
    /// up to 1 day.
    /// </summary>
    public TimeSpan MaxRetryAfter { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long one attempt may take, its answer included. Default 100 s, 1 ms to 1 day.</summary>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(100);

    /// <summary>The clock by which it waits; the system's.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Every fault, one line each; empty when the options are good.</summary>
    internal IReadOnlyList<string> Check()
    {
        var faults = new List<string>();
        if (MaxRetries is < 0 or > 20) faults.Add(FormattableString.Invariant($"MaxRetries is {MaxRetries}; it must lie between 0 and 20."));
        Range(nameof(BaseDelay), BaseDelay, TimeSpan.Zero, TimeSpan.FromMinutes(1));
        Range(nameof(MaxDelay), MaxDelay, TimeSpan.Zero, TimeSpan.FromHours(1));
        Range(nameof(MaxRetryAfter), MaxRetryAfter, TimeSpan.Zero, TimeSpan.FromDays(1));
        Range(nameof(AttemptTimeout), AttemptTimeout, TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(1));
        return faults;

        void Range(string name, TimeSpan value, TimeSpan least, TimeSpan most)
        {
            if (value < least || value > most) faults.Add(FormattableString.Invariant($"{name} is {value}; it must lie between {least} and {most}."));
        }
    }
}
