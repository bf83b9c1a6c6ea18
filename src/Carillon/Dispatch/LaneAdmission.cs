using Carillon.Messages;
using Carillon.Nodes;
using Carillon.Providers;

namespace Carillon.Dispatch;

/// <summary>
/// Finds the message of a lane that may go next. What only waits for providers of its own, those of its country, is set aside, so that those behind
/// it go on.
/// </summary>
internal sealed class LaneAdmission(ILaneRoutes routes, LaneWindow window, LaneWakes wakes, NodeLease lease)
{
    /// <summary>Messages of a lane that may be set aside; beyond it the lane waits.</summary>
    private const int MostAside = 64;

    private readonly Dictionary<ProviderRuntime, WaitingLanes> _waiting = [];

    /// <summary>What was committed under an incarnation that has ended is not this one's: others have it, or will.</summary>
    public void DropLost(Lane lane)
    {
        while (lane.Ready.TryPeek(out var message) && message.OwnerEpoch != lease.Epoch) window.Remove(lane, lane.Ready.Dequeue().Notification.Size);
    }

    /// <summary>The lane's next message that a provider takes, and the place that it got there; else what its first one waits for.</summary>
    public Admission Admit(Lane lane, DateTimeOffset now, out OutboundMessage? message)
    {
        if (lane.AsideDue && AdmitAside(lane, now, out message) is { Provider: not null } admitted) return admitted;

        Admission admission = default;
        while (lane.Ready.TryPeek(out message))
        {
            admission = routes.Admit(message, now);
            if (admission.Provider is null && (!admission.IsOfMessage || lane.Aside.Count >= MostAside)) break;
            lane.Ready.Dequeue();
            if (admission.Provider is not null) return admission;
            lane.Aside.Add(message);
            WaitAside(lane, admission);
            DropLost(lane);
        }

        message = null;
        return admission;
    }

    /// <summary>The lane is looked at again when one of these has room.</summary>
    public void Await(Lane lane, IReadOnlyList<ProviderRuntime> full)
    {
        foreach (var provider in full)
        {
            if (!_waiting.TryGetValue(provider, out var waiting)) _waiting.Add(provider, waiting = new WaitingLanes());
            waiting.Add(lane);
        }
    }

    /// <summary>The lanes that wait for this provider; null for none.</summary>
    public WaitingLanes? WaitingFor(ProviderRuntime provider) => _waiting.GetValueOrDefault(provider);

    /// <summary>What waits for a provider that is gone must not be kept by it.</summary>
    public void ForgetWaiting() => _waiting.Clear();

    private Admission AdmitAside(Lane lane, DateTimeOffset now, out OutboundMessage? message)
    {
        lane.AsideDue = false;
        lane.AsideUntil = null;
        for (var i = 0; i < lane.Aside.Count; i++)
        {
            message = lane.Aside[i];
            var admission = routes.Admit(message, now);
            if (admission.Provider is not null)
            {
                lane.Aside.RemoveAt(i);
                // Those behind it may have the next place.
                lane.AsideDue = lane.Aside.Count > 0;
                return admission;
            }

            WaitAside(lane, admission);
        }

        message = null;
        return default;
    }

    private void WaitAside(Lane lane, Admission admission)
    {
        if (admission.RetryAt is not { } retryAt)
        {
            Await(lane, admission.Full);
            return;
        }

        if (lane.AsideUntil is null || retryAt < lane.AsideUntil) lane.AsideUntil = retryAt;
        wakes.Set(lane, retryAt);
    }
}
