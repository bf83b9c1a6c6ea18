using Carillon.Messages;

namespace Carillon.Dispatch;

/// <summary>Which lanes may have messages claimed from the store, and how many. Room is reserved by the order, and given back by its end.</summary>
internal sealed class LaneClaims(CarillonOptions options, LaneWindow window, LaneRing ring)
{
    /// <summary>What a message of a lane is thought to weigh that has held none yet: a claim of a few hundred still fits.</summary>
    private const long UnknownWeight = 128 << 10;

    /// <summary>Lanes whose claims were put off for want of room, longest first. None of their own messages will end and remind of them.</summary>
    private readonly Queue<Lane> _hungry = new();
    private bool _isClosed;

    /// <summary>Nothing is claimed any more.</summary>
    public void Close() => _isClosed = true;

    /// <summary>Null where the lane wants none, or has no room.</summary>
    public ClaimOrder? Order(Lane lane)
    {
        if (_isClosed || lane.IsClaiming || !lane.WantsClaim || !window.HasRoom(lane, ring.Count)) return null;
        var share = window.ShareOf(lane, ring.Count);
        // Half a share at least, so that claims are few and large.
        if (lane.InMemory > share / 2) return null;
        // As many as fit by the weight of those that it held before; of a lane not yet known, few.
        var weight = lane.UsualWeight ?? UnknownWeight;
        var byBytes = Math.Max(1, window.BytesLeft / weight);
        var limit = (int)Math.Min(Math.Min(options.ClaimBatch, share - lane.InMemory), byBytes);
        lane.IsClaiming = true;
        var order = new ClaimOrder(lane.Key, limit, limit * weight, lane.StoreVersion);
        window.Hold(lane, order.Limit, order.Bytes);
        return order;
    }

    /// <summary>The lane had no order. It is remembered where none of its own messages will remind of it.</summary>
    public void PutOff(Lane lane)
    {
        if (lane is not { WantsClaim: true, IsClaiming: false, InMemory: 0, IsHungry: false }) return;
        lane.IsHungry = true;
        _hungry.Enqueue(lane);
    }

    /// <summary>For the lane that was put off longest; null when there is none, or still no room.</summary>
    public ClaimOrder? OrderPutOff()
    {
        while (_hungry.TryPeek(out var lane))
        {
            var order = Order(lane);
            if (order is null && lane is { WantsClaim: true, IsClaiming: false, InMemory: 0 } && !_isClosed) return null;
            _hungry.Dequeue();
            lane.IsHungry = false;
            if (order is not null) return order;
        }

        return null;
    }

    /// <summary>A claim has ended.</summary>
    /// <returns>When the next of what still waits in the store is due; null when nothing is known to wait.</returns>
    public DateTimeOffset? Ended(Lane lane, ClaimOrder order, DateTimeOffset? nextDue, DateTimeOffset? lookAgain)
    {
        lane.IsClaiming = false;
        lane.WantsClaim = false;
        // The store is in trouble: look again in a moment, not at once.
        if (lookAgain is not null) nextDue = lookAgain;
        // What was stored meanwhile the claim did not see.
        else if (lane.StoreVersion != order.StoreVersion && lane.StoreDue is { } known && (nextDue is null || known < nextDue)) nextDue = known;
        return lane.StoreDue = nextDue;
    }
}

/// <param name="Limit">How many messages may be claimed: so much room is reserved.</param>
/// <param name="Bytes">The room that they are thought to take.</param>
internal readonly record struct ClaimOrder(LaneKey Lane, int Limit, long Bytes, int StoreVersion);
