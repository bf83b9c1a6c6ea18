using Carillon.Messages;
using Carillon.Nodes;
using Carillon.Providers;

namespace Carillon.Dispatch;

/// <summary>
/// Decides what is sent next and what fits into memory. Lanes with ready messages stand in a ring and are served by deficit round
/// robin, critical lanes from a ring of their own before all others; so one tenant's million never delays another's one.
/// Thread-safe; every member takes one short lock.
/// </summary>
/// <remarks>
/// An example of a turn: lanes A (normal, quantum 8) and B (high, quantum 16) have thousands ready each. A sends 8, B 16, A 8 …
/// A third lane that gets one message waits for at most 24 others, however many those two hold.
/// </remarks>
internal sealed class LaneScheduler
{
    private readonly CarillonOptions _options;
    private readonly NodeLease _lease;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly Dictionary<LaneKey, Lane> _lanes = [];
    private readonly LaneRing _critical = new();
    private readonly LaneRing _ring = new();
    private readonly LaneWakes _wakes = new();
    private readonly LaneWindow _window;
    private readonly LaneClaims _claims;
    private readonly LaneAdmission _admission;
    private int _sending;
    private bool _stopped;

    public LaneScheduler(CarillonOptions options, ILaneRoutes routes, NodeLease lease, TimeProvider time)
    {
        _options = options;
        _lease = lease;
        _time = time;
        _window = new LaneWindow(options);
        _claims = new LaneClaims(options, _window, _ring);
        _admission = new LaneAdmission(routes, _window, _wakes, lease);
    }

    /// <summary>Messages under way, or sent and not yet recorded.</summary>
    public int Sending => Volatile.Read(ref _sending);

    public int InMemory => _window.Messages;

    /// <summary>
    /// Reserves room for a message that is about to be committed. When there is none, or older work of its lane waits in the store,
    /// the message goes to the store unowned, and <see cref="Stored"/> is to be called after the commit.
    /// </summary>
    public bool TryReserve(OutboundMessage message)
    {
        lock (_lock)
        {
            // What a node takes that may have been taken for dead is for whoever claims it.
            if (_stopped || !_lease.IsHeld) return false;
            var lane = LaneOf(message.Lane);
            if (HasOlderInStore(lane) || !_window.HasRoom(lane, _ring.Count))
            {
                lane.AwaitsStored = true;
                return false;
            }

            _window.Add(lane, message.Notification.Size);
            return true;
        }
    }

    public void Unreserve(OutboundMessage message)
    {
        lock (_lock) Remove(message);
    }

    /// <summary>Hands over a message for which room was reserved, now that it is committed.</summary>
    public void HandOver(OutboundMessage message)
    {
        lock (_lock)
        {
            var lane = LaneOf(message.Lane);
            lane.Ready.Enqueue(message);
            Activate(lane);
        }
    }

    /// <summary>Work of this lane was committed to the store, unowned.</summary>
    public void Stored(LaneKey key, DateTimeOffset due)
    {
        lock (_lock)
        {
            var lane = LaneOf(key);
            lane.StoreVersion++;
            lane.AwaitsStored = false;
            if (lane.StoreDue is { } known && known <= due) return;
            lane.StoreDue = due;
            _wakes.Set(lane, due);
        }
    }

    /// <summary>Work of this lane was seen in the store: what was known of it, and put off, is looked at again.</summary>
    public void Found(LaneKey key, DateTimeOffset due)
    {
        lock (_lock)
        {
            Stored(key, due);
            var lane = LaneOf(key);
            if (lane is { WantsClaim: true, IsClaiming: false }) _wakes.Set(lane, due);
        }
    }

    /// <summary>
    /// The next message to send, its lane's turn, a send slot and a place at a provider taken; null when nothing may be sent now.
    /// Every message that it gives is ended by <see cref="Finished"/>.
    /// </summary>
    public Departure? Next()
    {
        lock (_lock)
        {
            if (_stopped || _sending >= _options.MaxUnrecorded || !_lease.IsHeld) return null;
            return Serve(_critical) ?? (_sending < _options.MaxUnrecorded - _options.CriticalReserve ? Serve(_ring) : null);
        }
    }

    /// <summary>A message has left memory, with its outcome recorded; its slot and room are free.</summary>
    public void Finished(OutboundMessage message)
    {
        lock (_lock)
        {
            _sending--;
            Remove(message);
        }
    }

    /// <summary>
    /// A provider has room again: the lane that has waited longest for it takes its turn, or all of them do where the provider has
    /// come back, or gone to rest.
    /// </summary>
    public bool ProviderHasRoom(ProviderRuntime provider, ProviderRoom room)
    {
        lock (_lock)
        {
            if (_admission.WaitingFor(provider) is not { } waiting) return false;
            var woken = false;
            while (waiting.TryTake(out var lane))
            {
                lane.AsideDue = true;
                if (lane.IsActive || !lane.HasReady || lane.PausedUntil is not null) continue;
                Activate(lane);
                woken = true;
                if (room == ProviderRoom.OnePlace) break;
            }

            return woken;
        }
    }

    /// <summary>Every pause ends: providers have changed.</summary>
    public void Resume()
    {
        lock (_lock)
        {
            foreach (var lane in _lanes.Values)
            {
                lane.PausedUntil = null;
                lane.AsideDue = true;
                Activate(lane);
            }

            _admission.ForgetWaiting();
        }
    }

