using System.Collections.Concurrent;
using Carillon.Dispatch;
using Carillon.Providers;
using Carillon.Storage;

namespace Carillon.Allowances;

/// <summary>
/// Keeps the portions of all providers of this node: asks the store for those that are wanted, many in one commit, hands back what lies idle,
/// and at the end all that was not sent.
/// </summary>
public sealed class LimitKeeper : IAsyncDisposable
{
    private static readonly TimeSpan TickInterval = TimeSpan.FromSeconds(1);

    /// <summary>How long it waits after the store could not answer.</summary>
    private static readonly TimeSpan StoreRest = TimeSpan.FromMilliseconds(250);

    private readonly ILimitStore _store;
    private readonly TimeProvider _time;
    private readonly IDefectLog _defects;
    private readonly ConcurrentDictionary<Allowance, ProviderRuntime> _runtimes = new();
    private readonly ConcurrentQueue<Allowance> _asks = new();
    private readonly AsyncSignal _signal = new();
    private readonly CancellationTokenSource _stop = new();

    /// <summary>Held while the store is asked for portions: what it says then, and what is held here, would not fit together.</summary>
    private readonly SemaphoreSlim _exchange = new(1, 1);
    private ITimer? _ticker;
    private Task _loop = Task.CompletedTask;
    private int _ticked;

    internal LimitKeeper(ILimitStore store, TimeProvider time, IDefectLog defects)
    {
        _store = store;
        _time = time;
        _defects = defects;
    }

    /// <summary>Called when a provider has a new portion, or lanes should look again for it.</summary>
    internal Action<ProviderRuntime> HasRoom { get; set; } = static _ => { };

    /// <summary>Called when a provider can send again before the window's end for which lanes wait.</summary>
    internal Action Resume { get; set; } = static () => { };

    /// <summary>How much of their limits providers have used, in the order of their windows: messages first, then money.</summary>
    public async ValueTask<IReadOnlyDictionary<Guid, IReadOnlyList<LimitUsage>>> UsageAsync(
        IReadOnlyCollection<Provider> providers, CancellationToken cancellationToken)
    {
        var bounded = providers.Where(p => p.Policy.Limits is not null || p.Policy.Budget is not null).ToList();
        if (bounded.Count == 0) return new Dictionary<Guid, IReadOnlyList<LimitUsage>>();
        var stored = await _store.UsageAsync([.. bounded.Select(p => p.Id)], cancellationToken);
        return bounded.ToDictionary(p => p.Id, p => Usage(p, stored));
    }

    /// <summary>
    /// The windows of now with what is used of them, and those before them as the store has them: money may be corrected when its window is over.
    /// </summary>
    internal async ValueTask<IReadOnlyList<WindowUse>> WindowsAsync(IReadOnlyCollection<ProviderRuntime> providers, CancellationToken cancellationToken)
    {
        var bounded = providers.Where(p => p.Allowance is not null).ToList();
        if (bounded.Count == 0) return [];
        await _exchange.WaitAsync(cancellationToken);
        try
        {
            var stored = await _store.UsageAsync([.. bounded.Select(p => p.Provider.Id)], cancellationToken);
            var now = _time.GetUtcNow();
            return [.. bounded.SelectMany(provider => Windows(provider, stored, now))];
        }
        finally
        {
            _exchange.Release();
        }
    }

    /// <summary>What bounds this provider's sends here; null for nothing.</summary>
    internal Allowance? Open(ProviderRuntime runtime)
    {
        var allowance = Allowance.Of(runtime.Provider.Id, runtime.Provider.Policy, Ask);
        if (allowance is not null) _runtimes[allowance] = runtime;
        return allowance;
    }

    /// <summary>Its provider was changed or removed: what is left of its portion goes back.</summary>
    internal void Close(Allowance allowance)
    {
        allowance.Close(_time.GetUtcNow());
        Ask(allowance);
    }

    /// <summary>Its last send has ended.</summary>
    internal void Forget(Allowance allowance)
    {
        if (_runtimes.TryRemove(allowance, out _)) Ask(allowance);
    }

    /// <summary>Looks in the store what was exhausted before, and begins.</summary>
    internal async Task StartAsync(CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        var allowances = _runtimes.Keys.ToList();
        if (allowances.Count > 0)
        {
            var uses = await _store.UsageAsync([.. allowances.Select(a => a.ProviderId)], cancellationToken);
            foreach (var allowance in allowances) allowance.Restore(uses.Where(u => u.ProviderId == allowance.ProviderId), now);
        }

        _loop = Task.Run(RunAsync, CancellationToken.None);
        _ticker = _time.CreateTimer(static keeper => ((LimitKeeper)keeper!).Tick(), this, TickInterval, TickInterval);
    }

