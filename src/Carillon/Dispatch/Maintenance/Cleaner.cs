using Carillon.Nodes;
using Carillon.Storage;

namespace Carillon.Dispatch.Maintenance;

/// <summary>
/// Drops what has served its time, a little at a time: idempotency keys, secrets whose erasure is due, callbacks that were read,
/// credentials that were replaced, old figures of providers.
/// </summary>
internal sealed class Cleaner(IStorage storage, NodeLease lease, CarillonOptions options, TimeProvider time, IDefectLog defects) : PeriodicService(time, defects)
{
    private const int RowsAtOnce = 1000;
    private readonly TimeProvider _time = time;

    protected override TimeSpan Interval => TimeSpan.FromSeconds(30);

    protected override async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        // One node is enough.
        if (await storage.Nodes.TakeLeaseAsync("cleaner", lease.Epoch, Interval * 3, cancellationToken) is null) return;
        await storage.Providers.ForgetOutlivedAsync(_time.GetUtcNow(), cancellationToken);
        int cleaned;
        do
        {
            var now = _time.GetUtcNow();
            var order = new CleaningOrder(
                now, now - options.IdempotencyRetention, now - options.CallbackRetention, now - options.EarlyEventRetention, RowsAtOnce);
            cleaned = await storage.Queue.CleanAsync(order, cancellationToken);
            cleaned = Math.Max(cleaned, await storage.Figures.DropAsync(now - options.FigureRetention, RowsAtOnce, cancellationToken));
        }
        while (cleaned >= RowsAtOnce);
    }
}
