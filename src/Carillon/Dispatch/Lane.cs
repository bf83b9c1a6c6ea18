using Carillon.Messages;

namespace Carillon.Dispatch;

/// <summary>
/// What a node knows of one lane: the messages that it holds in memory, and whether more wait in the store. All members are guarded
/// by the lock of the <see cref="LaneScheduler"/> that owns it.
/// </summary>
internal sealed class Lane(LaneKey key)
{
    public LaneKey Key { get; } = key;

    /// <summary>Owned by this node and ready to be sent.</summary>
    public Queue<OutboundMessage> Ready { get; } = new();

    /// <summary>Taken from the front of <see cref="Ready"/>, since no provider that serves their country has room, so that others need not wait for them.</summary>
    public List<OutboundMessage> Aside { get; } = [];

    /// <summary>What was set aside is to be looked at again.</summary>
    public bool AsideDue { get; set; }

    /// <summary>When that is at the latest; null when a provider's room is waited for.</summary>
    public DateTimeOffset? AsideUntil { get; set; }

    public bool HasReady => Ready.Count > 0 || (AsideDue && Aside.Count > 0);

    /// <summary>Reserved, ready or under way: what counts against the window.</summary>
    public int InMemory { get; set; }

    /// <summary>
    /// A message was sent to the store and has not been heard of since. When it is given up instead, the next one goes to the store for nothing,
    /// and ends that.
    /// </summary>
    public bool AwaitsStored { get; set; }

    /// <summary>When the earliest of the work that waits in the store is due; null when none is known to wait.</summary>
    public DateTimeOffset? StoreDue { get; set; }

    /// <summary>Raised whenever work is added to the store, so that a claim can tell whether its answer is stale.</summary>
    public int StoreVersion { get; set; }

    public bool IsClaiming { get; set; }

    /// <summary>Due work waits in the store, and there was no room for it when it was looked at.</summary>
    public bool WantsClaim { get; set; }

    /// <summary>The earliest wake that is set for it; later ones are set when that comes.</summary>
    public DateTimeOffset? WakeAt { get; set; }

    /// <summary>Bytes of its messages, on a moving average; null while it has held none.</summary>
    public long? UsualWeight { get; set; }

    /// <summary>Among the lanes to which the next room goes.</summary>
    public bool IsHungry { get; set; }

    /// <summary>In the ring of lanes to be served.</summary>
    public bool IsActive { get; set; }

    /// <summary>Not served before; null when nothing holds it.</summary>
    public DateTimeOffset? PausedUntil { get; set; }

    /// <summary>Messages that it may still send before its turn ends (deficit round robin).</summary>
    public int Deficit { get; set; }

    /// <summary>Messages per turn: urgent lanes get more of the node, and none gets nothing.</summary>
    public int Quantum => Key.Priority switch
    {
        Priority.High => 16,
        Priority.Normal => 8,
        _ => 2,
    };

    public bool IsCritical => Key.Priority == Priority.Critical;
}
