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
internal sealed class LaneScheduler(CarillonOptions options, ILaneRoutes routes, NodeLease lease, TimeProvider time)
{
    private const int Foothold = 16;

    /// <summary>Messages of a lane that may be set aside so that those behind them go on; beyond it the lane waits.</summary>
    private const int MostAside = 64;

    /// <summary>What a message of a lane is thought to weigh that has held none yet: a claim of a few hundred still fits.</summary>
    private const long UnknownWeight = 128 << 10;

    private readonly Lock _lock = new();
    private readonly Dictionary<LaneKey, Lane> _lanes = [];
    private readonly Queue<Lane> _critical = new();
    private readonly Queue<Lane> _ring = new();

    /// <summary>Lanes by the time at which something is to be looked at again: due work in the store, the end of a pause.</summary>
    private readonly PriorityQueue<Lane, DateTimeOffset> _wakes = new();
    private readonly Dictionary<ProviderRuntime, WaitingLanes> _waiting = [];

    /// <summary>Lanes whose claims were put off for want of room, longest first. None of their own messages will end and remind of them.</summary>
    private readonly Queue<Lane> _hungry = new();
    private int _inMemory;
    private long _bytes;
    private int _sending;
    private bool _stopped;

    /// <summary>Messages under way, or sent and not yet recorded.</summary>
    public int Sending => Volatile.Read(ref _sending);

    public int InMemory => Volatile.Read(ref _inMemory);

    /// <summary>
    /// Reserves room for a message that is about to be committed. When there is none, or older work of its lane waits in the store,
    /// the message goes to the store unowned, and <see cref="Stored"/> is to be called after the commit.
    /// </summary>
    public bool TryReserve(OutboundMessage message)
    {
        lock (_lock)
        {
            // What a node takes that may have been taken for dead is for whoever claims it.
            if (_stopped || !lease.IsHeld) return false;
            var lane = LaneOf(message.Lane);
            if (lane.WantsClaim || lane.IsClaiming || !HasRoom(lane)) return false;
            Add(lane, 1, message.Notification.Size);
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
            if (lane.StoreDue is { } known && known <= due) return;
            lane.StoreDue = due;
            Wake(lane, due);
        }
    }

    /// <summary>Work of this lane was seen in the store: what was known of it, and put off, is looked at again.</summary>
    public void Found(LaneKey key, DateTimeOffset due)
    {
        lock (_lock)
        {
            Stored(key, due);
            var lane = LaneOf(key);
            if (lane is { WantsClaim: true, IsClaiming: false }) Wake(lane, due);
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
            if (_stopped || _sending >= options.MaxUnrecorded || !lease.IsHeld) return null;
            return Serve(_critical) ?? (_sending < options.MaxUnrecorded - options.CriticalReserve ? Serve(_ring) : null);
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
            if (!_waiting.TryGetValue(provider, out var waiting)) return false;
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

            // What waits for a provider that is gone must not be kept by it.
            _waiting.Clear();
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
            while (_wakes.TryPeek(out var lane, out var at) && at <= now)
            {
                _wakes.Dequeue();
                // An earlier wake has taken its place, and looked further from there.
                if (lane.WakeAt != at) continue;
                lane.WakeAt = null;
                LookAt(lane, now);
                if (Order(lane) is { } order) (orders ??= []).Add(order);
                else if (lane is { WantsClaim: true, IsClaiming: false, InMemory: 0, IsHungry: false }) AddHungry(lane);
            }

            while (TakeHungry() is { } order) (orders ??= []).Add(order);
        }

        return orders;
    }

    /// <summary>When something is to be looked at next; null when nothing is known to be.</summary>
    public DateTimeOffset? NextWake()
    {
        lock (_lock) return _wakes.TryPeek(out _, out var next) ? next : null;
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
        lock (_lock) return TakeHungry() ?? Order(LaneOf(key));
    }

