namespace Carillon.Tests;

/// <summary>A clock that runs as all clocks do, and can be put forward; timers that it passes fire.</summary>
internal sealed class JumpingTime : TimeProvider, IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<JumpingTimer> _timers = [];
    private readonly DateTimeOffset _begin;
    private readonly long _started = System.GetTimestamp();
    private readonly Timer _tick;
    private TimeSpan _jumped;

    public JumpingTime(DateTimeOffset begin)
    {
        _begin = begin;
        _tick = new Timer(_ => Fire(), null, TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(5));
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock) return _begin + System.GetElapsedTime(_started) + _jumped;
    }

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public void JumpTo(DateTimeOffset time)
    {
        lock (_lock)
        {
            var by = time - GetUtcNow();
            if (by > TimeSpan.Zero) _jumped += by;
        }

        Fire();
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new JumpingTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        lock (_lock) _timers.Add(timer);
        return timer;
    }

    public void Dispose() => _tick.Dispose();

    private void Fire()
    {
        List<JumpingTimer> due;
        lock (_lock)
        {
            var now = GetUtcNow();
            due = _timers.FindAll(t => t.Due <= now);
            foreach (var timer in due) timer.Due = timer.Period > TimeSpan.Zero ? now + timer.Period : null;
        }

        foreach (var timer in due) timer.Fire();
    }

    private sealed class JumpingTimer(JumpingTime time, Action fire) : ITimer
    {
        public DateTimeOffset? Due { get; set; }

        public TimeSpan Period { get; private set; }

        public void Fire() => fire();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._lock)
            {
                Due = dueTime < TimeSpan.Zero ? null : time.GetUtcNow() + dueTime;
                Period = period;
            }

            return true;
        }

        public void Dispose()
        {
            lock (time._lock) time._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
