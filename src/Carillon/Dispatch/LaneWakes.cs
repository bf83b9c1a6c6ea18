using System.Diagnostics.CodeAnalysis;

namespace Carillon.Dispatch;

/// <summary>Lanes by the time at which something is to be looked at again: due work in the store, the end of a pause.</summary>
internal sealed class LaneWakes
{
    private readonly PriorityQueue<Lane, DateTimeOffset> _wakes = new();

    /// <summary>Null when nothing is known to be looked at.</summary>
    public DateTimeOffset? Next => _wakes.TryPeek(out _, out var next) ? next : null;

    /// <summary>Has the lane looked at then. One entry a lane is enough, its earliest.</summary>
    public void Set(Lane lane, DateTimeOffset at)
    {
        if (lane.WakeAt is { } known && known <= at) return;
        lane.WakeAt = at;
        _wakes.Enqueue(lane, at);
    }

    public bool TryTake(DateTimeOffset now, [NotNullWhen(true)] out Lane? lane)
    {
        while (_wakes.TryPeek(out lane, out var at) && at <= now)
        {
            _wakes.Dequeue();
            // An earlier wake has taken its place, and looked further from there.
            if (lane.WakeAt != at) continue;
            lane.WakeAt = null;
            return true;
        }

        lane = null;
        return false;
    }

    /// <summary>What a wake was for: the end of a pause, or of a time aside, work in the store that has come due. Sets the next one.</summary>
    /// <returns>Whether the lane may be served again.</returns>
    public bool LookAt(Lane lane, DateTimeOffset now)
    {
        var isFree = false;
        if (HasPassed(lane, lane.PausedUntil, now))
        {
            lane.PausedUntil = null;
            isFree = true;
        }

        if (HasPassed(lane, lane.AsideUntil, now))
        {
            lane.AsideUntil = null;
            isFree = true;
        }

        lane.AsideDue |= isFree;
        if (HasPassed(lane, lane.StoreDue, now)) lane.WantsClaim = true;
        return isFree;
    }

    private bool HasPassed(Lane lane, DateTimeOffset? time, DateTimeOffset now)
    {
        if (time is not { } at) return false;
        if (at > now) Set(lane, at);
        return at <= now;
    }
}
