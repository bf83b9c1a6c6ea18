using Carillon.Dispatch;
using Carillon.Dispatch.Maintenance;
using Carillon.Nodes;
using Carillon.Storage;

namespace Carillon.Alerts;

/// <summary>
/// Looks every few seconds whether there is something that operators should know of, and tells them. Every node watches its own circuits; all else
/// one node does for all, and the store would see to it that two did no harm.
/// </summary>
internal sealed class AlertWatch(
    IStorage storage, NodeLease lease, CircuitWatch circuits, LimitWatch limits, DeliveryWatch deliveries, QueueWatch queues, AlertTeller teller,
    TimeProvider time, IDefectLog defects) : PeriodicService(time, defects)
{
    /// <summary>How often is looked at what costs more: counters and queues.</summary>
    private static readonly TimeSpan LongInterval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan CleanInterval = TimeSpan.FromHours(1);
    private static readonly TimeSpan Retention = TimeSpan.FromDays(400);

    private const int RowsAtOnce = 200;

    private readonly TimeProvider _time = time;
    private readonly IDefectLog _defects = defects;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private DateTimeOffset? _lookedLong;
    private DateTimeOffset? _cleaned;

    protected override TimeSpan Interval => TimeSpan.FromSeconds(5);

    /// <summary>Looks now, at all of it.</summary>
    public Task LookAsync(CancellationToken cancellationToken)
    {
        _lookedLong = null;
        return RunOnceAsync(cancellationToken);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _turn.Dispose();
    }

    protected override async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            var now = _time.GetUtcNow();
            await GuardAsync(() => circuits.LookAsync(now, cancellationToken));
            if (await storage.Nodes.TakeLeaseAsync("alerts", lease.Epoch, Interval * 3, cancellationToken) is null) return;
            await LookForAllAsync(now, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task LookForAllAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var store = storage.Alerts;
        var board = new AlertBoard(await store.ListOpenAsync(cancellationToken), await store.ListSettingsAsync(cancellationToken));
        await GuardAsync(() => circuits.ResolveAsync(board, now, cancellationToken));
        await GuardAsync(() => limits.LookAsync(board, now, cancellationToken));
        if (_lookedLong is not { } looked || now - looked >= LongInterval || now < looked)
        {
            _lookedLong = now;
            await GuardAsync(() => deliveries.LookAsync(board, now, cancellationToken));
            await GuardAsync(() => queues.LookAsync(board, now, cancellationToken));
        }

        await GuardAsync(() => teller.TellAsync(board, cancellationToken));
        if (_cleaned is { } cleaned && now - cleaned < CleanInterval) return;
        _cleaned = now;
        await store.DropAsync(now - Retention, RowsAtOnce, cancellationToken);
    }

    /// <summary>A defect of one must not keep the others from their work; a store that cannot be used would.</summary>
    private async Task GuardAsync(Func<Task> look)
    {
        try
        {
            await look();
        }
        catch (Exception e) when (e is not (StorageUnavailableException or OperationCanceledException))
        {
            _defects.Report("Alerts", e);
        }
    }
}
