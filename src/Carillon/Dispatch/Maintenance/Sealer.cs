using Carillon.Security;

namespace Carillon.Dispatch.Maintenance;

/// <summary>
/// Seals anew what the first encryption key does not seal yet, until nothing is left. Only where no other node shares the store: another
/// might not have that key.
/// </summary>
internal sealed class Sealer(Resealer resealer, TimeProvider time, IDefectLog defects) : PeriodicService(time, defects)
{
    private bool _isDone;

    protected override TimeSpan Interval => TimeSpan.FromSeconds(10);

    protected override async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        // What is sealed from now on is sealed with the first key.
        while (!_isDone) _isDone = (await resealer.RunAsync(Resealer.ChunkSize, cancellationToken)).IsWhole;
    }
}
