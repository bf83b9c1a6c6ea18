using Carillon.Storage;

namespace Carillon.Dispatch.Maintenance;

/// <summary>Says that this node lives. One row a node, whatever it owns.</summary>
internal sealed class Heartbeat(INodeStore nodes, long epoch, TimeProvider time, IDefectLog defects) : PeriodicService(time, defects)
{
    private readonly TimeProvider _time = time;

    protected override TimeSpan Interval => TimeSpan.FromSeconds(5);

    protected override Task RunOnceAsync(CancellationToken cancellationToken) =>
        nodes.HeartbeatAsync(epoch, _time.GetUtcNow(), cancellationToken).AsTask();
}
