namespace Carillon.Quotas;

/// <summary>
/// What was counted within the last minute, second by second:
/// <code>
/// second   … 57 58 59 60 61 …      at 61 what was counted in second 0 is forgotten, at 60 it still counts:
/// counted     0  3  0  7  1        within no 60 seconds, wherever they begin, is it more than the limit
/// </code>
/// A slot stands for one second, and there are 61 of them, the present one included. Thread-safe.
/// </summary>
internal sealed class MinuteWindow(TimeProvider time)
{
    public const int Slots = 61;

    private readonly Lock _lock = new();
    private readonly int[] _counts = new int[Slots];
    private long _second = Now(time);
    private int _sum;

    /// <summary>Takes what is left, <paramref name="wanted"/> at most.</summary>
    public int Take(int wanted, int limit, out long second)
    {
        lock (_lock)
        {
            Advance();
            second = _second;
            var taken = Math.Clamp(limit - _sum, 0, wanted);
            _counts[second % Slots] += taken;
            _sum += taken;
            return taken;
        }
    }

    /// <summary>Gives back what was taken in a second for what did not happen.</summary>
    public void GiveBack(int count, long second)
    {
        lock (_lock)
        {
            Advance();
            if (_second - second >= Slots) return;
            _counts[second % Slots] -= count;
            _sum -= count;
        }
    }

    /// <summary>How many are left, and how long it is until there is one more than now; zero when there is nothing to wait for.</summary>
    public (int Left, TimeSpan Wait) Look(int limit)
    {
        lock (_lock)
        {
            Advance();
            var left = Math.Max(0, limit - _sum);
            // The oldest go first: so many must go that one may come.
            var over = _sum - limit + 1;
            for (var age = Slots - 1; over > 0 && age >= 0; age--)
            {
                over -= _second >= age ? _counts[(_second - age) % Slots] : 0;
                if (over <= 0) return (left, TimeSpan.FromSeconds(Slots - age));
            }

            return (left, TimeSpan.Zero);
        }
    }

    // By the monotonic clock: nobody gains a minute by setting the other one. From 61 on, so that no second lies before the first.
    private static long Now(TimeProvider time) => Slots + (time.GetTimestamp() / time.TimestampFrequency);

    private void Advance()
    {
        var now = Now(time);
        if (now <= _second) return;
        if (now - _second >= Slots)
        {
            Array.Clear(_counts);
            _sum = 0;
        }
        else
        {
            for (var second = _second + 1; second <= now; second++)
            {
                _sum -= _counts[second % Slots];
                _counts[second % Slots] = 0;
            }
        }

        _second = now;
    }
}
