using System.Collections.Concurrent;
using Carillon.Messages;
using Carillon.Nodes;
using Carillon.Providers;
using Carillon.Storage;

namespace Carillon.Dispatch;

/// <summary>
/// The node's engine room: gives out messages as the lanes' turns come, starts claims, and sees outcomes through to the store.
/// </summary>
internal sealed class Dispatcher : IAsyncDisposable
{
    /// <summary>Claims that may run at once: few, since each has a transaction to itself.</summary>
    private const int MaxClaims = 2;

    private readonly LaneScheduler _lanes;
    private readonly GroupCommitter _committer;
    private readonly IQueueStore _store;
    private readonly NodeLease _lease;
    private readonly TimeProvider _time;
    private readonly IDefectLog _defects;
    private readonly DeliveryServices _services;
    private readonly Endings _endings;
    private readonly ConcurrentBag<Delivery> _idle = [];
    private readonly Queue<ClaimOrder> _orders = new();
    private readonly AsyncSignal _signal = new();
    private readonly ITimer _wake;
    private readonly Lock _wakeLock = new();
    private DateTimeOffset? _wakeAt;
    private readonly Task _loop;
    private readonly List<OutboundMessage> _rest = [];
    private int _claims;
    private volatile bool _stopping;

    public Dispatcher(
        LaneScheduler lanes, GroupCommitter committer, IStorage storage, NodeLease lease, Renderer renderer, Router router, RouteView routes, PlanStepper plans,
        CarillonOptions options, TimeProvider time, IDefectLog defects)
    {
        _lanes = lanes;
        _committer = committer;
        _store = storage.Queue;
        _lease = lease;
        _time = time;
        _defects = defects;
        _services = new DeliveryServices
        {
            Time = time,
            Options = options,
            Renderer = renderer,
            Router = router,
            HoldOf = router.HoldOf,
            Sender = new Sender(committer, storage.Log),
            Plans = plans,
            Defects = defects,
            Completed = Completed,
            ProviderHasRoom = ProviderHasRoom,
        };
        _endings = new Endings(lanes, committer, _services, routes);
        _wake = time.CreateTimer(static state => ((Dispatcher)state!).Woken(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Something may have become possible: messages handed over, work stored, routes changed.</summary>
    public void Nudge() => _signal.Set();

    /// <summary>Messages committed with this node as the owner begin their way; the others are remembered as waiting.</summary>
    public void Committed(IReadOnlyList<OutboundMessage> messages)
    {
        foreach (var message in messages)
        {
            if (message.IsOwned) _lanes.HandOver(message);
            else _lanes.Stored(message.Lane, message.DueAt);
        }

        _signal.Set();
    }

    /// <summary>What a step reserved room for, whether it has begun or not.</summary>
    public void Decided(NextStep next, bool begun)
    {
        if (begun) Committed(next.Messages);
        else foreach (var message in next.Messages.Where(m => m.IsOwned)) _lanes.Unreserve(message);
    }

    /// <summary>A message of this lane waits in the store and is due at once.</summary>
    public void Queued(LaneKey lane)
    {
        _lanes.Stored(lane, _time.GetUtcNow());
        _signal.Set();
    }

    /// <summary>Outcomes have been committed: their messages leave memory, and what follows from them begins.</summary>
    public void Recorded(IReadOnlyList<OutcomeWrite> outcomes)
    {
        foreach (var outcome in outcomes)
        {
            var message = outcome.Message;
            if (outcome.Failure is { } failure)
                _defects.Report($"Outcome of {PublicId.Format(PublicId.Message, message.Id)}, which stays owned until the next start,", failure);
            if (outcome is { Recorded: true, Cancelled: false, DueAt: { } due }) _lanes.Stored(message.Lane, due);
            if (outcome.Next is { } next) Decided(next, outcome is { Recorded: true, NextBegun: true });

            _lanes.Finished(message);
            if (_lanes.ClaimIfWanted(message.Lane) is { } order)
            {
                lock (_orders) _orders.Enqueue(order);
            }
        }

        _signal.Set();
    }

    /// <inheritdoc cref="Endings.Cancel"/>
    public List<OutboundMessage> Cancel(IReadOnlyCollection<Guid> notificationIds) => _endings.Cancel(notificationIds);

    /// <inheritdoc cref="Endings.EndOverdue"/>
    public void EndOverdue() => _endings.EndOverdue();

    /// <inheritdoc cref="Endings.Forget"/>
    public void Forget() => _endings.Forget();

    /// <summary>Looks which lanes have work in the store.</summary>
    public async Task FindWorkAsync(CancellationToken cancellationToken)
    {
        foreach (var lane in await _store.LanesAsync(cancellationToken)) _lanes.Found(lane.Lane, lane.Due);
        Nudge();
    }

    /// <summary>The same, for whoever cannot wait for it.</summary>
    public async Task FindWorkSafelyAsync()
    {
        try
        {
            if (!_stopping) await FindWorkAsync(CancellationToken.None);
        }
        catch (StorageUnavailableException)
        {
            // The survey that comes now and then finds it.
        }
    }

    /// <summary>Stops giving out messages and claiming more, and waits for those under way until <paramref name="deadline"/>.</summary>
    public async Task DrainAsync(DateTimeOffset deadline)
    {
        _stopping = true;
        _rest.AddRange(_lanes.Stop());
        _signal.Set();
        await _loop;
        while ((_lanes.Sending > 0 || Volatile.Read(ref _claims) > 0) && _time.GetUtcNow() < deadline)
            await Task.Delay(TimeSpan.FromMilliseconds(10), _time);
    }

    /// <summary>Hands back to the store what this node still has and has not begun.</summary>
    public async Task ReleaseAsync()
    {
        // What was handed over, or claimed, while the drain ran.
        _rest.AddRange(_lanes.Stop());
        if (_rest.Count > 0) await _store.ReleaseAsync(_lease.Epoch, _rest);
    }

    public async ValueTask DisposeAsync()
    {
        _stopping = true;
        _signal.Set();
        await _loop;
        await _wake.DisposeAsync();
    }

    private async Task RunAsync()
    {
        while (!_stopping)
        {
            try
            {
                StartClaims();
                while (_lanes.Next() is { } departure)
                {
                    if (!_idle.TryTake(out var delivery)) delivery = new Delivery(_services);
                    delivery.Start(departure);
                }

                // After the departures: what they found out may have set a wake.
                SetWake(_lanes.NextWake());
            }
            catch (Exception e)
            {
                _defects.Report("Dispatcher", e);
            }

            await _signal.WaitAsync();
        }
    }

    private void StartClaims()
    {
        var due = _lanes.DueClaims(_time.GetUtcNow());
        lock (_orders)
        {
            if (due is not null)
            {
                foreach (var order in due) _orders.Enqueue(order);
            }

            while (_claims < MaxClaims && _orders.TryDequeue(out var order))
            {
                _claims++;
                _ = ClaimAsync(order);
            }
        }
    }

    private void SetWake(DateTimeOffset? at)
    {
        lock (_wakeLock)
        {
            if (at == _wakeAt) return;
            _wakeAt = at;
            // Timers take at most 49 days; a wake too early only looks and sleeps again.
            var wait = at is { } time
                ? TimeSpan.FromMilliseconds(Math.Clamp(Math.Ceiling((time - _time.GetUtcNow()).TotalMilliseconds), 0, TimeSpan.FromDays(1).TotalMilliseconds))
                : Timeout.InfiniteTimeSpan;
            _wake.Change(wait, Timeout.InfiniteTimeSpan);
        }
    }

    private void Woken()
    {
        // It is set anew by the round that follows, also where the timer came a little before its time.
        lock (_wakeLock) _wakeAt = null;
        _signal.Set();
    }

    private async Task ClaimAsync(ClaimOrder order)
    {
        try
        {
            var epoch = _lease.Epoch;
            if (!_lease.IsHeld) throw new StorageUnavailableException("This node was not heard of for too long.");
            var claim = await _store.ClaimAsync(order.Lane, epoch, _time.GetUtcNow(), order.Limit);
            // Where that incarnation has ended meanwhile they will not be given out, and others find them.
            foreach (var message in claim.Messages) message.OwnerEpoch = epoch;
            _lanes.Claimed(order, claim.Messages, claim.NextDue, failed: false);
        }
        catch (Exception e)
        {
            if (e is not StorageUnavailableException) _defects.Report("Claim", e);
            _lanes.Claimed(order, [], null, failed: true);
        }
        finally
        {
            lock (_orders) _claims--;
            _signal.Set();
        }
    }

    private void Completed(Delivery delivery, OutcomeWrite outcome)
    {
        _idle.Add(delivery);
        _committer.Record(outcome);
    }

    internal void ProviderHasRoom(ProviderRuntime provider, ProviderRoom room)
    {
        if (_lanes.ProviderHasRoom(provider, room)) _signal.Set();
    }
}
