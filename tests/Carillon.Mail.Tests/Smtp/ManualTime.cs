namespace Carillon.Mail.Tests.Smtp;

/// <summary>A clock that moves when told; timers that fall due run at once, each period on its own.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<Timer> _timers = [];
    private long _ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref _ticks);

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(GetTimestamp());

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        lock (_gate) _timers.Add(timer);
        return timer;
    }

    public void Advance(TimeSpan time)
    {
        long end = GetTimestamp() + time.Ticks;
        while (true)
        {
            Timer? next;
            lock (_gate) next = _timers.Where(t => t.Due <= end).MinBy(t => t.Due);
            if (next is null) break;
            Interlocked.Exchange(ref _ticks, Math.Max(next.Due, GetTimestamp()));
            next.Fire();
        }

        Interlocked.Exchange(ref _ticks, end);
    }

    /// <summary>Lets time pass until the task is done, however late what it waits for gets going.</summary>
    public async Task<T> AdvanceUntilAsync<T>(Task<T> task)
    {
        while (!task.IsCompleted)
        {
            Advance(TimeSpan.FromSeconds(30));
            await Task.Yield();
        }

        return await task;
    }

    private sealed class Timer(ManualTime owner, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period;

        public long Due { get; private set; } = long.MaxValue;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            _period = period;
            Due = dueTime == Timeout.InfiniteTimeSpan ? long.MaxValue : owner.GetTimestamp() + dueTime.Ticks;
            return true;
        }

        public void Fire()
        {
            Due = _period > TimeSpan.Zero ? Due + _period.Ticks : long.MaxValue;
            callback(state);
        }

        public void Dispose()
        {
            Due = long.MaxValue;
            lock (owner._gate) owner._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