    /// <summary>
    /// Lanes of which a claim is to be made now: their work is due and there is room. Each is marked as claiming until <see cref="Claimed"/>.
    /// </summary>
    public List<ClaimOrder>? DueClaims(DateTimeOffset now)
    {
        List<ClaimOrder>? orders = null;
        lock (_lock)
        {
            while (_wakes.TryTake(now, out var lane))
            {
                if (_wakes.LookAt(lane, now)) Activate(lane);
                if (_claims.Order(lane) is { } order) (orders ??= []).Add(order);
                else _claims.PutOff(lane);
            }

            while (_claims.OrderPutOff() is { } order) (orders ??= []).Add(order);
        }

        return orders;
    }

    /// <summary>When something is to be looked at next; null when nothing is known to be.</summary>
    public DateTimeOffset? NextWake()
    {
        lock (_lock) return _wakes.Next;
    }

    /// <summary>
    /// Takes ready messages out that will not be sent: of a cancelled notification, past their time. Each counts as under way until
    /// <see cref="Finished"/>.
    /// </summary>
    /// <param name="onlyPaused">Look only where nothing moves: elsewhere every message comes to the gate soon.</param>
    public List<OutboundMessage> TakeOut(Func<OutboundMessage, bool> condition, bool onlyPaused)
    {
        var taken = new List<OutboundMessage>();
        lock (_lock)
        {
            foreach (var lane in _lanes.Values)
            {
                for (var i = lane.Aside.Count - 1; i >= 0; i--)
                {
                    if (!condition(lane.Aside[i])) continue;
                    taken.Add(lane.Aside[i]);
                    lane.Aside.RemoveAt(i);
                }

                if (onlyPaused && lane.PausedUntil is null) continue;
                for (var left = lane.Ready.Count; left > 0; left--)
                {
                    var message = lane.Ready.Dequeue();
                    if (condition(message)) taken.Add(message);
                    else lane.Ready.Enqueue(message);
                }
            }

            _sending += taken.Count;
        }

        return taken;
    }

    /// <summary>Room came free, a message of this lane having left: a claim that had been put off, of a lane that holds nothing first.</summary>
    public ClaimOrder? ClaimIfWanted(LaneKey key)
    {
        lock (_lock) return _claims.OrderPutOff() ?? _claims.Order(LaneOf(key));
    }

    /// <summary>A claim has ended. Room for its messages had been reserved by its order.</summary>
    public void Claimed(ClaimOrder order, IReadOnlyList<OutboundMessage> messages, DateTimeOffset? nextDue, bool failed)
    {
        lock (_lock)
        {
            var lane = LaneOf(order.Lane);
            _window.Hold(lane, -order.Limit, -order.Bytes);
            foreach (var message in messages)
            {
                _window.Add(lane, message.Notification.Size);
                lane.Ready.Enqueue(message);
            }

            if (messages.Count > 0) Activate(lane);
            if (_claims.Ended(lane, order, nextDue, failed ? _time.GetUtcNow() + TimeSpan.FromSeconds(1) : null) is { } due) _wakes.Set(lane, due);
        }
    }

    /// <summary>No message is given out any more. Returns those that were never given out, to be handed back to the store.</summary>
    public List<OutboundMessage> Stop()
    {
        lock (_lock)
        {
            _stopped = true;
            _claims.Close();
            var rest = new List<OutboundMessage>();
            foreach (var lane in _lanes.Values)
            {
                rest.AddRange(lane.Aside);
                lane.Aside.Clear();
                rest.AddRange(lane.Ready);
                lane.Ready.Clear();
            }

            return rest;
        }
    }

    private Departure? Serve(LaneRing ring)
    {
        for (var left = ring.Count; left > 0 && ring.TryPeek(out var lane); left--)
        {
            _admission.DropLost(lane);
            if (!lane.HasReady || lane.PausedUntil is not null)
            {
                ring.Leave();
                continue;
            }

            var admission = _admission.Admit(lane, _time.GetUtcNow(), out var message);
            if (admission.Provider is not { } provider)
            {
                if (lane.HasReady) HoldUp(ring, lane, admission);
                else ring.Leave();
                continue;
            }

            ring.Served();
            _sending++;
            return new Departure(message!, provider, admission.Ticket, admission.Order);
        }

        return null;
    }

    /// <summary>No provider takes a message of this lane now: it leaves the ring until one does.</summary>
    private void HoldUp(LaneRing ring, Lane lane, Admission admission)
    {
        ring.Pause();
        if (admission.RetryAt is { } retryAt)
        {
            lane.PausedUntil = retryAt;
            _wakes.Set(lane, retryAt);
            return;
        }

        _admission.Await(lane, admission.Full);
    }

    private void Activate(Lane lane)
    {
        if (lane.IsActive || !lane.HasReady || lane.PausedUntil is not null) return;
        (lane.IsCritical ? _critical : _ring).Enter(lane);
    }

    /// <summary>What comes now must not overtake what is stored, or is about to be, also before anybody has looked at the lane for it.</summary>
    private bool HasOlderInStore(Lane lane) =>
        lane.WantsClaim || lane.IsClaiming || lane.AwaitsStored || (lane.StoreDue is { } due && due <= _time.GetUtcNow());

    private void Remove(OutboundMessage message) => _window.Remove(LaneOf(message.Lane), message.Notification.Size);

    private Lane LaneOf(LaneKey key)
    {
        if (_lanes.TryGetValue(key, out var lane)) return lane;
        lane = new Lane(key);
        _lanes.Add(key, lane);
        return lane;
    }
}
