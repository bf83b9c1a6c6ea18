namespace Carillon.Nodes;

/// <summary>
/// Which nodes have not been heard of for too long, by this node's own observation: a heartbeat that stood still from one look to
/// another, for <see cref="NodeLease.Patience"/>, while the store could be asked. So a store that was away for an hour makes nobody dead:
/// all nodes get the time to be heard again. Not thread-safe.
/// </summary>
internal sealed class NodeWatch(TimeProvider time)
{
    private readonly Dictionary<long, (DateTimeOffset Heard, long Since)> _seen = [];
    private long _lastLook;

    /// <param name="live">Every incarnation that has not ended, and when it was last heard of.</param>
    /// <param name="own">Never dead.</param>
    public IReadOnlyList<(long Epoch, DateTimeOffset Heard)> Dead(IReadOnlyDictionary<long, DateTimeOffset> live, long own)
    {
        var now = time.GetTimestamp();
        // While nobody could look, nobody could be heard either.
        if (_lastLook != 0 && time.GetElapsedTime(_lastLook, now) >= NodeLease.Duration / 2) _seen.Clear();
        _lastLook = now;

        foreach (var gone in _seen.Keys.Where(epoch => !live.ContainsKey(epoch)).ToList()) _seen.Remove(gone);
        var dead = new List<(long, DateTimeOffset)>();
        foreach (var (epoch, heard) in live)
        {
            if (epoch == own) continue;
            if (!_seen.TryGetValue(epoch, out var seen) || seen.Heard != heard) _seen[epoch] = (heard, now);
            else if (time.GetElapsedTime(seen.Since, now) >= NodeLease.Patience) dead.Add((epoch, heard));
        }

        return dead;
    }
}
