using Carillon.Callbacks;
using Carillon.Storage;

namespace Carillon.Dispatch.Maintenance;

/// <summary>Has callbacks read that were stored and not read: whoever received them ended, or had too many at once.</summary>
internal sealed class CallbackRescuer(IQueueStore queue, CallbackReader reader, TimeProvider time, IDefectLog defects) : PeriodicService(time, defects)
{
    private const int AtOnce = 200;

    /// <summary>Whoever received a callback has this long to read it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly TimeProvider _time = time;

    protected override TimeSpan Interval => TimeSpan.FromSeconds(5);

    /// <summary>Reads all that there are: at the start nobody else is reading any.</summary>
    public Task ReadAllAsync(CancellationToken cancellationToken) => ReadAsync(TimeSpan.Zero, cancellationToken);

    protected override Task RunOnceAsync(CancellationToken cancellationToken) => ReadAsync(Patience, cancellationToken);

    private async Task ReadAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        while (true)
        {
            var unread = await queue.UnreadCallbacksAsync(_time.GetUtcNow() - patience, AtOnce, cancellationToken);
            var read = await Task.WhenAll(unread.Select(reader.ReadAsync));
            if (unread.Count < AtOnce || Array.Exists(read, isRead => !isRead)) return;
        }
    }
}
