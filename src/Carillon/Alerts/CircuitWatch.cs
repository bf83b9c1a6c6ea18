using System.Collections.Concurrent;
using Carillon.Dispatch;
using Carillon.Messages;
using Carillon.Providers;
using Carillon.Storage;

namespace Carillon.Alerts;

/// <summary>
/// Raises an alert when a provider goes to rest, at the change itself: most rests are shorter than a look around. One alert for all nodes;
/// each says that it still sees it, and when nobody has for a while it is over.
/// </summary>
internal sealed class CircuitWatch(ProviderCatalog providers, AlertRaiser raiser, IAlertStore store, TimeProvider time, IDefectLog defects)
{
    /// <summary>How long a circuit must have stayed closed. Twice as long for each repetition within a day, at most <see cref="LongestCalm"/>.</summary>
    private static readonly TimeSpan Calm = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestCalm = TimeSpan.FromHours(1);

    /// <summary>How often a node says that a circuit is still not closed.</summary>
    private static readonly TimeSpan SeenInterval = TimeSpan.FromSeconds(15);

    private readonly ConcurrentQueue<(AlertDraft Draft, DateTimeOffset At)> _tripped = new();
    private readonly SemaphoreSlim _raising = new(1, 1);
    private readonly Dictionary<Guid, DateTimeOffset> _seen = [];

    /// <summary>A provider went to rest. Comes back at once.</summary>
    public void Tripped(ProviderRuntime provider)
    {
        var now = time.GetUtcNow();
        _tripped.Enqueue((DraftOf(provider, now), now));
        _ = RaiseSoonAsync();
    }

    /// <summary>What was not raised at the change, and what is still so.</summary>
    public async Task LookAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await RaiseTrippedAsync(cancellationToken);
        foreach (var provider in providers.All)
        {
            var id = provider.Provider.Id;
            if (provider.Circuit(now).State == CircuitState.Closed)
            {
                _seen.Remove(id);
                continue;
            }

            if (_seen.TryGetValue(id, out var seen) && now - seen < SeenInterval) continue;
            await RaiseAsync(DraftOf(provider, now), now, cancellationToken);
            _seen[id] = now;
        }
    }

    /// <summary>Ends those that no node has seen for a while.</summary>
    public async Task ResolveAsync(AlertBoard board, DateTimeOffset now, CancellationToken cancellationToken)
    {
        foreach (var alert in board.Open.Where(a => a.Kind == AlertKind.Circuit))
        {
            var calm = CalmAfter(alert.Repeats);
            if (alert.SeenAt > now - calm) continue;
            await store.ResolveAsync(alert.Id, now, $"It has answered for {AlertWords.Span(calm)}.", now - calm, cancellationToken);
        }
    }

    internal static TimeSpan CalmAfter(int repeats) =>
        TimeSpan.FromTicks(Math.Min(LongestCalm.Ticks, Calm.Ticks << Math.Min(repeats - 1, 10)));

    private AlertDraft DraftOf(ProviderRuntime runtime, DateTimeOffset now)
    {
        var provider = runtime.Provider;
        var isAlone = !Array.Exists(providers.Route(provider.Tenant, provider.Channel), p => p != runtime && p.Circuit(now).State == CircuitState.Closed);
        var (_, _, failures) = runtime.Circuit(now);
        var last = runtime.Health.Figures(now).Errors is [var error, ..] ? error.Answer : null;
        return new AlertDraft(
            provider.Tenant, AlertKind.Circuit, isAlone ? AlertSeverity.Critical : AlertSeverity.Warning,
            "circuit/" + runtime.PublicId, AlertWords.Circuit(runtime, failures, last, isAlone))
        { ProviderId = provider.Id };
    }

    private async Task RaiseAsync(AlertDraft draft, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var settings = await store.GetSettingsAsync(draft.Tenant, cancellationToken)
            ?? await store.GetSettingsAsync(TenantId.Installation, cancellationToken) ?? AlertSettings.Default;
        if (settings.Kinds.Contains(AlertKind.Circuit)) await raiser.RaiseAsync(draft, at, cancellationToken);
    }

    private async Task RaiseSoonAsync()
    {
        // Off the path of whoever ended the send.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await RaiseTrippedAsync(CancellationToken.None);
        }
        catch (StorageUnavailableException)
        {
            // It waits for the next look.
        }
        catch (Exception e)
        {
            defects.Report("A tripped circuit", e);
        }
    }

    private async Task RaiseTrippedAsync(CancellationToken cancellationToken)
    {
        await _raising.WaitAsync(cancellationToken);
        try
        {
            while (_tripped.TryPeek(out var tripped))
            {
                await RaiseAsync(tripped.Draft, tripped.At, cancellationToken);
                _tripped.TryDequeue(out _);
            }
        }
        finally
        {
            _raising.Release();
        }
    }
}
