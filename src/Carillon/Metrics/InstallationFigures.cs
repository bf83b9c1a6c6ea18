using Carillon.Storage;

namespace Carillon.Metrics;

/// <summary>
/// What the store knows of the whole installation. It is read at most once in <see cref="Lifetime"/> and by one caller at a time:
/// counting a long queue costs as much as the queue is long, and whoever asks (nobody needs a key) must not make that the store's work.
/// </summary>
public sealed class InstallationFigures(IStorage storage, TimeProvider time) : IDisposable
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _reading = new(1);
    private volatile Figures? _last;

    public async ValueTask<Figures> GetAsync(CancellationToken cancellationToken)
    {
        if (Fresh() is { } known) return known;
        await _reading.WaitAsync(cancellationToken);
        try
        {
            if (Fresh() is { } read) return read;
            var at = time.GetTimestamp();
            var log = storage.Log;
            return _last = new Figures(at, await log.SumsAsync(cancellationToken), await log.DepthAsync(null, time.GetUtcNow(), cancellationToken),
                await storage.Alerts.ListOpenCountsAsync(cancellationToken));
        }
        finally
        {
            _reading.Release();
        }
    }

    public void Dispose() => _reading.Dispose();

    private Figures? Fresh() => _last is { } last && time.GetElapsedTime(last.At) < Lifetime ? last : null;

    public sealed record Figures(long At, IReadOnlyList<StatusSum> Sums, IReadOnlyList<QueueDepth> Depths, IReadOnlyList<AlertCount> Alerts);
}
