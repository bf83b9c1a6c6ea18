namespace Carillon.Nodes;

/// <summary>
/// The clock of a shared store, as far as it is known here: the machine's own, moved by what heartbeats find. A node whose clock is
/// minutes off so does no harm: what is due, and how old it is, goes by one clock for all. Timers and timestamps are the machine's.
/// </summary>
internal sealed class StoreClock(TimeProvider machine) : TimeProvider
{
    /// <summary>Less than this is the journey's own uncertainty.</summary>
    private static readonly TimeSpan Noise = TimeSpan.FromMilliseconds(50);

    private long _offset;

    public TimeSpan Offset => TimeSpan.FromTicks(Interlocked.Read(ref _offset));

    public override TimeZoneInfo LocalTimeZone => machine.LocalTimeZone;

    public override long TimestampFrequency => machine.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => machine.GetUtcNow() + Offset;

    public override long GetTimestamp() => machine.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        machine.CreateTimer(callback, state, dueTime, period);

    /// <param name="storeTime">What the store's clock showed.</param>
    /// <param name="journey">How long asking took: the answer is taken for half as old.</param>
    public void Learn(DateTimeOffset storeTime, TimeSpan journey)
    {
        var offset = storeTime + (journey / 2) - machine.GetUtcNow();
        if ((offset - Offset).Duration() > Noise + (journey / 2)) Interlocked.Exchange(ref _offset, offset.Ticks);
    }
}