    /// <summary>Ends, and gives back to the store what was not sent.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_ticker is not null) await _ticker.DisposeAsync();
        await _stop.CancelAsync();
        _signal.Set();
        await _loop;
        var now = _time.GetUtcNow();
        var rest = _runtimes.Keys.Concat(_asks).Distinct().ToList();
        foreach (var allowance in rest) allowance.Close(now);
        var requests = rest.Select(a => a.MakeRequest(now)).Where(r => r.Corrections.Count > 0).ToList();
        try
        {
            if (requests.Count > 0) await _store.ReserveAsync(requests);
        }
        catch (StorageUnavailableException)
        {
            // It counts as sent.
        }

        _stop.Dispose();
        _exchange.Dispose();
    }

    private void Ask(Allowance allowance)
    {
        _asks.Enqueue(allowance);
        _signal.Set();
    }

    private void Tick()
    {
        Volatile.Write(ref _ticked, 1);
        _signal.Set();
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                if (Interlocked.Exchange(ref _ticked, 0) == 1) Tend();
                await ReserveAsync();
            }
            catch (Exception e)
            {
                _defects.Report("Limits", e);
            }

            await _signal.WaitAsync();
        }
    }

    private void Tend()
    {
        var now = _time.GetUtcNow();
        var returned = false;
        foreach (var allowance in _runtimes.Keys)
        {
            returned |= allowance.HasReturned(now);
            if (allowance.Tend(now)) _asks.Enqueue(allowance);
        }

        if (returned) Resume();
    }

    private async Task ReserveAsync()
    {
        await _exchange.WaitAsync();
        Dictionary<Allowance, LimitRequest> refused;
        try
        {
            refused = await ExchangeAsync();
        }
        finally
        {
            _exchange.Release();
        }

        if (refused.Count > 0) await RestAsync(refused.Keys);
    }

    /// <returns>Those that the store could not answer.</returns>
    private async Task<Dictionary<Allowance, LimitRequest>> ExchangeAsync()
    {
        var now = _time.GetUtcNow();
        var asked = new Dictionary<Allowance, LimitRequest>();
        while (_asks.TryDequeue(out var allowance))
        {
            if (asked.ContainsKey(allowance)) continue;
            var request = allowance.MakeRequest(now);
            if (request.Messages > 0 || request.Corrections.Count > 0) asked.Add(allowance, request);
        }

        if (asked.Count == 0) return asked;
        IReadOnlyList<LimitGrant>? grants = null;
        try
        {
            grants = await _store.ReserveAsync([.. asked.Values]);
        }
        catch (Exception e)
        {
            if (e is not StorageUnavailableException) _defects.Report("Limits", e);
        }

        if (grants is not null)
        {
            Grant(asked, grants);
            return [];
        }

        foreach (var (allowance, request) in asked) allowance.Failed(request);
        return asked;
    }

    private void Grant(Dictionary<Allowance, LimitRequest> asked, IReadOnlyList<LimitGrant> grants)
    {
        var now = _time.GetUtcNow();
        var again = false;
        var i = 0;
        foreach (var (allowance, request) in asked)
        {
            again |= allowance.Granted(request, grants[i++], now);
            if (_runtimes.TryGetValue(allowance, out var runtime)) HasRoom(runtime);
        }

        if (again) Resume();
    }

    private async Task RestAsync(IEnumerable<Allowance> refused)
    {
        await Task.Delay(StoreRest, _time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        // Whoever waits asks again.
        foreach (var allowance in refused)
        {
            if (_runtimes.TryGetValue(allowance, out var runtime)) HasRoom(runtime);
        }
    }

    private static IEnumerable<WindowUse> Windows(ProviderRuntime provider, IReadOnlyList<LimitUse> stored, DateTimeOffset now)
    {
        var calendar = new LimitCalendar(provider.Provider.Policy);
        var present = provider.Allowance!.Usage(stored, now);
        var before = from use in stored
                     where use.ProviderId == provider.Provider.Id
                     from window in present
                     where window.Window.Kind == use.Kind && use.Start < window.Window.Start
                     select new WindowUse(provider, window.Window with { Start = use.Start, End = calendar.EndOf(use.Kind, use.Start) }, use.Used);
        return present.Select(p => new WindowUse(provider, p.Window, p.Used)).Concat(before);
    }

    private IReadOnlyList<LimitUsage> Usage(Provider provider, IReadOnlyList<LimitUse> stored)
    {
        var now = _time.GetUtcNow();
        var running = _runtimes.FirstOrDefault(r => r.Value.Provider.Id == provider.Id && r.Value.Provider.Version == provider.Version).Key;
        var allowance = running ?? Allowance.Of(provider.Id, provider.Policy, static _ => { });
        if (allowance is null) return [];
        return
        [
            .. allowance.Usage(stored, now).Select(u => u.Window.IsMoney
                ? new LimitUsage(u.Window.Kind, Money.ToAmount(u.Used), Money.ToAmount(u.Window.Limit), u.Window.End, provider.Policy.Budget!.Currency)
                : new LimitUsage(u.Window.Kind, u.Used, u.Window.Limit, u.Window.End, null)),
        ];
    }
}
