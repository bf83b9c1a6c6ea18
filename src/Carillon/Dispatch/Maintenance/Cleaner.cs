using Carillon.Storage;

namespace Carillon.Dispatch.Maintenance;

/// <summary>Drops idempotency keys past their time, and secrets whose erasure is due, a little at a time.</summary>
internal sealed class Cleaner(IQueueStore queue, CarillonOptions options, TimeProvider time, IDefectLog defects) : PeriodicService(time, defects)
{
    private const int RowsAtOnce = 1000;
    private readonly TimeProvider _time = time;

    protected override TimeSpan Interval => TimeSpan.FromSeconds(30);

    protected override async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        int cleaned;
        do
        {
            var now = _time.GetUtcNow();
            cleaned = await queue.CleanAsync(now - options.IdempotencyRetention, now, RowsAtOnce, cancellationToken);
        }
        while (cleaned >= RowsAtOnce);
    }
}
