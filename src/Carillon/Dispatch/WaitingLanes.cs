using System.Diagnostics.CodeAnalysis;

namespace Carillon.Dispatch;

/// <summary>
/// The lanes that wait for room at one provider, each once: critical ones first, then those whose turn is not over, then by the
/// time since which they wait. So a lane keeps its share where it is the provider, and not the node, that is short.
/// </summary>
internal sealed class WaitingLanes
{
    private readonly HashSet<Lane> _present = [];
    private readonly Queue<Lane> _critical = new();
    private readonly Queue<Lane> _turns = new();
    private readonly Queue<Lane> _others = new();

    public void Add(Lane lane)
    {
        if (!_present.Add(lane)) return;
        (lane.IsCritical ? _critical : lane.Deficit > 0 ? _turns : _others).Enqueue(lane);
    }

    public bool TryTake([NotNullWhen(true)] out Lane? lane)
    {
        if (!_critical.TryDequeue(out lane) && !_turns.TryDequeue(out lane) && !_others.TryDequeue(out lane)) return false;
        _present.Remove(lane);
        return true;
    }
}
