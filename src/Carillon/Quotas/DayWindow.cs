using Carillon.Allowances;
using Carillon.Storage;

namespace Carillon.Quotas;

/// <summary>
/// What is left of a day (UTC), for all nodes together: reserved in the store, portion by portion, before it is used. What a node has
/// reserved and not used is lost for the day when it crashes, and is not there for others meanwhile: a hundredth of the limit at most.
/// Thread-safe.
/// </summary>
/// <param name="id">Under which the store counts: a key's id, or one made of a tenant's number.</param>
internal sealed class DayWindow(Guid id, ILimitStore store, TimeProvider time)
{
    private const int Portions = 100;
    private const int LargestPortion = 1000;

    /// <summary>How long an empty day is believed: another node may give back what it did not use.</summary>
    private static readonly TimeSpan Belief = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _reserving = new(1, 1);
    private DateTimeOffset _day;
    private long _portion;

    /// <summary>What all nodes have reserved of the day, as far as is known here.</summary>
    private long _reserved;
    private long _asked;

    /// <summary>Takes what is left, <paramref name="wanted"/> at most.</summary>
    /// <exception cref="StorageUnavailableException">The store cannot be asked now; nothing was taken.</exception>
    public async ValueTask<(int Taken, DateTimeOffset Day)> TakeAsync(int wanted, long limit, CancellationToken cancellationToken)
    {
        if (TryTake(wanted, limit, whole: true, out var taken, out var day)) return (taken, day);
        await _reserving.WaitAsync(cancellationToken);
        try
        {
            if (TryTake(wanted, limit, whole: true, out taken, out day)) return (taken, day);
            await ReserveAsync(wanted, limit, cancellationToken);
            TryTake(wanted, limit, whole: false, out taken, out day);
            return (taken, day);
        }
        finally
        {
            _reserving.Release();
        }
    }

    /// <summary>Gives back what was taken on a day for what did not happen.</summary>
    public void GiveBack(int count, DateTimeOffset day)
    {
        lock (_lock)
        {
            if (day == _day) _portion += count;
        }
    }

    /// <summary>How many are left, as far as is known here, and how long the day lasts.</summary>
    public (long Left, TimeSpan Until) Look(long limit)
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            Turn(now);
            return (Math.Max(0, Math.Min(limit, limit - _reserved + _portion)), _day.AddDays(1) - now);
        }
    }

    /// <summary>What is reserved and was not used goes back to the store: the node leaves.</summary>
    public LimitRequest? Leave()
    {
        lock (_lock)
        {
            Turn(time.GetUtcNow());
            var rest = _portion;
            _portion = 0;
            return rest == 0 ? null : new LimitRequest { ProviderId = id, Windows = [], Corrections = [new LimitCorrection(LimitKind.Day, _day, -rest)] };
        }
    }

    /// <param name="whole">Take nothing unless all of it is there, or the store is known to have no more.</param>
    private bool TryTake(int wanted, long limit, bool whole, out int taken, out DateTimeOffset day)
    {
        lock (_lock)
        {
            Turn(time.GetUtcNow());
            (taken, day) = (0, _day);
            if (whole && _portion < wanted && (_reserved < limit || time.GetElapsedTime(_asked) >= Belief)) return false;
            // A limit that was lowered counts at once.
            var used = _reserved - _portion;
            taken = (int)Math.Clamp(Math.Min(_portion, limit - used), 0, wanted);
            _portion -= taken;
            return true;
        }
    }

    private async ValueTask ReserveAsync(int wanted, long limit, CancellationToken cancellationToken)
    {
        DateTimeOffset day;
        long missing;
        lock (_lock) (day, missing) = (_day, wanted - _portion);
        var portion = Math.Clamp(limit / Portions, 1, LargestPortion);
        var request = new LimitRequest
        {
            ProviderId = id,
            Windows = [new LimitWindow(LimitKind.Day, day, day.AddDays(1), limit)],
            Messages = Math.Max(missing, portion),
        };
        var grants = await store.ReserveAsync([request], cancellationToken);
        lock (_lock)
        {
            // It has become tomorrow meanwhile: what was reserved of yesterday is of no use.
            if (_day != day) return;
            _asked = time.GetTimestamp();
            _portion += grants[0].Messages;
            _reserved = grants[0].Used[0];
        }
    }

    private void Turn(DateTimeOffset now)
    {
        var today = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero);
        // A clock that goes back a little stays in the day that it had.
        if (today <= _day) return;
        _day = today;
        _portion = 0;
        _reserved = 0;
    }
}