    /// <summary>A claim has ended. Room for its messages had been reserved by its order.</summary>
    public void Claimed(ClaimOrder order, IReadOnlyList<OutboundMessage> messages, DateTimeOffset? nextDue, bool failed)
    {
        lock (_lock)
        {
            var lane = LaneOf(order.Lane);
            lane.IsClaiming = false;
            Add(lane, -order.Limit, -order.Bytes);
            foreach (var message in messages)
            {
                Add(lane, 1, message.Notification.Size);
                lane.Ready.Enqueue(message);
            }

            if (messages.Count > 0) Activate(lane);

            var stale = lane.StoreVersion != order.StoreVersion;
            lane.WantsClaim = false;
            if (failed)
            {
                // The store is in trouble: look again in a moment, not at once.
                nextDue = time.GetUtcNow() + TimeSpan.FromSeconds(1);
            }
            else if (stale && lane.StoreDue is { } known && (nextDue is null || known < nextDue))
            {
                nextDue = known;
            }

            lane.StoreDue = nextDue;
            if (nextDue is { } due) Wake(lane, due);
        }
    }

    /// <summary>No message is given out any more. Returns those that were never given out, to be handed back to the store.</summary>
    public List<OutboundMessage> Stop()
    {
        lock (_lock)
        {
            _stopped = true;
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

    private Departure? Serve(Queue<Lane> ring)
    {
        for (var left = ring.Count; left > 0; left--)
        {
            var lane = ring.Peek();
            DropLost(lane);
            if (!lane.HasReady || lane.PausedUntil is not null)
            {
                Leave(ring, lane);
                continue;
            }

            var admission = Admit(lane, time.GetUtcNow(), out var message);
            if (admission.Provider is not { } provider)
            {
                if (lane.HasReady) HoldUp(ring, lane, admission);
                else Leave(ring, lane);
                continue;
            }

            if (lane.Deficit <= 0) lane.Deficit = lane.Quantum;
            lane.Deficit--;
            if (!lane.HasReady) Leave(ring, lane);
            else if (lane.Deficit == 0) ring.Enqueue(ring.Dequeue());

            _sending++;
            return new Departure(message!, provider, admission.Ticket, admission.Order);
        }

        return null;
    }

    /// <summary>What was committed under an incarnation that has ended is not this one's: others have it, or will.</summary>
    private void DropLost(Lane lane)
    {
        while (lane.Ready.TryPeek(out var message) && message.OwnerEpoch != lease.Epoch) Remove(lane.Ready.Dequeue());
    }

    /// <summary>The lane's next message that a provider takes, and the place that it got there; else what its first one waits for.</summary>
    private Admission Admit(Lane lane, DateTimeOffset now, out OutboundMessage? message)
    {
        Admission admission = default;
        if (lane.AsideDue)
        {
            lane.AsideDue = false;
            lane.AsideUntil = null;
            for (var i = 0; i < lane.Aside.Count; i++)
            {
                message = lane.Aside[i];
                admission = routes.Admit(message, now);
                if (admission.Provider is not null)
                {
                    lane.Aside.RemoveAt(i);
                    // Those behind it may have the next place.
                    lane.AsideDue = lane.Aside.Count > 0;
                    return admission;
                }

                WaitAside(lane, admission);
            }
        }

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

    private void WaitAside(Lane lane, Admission admission)
    {
        if (admission.RetryAt is not { } retryAt)
        {
            Await(lane, admission.Full);
            return;
        }

        if (lane.AsideUntil is null || retryAt < lane.AsideUntil) lane.AsideUntil = retryAt;
        Wake(lane, retryAt);
    }

    private void Await(Lane lane, IReadOnlyList<ProviderRuntime> full)
    {
        foreach (var provider in full)
        {
            if (!_waiting.TryGetValue(provider, out var waiting)) _waiting.Add(provider, waiting = new WaitingLanes());
            waiting.Add(lane);
        }
    }

    /// <summary>No provider takes a message of this lane now: it leaves the ring until one does.</summary>
    private void HoldUp(Queue<Lane> ring, Lane lane, Admission admission)
    {
        // Its turn goes on where it stopped: were it new each time, a lane that found the place which came free would find the next
        // one too, and the lanes behind it none.
        var rest = lane.Deficit;
        Leave(ring, lane);
        lane.Deficit = rest;
        if (admission.RetryAt is { } retryAt)
        {
            lane.PausedUntil = retryAt;
            Wake(lane, retryAt);
            return;
        }

        Await(lane, admission.Full);
    }

    private static void Leave(Queue<Lane> ring, Lane lane)
    {
        ring.Dequeue();
        lane.IsActive = false;
        lane.Deficit = 0;
    }

    private void Activate(Lane lane)
    {
        if (lane.IsActive || !lane.HasReady || lane.PausedUntil is not null) return;
        lane.IsActive = true;
        (lane.IsCritical ? _critical : _ring).Enqueue(lane);
    }

    /// <summary>
    /// A lane may hold its even share of the window, and at least 64 messages; critical lanes may go a quarter beyond the window.
    /// Bytes count as messages do. A window that others have filled, perhaps with messages for a provider that is down, still leaves each lane a foothold, up to
    /// twice the window in all.
    /// </summary>
    private bool HasRoom(Lane lane)
    {
        if (lane.IsCritical) return Fits(options.Window + (options.Window / 4));
        return Fits(options.Window)
            ? lane.InMemory < Share()
            : lane.InMemory < Foothold && Fits(options.Window * 2L);
    }

    private bool Fits(long window) => _inMemory < window && _bytes < options.WindowBytes / options.Window * window;

    private int Share() => Math.Max(64, options.Window / Math.Max(1, _ring.Count));

    private ClaimOrder? Order(Lane lane)
    {
        if (_stopped || lane.IsClaiming || !lane.WantsClaim || !HasRoom(lane)) return null;
        var share = lane.IsCritical ? options.Window / 4 : Fits(options.Window) ? Share() : Foothold;
        // Half a share at least, so that claims are few and large.
        if (lane.InMemory > share / 2) return null;
        // As many as fit by the weight of those that it held before; of a lane not yet known, few.
        var weight = lane.UsualWeight ?? UnknownWeight;
        var byBytes = Math.Max(1, (options.WindowBytes - _bytes) / weight);
        var limit = (int)Math.Min(Math.Min(options.ClaimBatch, share - lane.InMemory), byBytes);
        lane.IsClaiming = true;
        var order = new ClaimOrder(lane.Key, limit, limit * weight, lane.StoreVersion);
        Add(lane, order.Limit, order.Bytes);
        return order;
    }

    private ClaimOrder? TakeHungry()
    {
        while (_hungry.TryPeek(out var lane))
        {
            var order = Order(lane);
            if (order is null && lane is { WantsClaim: true, IsClaiming: false, InMemory: 0 } && !_stopped) return null;
            _hungry.Dequeue();
            lane.IsHungry = false;
            if (order is not null) return order;
        }

        return null;
    }

    /// <summary>What a wake is for: the end of a pause, work in the store that has come due; and when to look again.</summary>
    private void LookAt(Lane lane, DateTimeOffset now)
    {
        if (lane.PausedUntil is { } paused)
        {
            if (paused > now)
            {
                Wake(lane, paused);
            }
            else
            {
                lane.PausedUntil = null;
                lane.AsideDue = true;
                Activate(lane);
            }
        }

        if (lane.AsideUntil is { } aside)
        {
            if (aside > now)
            {
                Wake(lane, aside);
            }
            else
            {
                lane.AsideUntil = null;
                lane.AsideDue = true;
                Activate(lane);
            }
        }

        if (lane.StoreDue is not { } due) return;
        if (due <= now) lane.WantsClaim = true;
        else Wake(lane, due);
    }

    /// <summary>Has the lane looked at then. One entry a lane is enough, its earliest.</summary>
    private void Wake(Lane lane, DateTimeOffset at)
    {
        if (lane.WakeAt is { } known && known <= at) return;
        lane.WakeAt = at;
        _wakes.Enqueue(lane, at);
    }

    private void AddHungry(Lane lane)
    {
        lane.IsHungry = true;
        _hungry.Enqueue(lane);
    }

    private void Add(Lane lane, int count, long bytes)
    {
        lane.InMemory += count;
        _inMemory += count;
        _bytes += bytes;
        if (count == 1) lane.UsualWeight = lane.UsualWeight is { } usual ? ((usual * 7) + bytes) / 8 : bytes;
    }

    private void Remove(OutboundMessage message) => Add(LaneOf(message.Lane), -1, -message.Notification.Size);

    private Lane LaneOf(LaneKey key)
    {
        if (_lanes.TryGetValue(key, out var lane)) return lane;
        lane = new Lane(key);
        _lanes.Add(key, lane);
        return lane;
    }
}

/// <param name="Limit">How many messages may be claimed: so much room is reserved.</param>
/// <param name="Bytes">The room that they are thought to take.</param>
internal readonly record struct ClaimOrder(LaneKey Lane, int Limit, long Bytes, int StoreVersion);
