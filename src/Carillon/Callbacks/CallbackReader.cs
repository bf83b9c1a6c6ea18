using System.Threading.Channels;
using Carillon.Channels;
using Carillon.Dispatch;
using Carillon.Providers;
using Carillon.Storage;

namespace Carillon.Callbacks;

/// <summary>
/// Reads stored callbacks and records what they say: those just received from memory, those that a crash or a full queue left behind
/// from the store.
/// </summary>
internal sealed class CallbackReader : IAsyncDisposable
{
    /// <summary>Callbacks that wait in memory; what comes beyond waits in the store.</summary>
    private const int Capacity = 4096;
    private const int AtOnce = 64;

    private readonly ProviderCatalog _providers;
    private readonly GroupCommitter _committer;
    private readonly EventResolver _resolver;
    private readonly TimeProvider _time;
    private readonly IDefectLog _defects;
    private readonly Channel<StoredCallback> _queue = Channel.CreateBounded<StoredCallback>(Capacity);
    private readonly Task _loop;

    public CallbackReader(ProviderCatalog providers, GroupCommitter committer, EventResolver resolver, TimeProvider time, IDefectLog defects)
    {
        _providers = providers;
        _committer = committer;
        _resolver = resolver;
        _time = time;
        _defects = defects;
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Has it read soon. Where there is no room for it, it is found in the store later.</summary>
    public void Offer(StoredCallback callback) => _queue.Writer.TryWrite(callback);

    /// <summary>Reads one and records it; false when the store could not take it, so that it is to be read again.</summary>
    public async Task<bool> ReadAsync(StoredCallback callback)
    {
        try
        {
            var reading = await ReadingOfAsync(callback);
            await _committer.RecordAsync(reading);
            if (reading.Failure is null) return true;
            _defects.Report("A callback that could not be recorded", reading.Failure);
        }
        catch (StorageUnavailableException)
        {
            return false;
        }
#pragma warning disable CA1031 // Whatever it is, it would be so again, and those behind it are to be read.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _defects.Report("Reading a callback", e);
        }

        // Read again, it would fail again: it is kept with its fault.
        await _committer.RecordAsync(new ReadingWrite { CallbackId = callback.Id, At = _time.GetUtcNow(), Fault = "It could not be recorded." });
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _loop;
    }

    private async Task RunAsync()
    {
        var batch = new List<Task>(AtOnce);
        while (await _queue.Reader.WaitToReadAsync())
        {
            while (batch.Count < AtOnce && _queue.Reader.TryRead(out var callback)) batch.Add(ReadSafelyAsync(callback));
            await Task.WhenAll(batch);
            batch.Clear();
        }
    }

    private async Task ReadSafelyAsync(StoredCallback callback)
    {
        try
        {
            await ReadAsync(callback);
        }
        catch (Exception e)
        {
            _defects.Report("Reading a callback", e);
        }
    }

    private async Task<ReadingWrite> ReadingOfAsync(StoredCallback callback)
    {
        var now = _time.GetUtcNow();
        if (_providers.Find(callback.ProviderId) is not { Gateway: ICallbackReceiver receiver } provider)
            return new ReadingWrite { CallbackId = callback.Id, At = now, Fault = "Its provider is gone." };
        IReadOnlyList<CallbackEvent> events;
        try
        {
            events = receiver.Read(CallbackDocument.Read(callback.Request, callback.ReceivedAt));
        }
#pragma warning disable CA1031 // Whatever it is, it would be so again: the request stays, with the fault, for people to see.
        catch (Exception e)
#pragma warning restore CA1031
        {
            if (e is not FormatException) _defects.Report($"Callback of provider {provider.Provider.Name}", e);
            return new ReadingWrite { CallbackId = callback.Id, At = now, Fault = e.Message };
        }

        return await _resolver.ResolveAsync(callback, provider.Provider, events, now);
    }
}
