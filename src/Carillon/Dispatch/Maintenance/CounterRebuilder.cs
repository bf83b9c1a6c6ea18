using Carillon.Nodes;
using Carillon.Storage;

namespace Carillon.Dispatch.Maintenance;

/// <summary>Goes on with a rebuild of the counters that somebody has begun, on whichever node, piece by piece.</summary>
internal sealed class CounterRebuilder(IStorage storage, NodeLease lease, TimeProvider time, IDefectLog defects) : PeriodicService(time, defects)
{
    /// <summary>Messages a piece: some milliseconds of reading, and sums that are written in one.</summary>
    private const int MessagesAtOnce = 1000;

    /// <summary>Up to it nothing is rebuilt: what is being counted while it begins lies well after.</summary>
    public static readonly TimeSpan Margin = TimeSpan.FromMinutes(15);

    private readonly TimeProvider _time = time;

    protected override TimeSpan Interval => TimeSpan.FromSeconds(2);

    protected override async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        if (await storage.Counters.GetAsync(cancellationToken) is null or { Phase: CounterRebuildPhase.Done }) return;
        CounterRebuild? rebuild;
        do
        {
            // One node is enough; should two be at it, each piece is still done once.
            if (await storage.Nodes.TakeLeaseAsync("counters", lease.Epoch, TimeSpan.FromSeconds(30), cancellationToken) is null) return;
            rebuild = await storage.Counters.ContinueAsync(_time.GetUtcNow(), MessagesAtOnce, cancellationToken);
        }
        while (rebuild is { Phase: not CounterRebuildPhase.Done } && !cancellationToken.IsCancellationRequested);
    }
}
