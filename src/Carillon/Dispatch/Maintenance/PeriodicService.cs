using Carillon.Storage;

namespace Carillon.Dispatch.Maintenance;

/// <summary>Runs one piece of upkeep again and again until it is disposed. A failure is reported and the next round comes all the same.</summary>
internal abstract class PeriodicService : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly IDefectLog _defects;
    private readonly TimeProvider _time;
    private Task _loop = Task.CompletedTask;

    protected PeriodicService(TimeProvider time, IDefectLog defects)
    {
        _time = time;
        _defects = defects;
    }

    protected abstract TimeSpan Interval { get; }

    protected abstract Task RunOnceAsync(CancellationToken cancellationToken);

    public void Start() => _loop = Task.Run(LoopAsync);

    public virtual async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }

    private async Task LoopAsync()
    {
        using var timer = new PeriodicTimer(Interval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                try
                {
                    await RunOnceAsync(_stop.Token);
                }
                catch (StorageUnavailableException)
                {
                    // The committer says so already, and the next round comes.
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    _defects.Report(GetType().Name, e);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }
}
