using Carillon.Nodes;
using Carillon.Storage;

namespace Carillon.Dispatch.Maintenance;

/// <summary>
/// This node among the others: says that it lives, learns the store's time and what others have changed, and takes over the work of
/// those that are gone.
/// </summary>
internal sealed class Membership(
    IStorage storage, NodeLease lease, StoreClock? clock, string name, Dispatcher dispatcher, Func<string, CancellationToken, Task> refresh,
    TimeProvider time, IDefectLog defects) : PeriodicService(time, defects)
{
    /// <summary>How often is looked for what an incarnation committed when it was taken for dead already.</summary>
    private static readonly TimeSpan StrayInterval = TimeSpan.FromSeconds(10);

    private readonly TimeProvider _time = time;
    private readonly NodeWatch _watch = new(time);
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Dictionary<string, long> _versions = new(StringComparer.Ordinal);
    private IAsyncDisposable? _listener;
    private bool _lapsed;
    private long _rescuedAt = time.GetTimestamp();

    protected override TimeSpan Interval => storage.IsShared ? TimeSpan.FromSeconds(1) : TimeSpan.FromSeconds(5);

    /// <summary>The first look: what changes from now on is noticed.</summary>
    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        var pulse = await BeatAsync(cancellationToken);
        foreach (var (topic, version) in pulse?.Versions ?? new Dictionary<string, long>(StringComparer.Ordinal)) _versions[topic] = version;
        _listener = storage.Nodes.Listen(Told);
    }

    public override async ValueTask DisposeAsync()
    {
        if (_listener is not null) await _listener.DisposeAsync();
        await base.DisposeAsync();
        _turn.Dispose();
    }

    protected override async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (!lease.IsHeld) _lapsed = true;
            if (await BeatAsync(cancellationToken) is not { } pulse)
            {
                await BeginAnewAsync(cancellationToken);
                return;
            }

            if (_lapsed) dispatcher.Nudge();
            _lapsed = false;
            await RefreshAsync(pulse, cancellationToken);
            await TakeOverAsync(pulse, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<Pulse?> BeatAsync(CancellationToken cancellationToken)
    {
        var asked = _time.GetTimestamp();
        var pulse = await storage.Nodes.HeartbeatAsync(lease.Epoch, _time.GetUtcNow(), cancellationToken);
        if (pulse is null) return null;
        clock?.Learn(pulse.StoreTime, _time.GetElapsedTime(asked));
        lease.Renew(asked);
        return pulse;
    }

    /// <summary>
    /// Others took this node for dead and have what it owned. It begins as another: messages that wait in its memory are theirs now, and
    /// the outcomes of those under way will find that they are.
    /// </summary>
    private async Task BeginAnewAsync(CancellationToken cancellationToken)
    {
        var asked = _time.GetTimestamp();
        var epoch = await storage.Nodes.StartAsync(name, _time.GetUtcNow(), cancellationToken);
        dispatcher.Forget();
        lease.Begin(epoch, asked);
        dispatcher.Nudge();
    }

    private async Task RefreshAsync(Pulse pulse, CancellationToken cancellationToken)
    {
        foreach (var (topic, version) in pulse.Versions)
        {
            if (_versions.TryGetValue(topic, out var known) && known == version) continue;
            await refresh(topic, cancellationToken);
            _versions[topic] = version;
        }
    }

    private async Task TakeOverAsync(Pulse pulse, CancellationToken cancellationToken)
    {
        var dead = _watch.Dead(pulse.Live, lease.Epoch);
        if (dead.Count == 0 && (!storage.IsShared || _time.GetElapsedTime(_rescuedAt) < StrayInterval)) return;
        _rescuedAt = _time.GetTimestamp();
        foreach (var (epoch, heard) in dead) await storage.Nodes.EndAsync(epoch, heard, cancellationToken);
        var live = pulse.Live.Keys.Except(dead.Select(d => d.Epoch)).ToList();
        var rescue = await storage.Queue.RescueAsync(live, _time.GetUtcNow(), cancellationToken);
        if (dead.Count == 0 && rescue.Requeued == 0) return;
        await dispatcher.FindWorkAsync(cancellationToken);
    }

    private void Told(string topic) => _ = topic == ChangeTopics.Work ? dispatcher.FindWorkSafelyAsync() : BeatSoonAsync();

    private async Task BeatSoonAsync()
    {
        try
        {
            await RunOnceAsync(CancellationToken.None);
        }
        catch (Exception e) when (e is StorageUnavailableException or ObjectDisposedException)
        {
            // The next round comes by itself.
        }
    }
}
