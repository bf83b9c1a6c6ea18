using System.Diagnostics.CodeAnalysis;

namespace Carillon.Dispatch;

/// <summary>
/// Lanes with ready messages, in the order of their turns: deficit round robin. A lane sends as many as its quantum, then the next one has its turn.
/// </summary>
internal sealed class LaneRing
{
    private readonly Queue<Lane> _lanes = new();

    public int Count => _lanes.Count;

    /// <summary>The lane whose turn it is.</summary>
    public bool TryPeek([NotNullWhen(true)] out Lane? lane) => _lanes.TryPeek(out lane);

    public void Enter(Lane lane)
    {
        lane.IsActive = true;
        _lanes.Enqueue(lane);
    }

    /// <summary>The first lane has sent one: its turn goes on, or ends; and one that has no more leaves.</summary>
    public void Served()
    {
        var lane = _lanes.Peek();
        if (lane.Deficit <= 0) lane.Deficit = lane.Quantum;
        lane.Deficit--;
        if (!lane.HasReady) Leave();
        else if (lane.Deficit == 0) _lanes.Enqueue(_lanes.Dequeue());
    }

    /// <summary>The first lane has nothing to send: when it comes again, its turn is new.</summary>
    public void Leave() => Pause().Deficit = 0;

    /// <summary>
    /// The first lane cannot send now. Its turn goes on where it stopped: were it new each time, a lane that found the place which came free would find
    /// the next one too, and the lanes behind it none.
    /// </summary>
    public Lane Pause()
    {
        var lane = _lanes.Dequeue();
        lane.IsActive = false;
        return lane;
    }
}
