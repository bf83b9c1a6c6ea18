using Carillon.Providers;
using Carillon.Storage;

namespace Carillon.Dispatch.Maintenance;

/// <summary>
/// Writes what this node has seen of its providers, all of it in one small transaction. Sending does not wait for it: a kill loses what was
/// seen since the last round.
/// </summary>
/// <param name="epoch">The incarnation with which this process began.</param>
internal sealed class FigureWriter(IFigureStore store, ProviderCatalog providers, long epoch, TimeProvider time, IDefectLog defects)
    : PeriodicService(time, defects)
{
    private readonly TimeProvider _time = time;

    protected override TimeSpan Interval => TimeSpan.FromSeconds(10);

    /// <summary>Writes what there is; nothing where nothing was sent.</summary>
    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        var unwritten = providers.All
            .Select(p => (p.Health.Meter, Quarters: p.Health.Meter.Unwritten(p.Provider.Id, now)))
            .Where(p => p.Quarters.Count > 0)
            .ToList();
        if (unwritten.Count == 0) return;
        await store.PutAsync(epoch, [.. unwritten.SelectMany(p => p.Quarters)], cancellationToken);
        foreach (var (meter, quarters) in unwritten) meter.Written(quarters);
    }

    protected override Task RunOnceAsync(CancellationToken cancellationToken) => WriteAsync(cancellationToken);
}
