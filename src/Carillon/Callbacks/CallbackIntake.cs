using System.Net;
using Carillon.Channels;
using Carillon.Dispatch;
using Carillon.Messages;
using Carillon.Providers;
using Carillon.Storage;

namespace Carillon.Callbacks;

/// <summary>Takes vendors' requests in: verified by their gateway, durably stored, answered; then read, now or after a crash.</summary>
public sealed class CallbackIntake
{
    private readonly ProviderCatalog _providers;
    private readonly GroupCommitter _committer;
    private readonly CallbackReader _reader;
    private readonly IdGenerator _ids;
    private readonly IQueueStore _queue;

    internal CallbackIntake(ProviderCatalog providers, GroupCommitter committer, CallbackReader reader, IdGenerator ids, IQueueStore queue)
    {
        _queue = queue;
        _providers = providers;
        _committer = committer;
        _reader = reader;
        _ids = ids;
    }

    /// <summary>Whether the provider's vendor may call back at all: what is sent to nobody need not even be read.</summary>
    public bool Takes(Guid providerId) => _providers.Find(providerId)?.Gateway is ICallbackReceiver;

    /// <exception cref="StorageUnavailableException">Nothing was stored; the vendor is to call again.</exception>
    public async ValueTask<CallbackAnswer> ReceiveAsync(Guid providerId, CallbackRequest request, CancellationToken cancellationToken)
    {
        if (_providers.Find(providerId) is not { Gateway: ICallbackReceiver receiver } provider) return new CallbackAnswer.NotFound();
        var verdict = await receiver.VerifyAsync(request, cancellationToken);
        // Signed before the vendor took up the new credentials, or on its way since: those before them count for a while.
        if (verdict is CallbackVerdict.Refused && provider.Previous is ICallbackReceiver previous && provider.Provider.Previous!.Counts(request.ReceivedAt)
            && await previous.VerifyAsync(request, cancellationToken) is var second and not CallbackVerdict.Refused)
        {
            verdict = second;
        }

        switch (verdict)
        {
            case CallbackVerdict.Refused refused:
                return new CallbackAnswer.Refused(provider.Provider.Name, refused.Why);
            case CallbackVerdict.Handshake handshake:
                return new CallbackAnswer.Answered(handshake.Status, handshake.ContentType, handshake.Body, IsRepeated: false);
            case CallbackVerdict.Genuine genuine:
                var isRepeated = await KeepAsync(provider, request);
                return new CallbackAnswer.Answered(genuine.Status, genuine.ContentType, genuine.Body, isRepeated);
            case var other:
                throw new InvalidOperationException($"There is no such verdict: {other}");
        }
    }

    /// <summary>Reads one again that could not be read; false when there is no such.</summary>
    /// <exception cref="StorageUnavailableException">It is read later by itself, or was not touched.</exception>
    public async Task<bool> RetryAsync(Guid id, CancellationToken cancellationToken)
    {
        if (await _queue.ReopenCallbackAsync(id, cancellationToken) is not { } callback) return false;
        if (!await _reader.ReadAsync(callback)) throw new StorageUnavailableException("The callback is read again as soon as the store takes what it says.");
        return true;
    }

    private async Task<bool> KeepAsync(ProviderRuntime provider, CallbackRequest request)
    {
        var write = new CallbackWrite
        {
            Id = _ids.Next(),
            ProviderId = provider.Provider.Id,
            ReceivedAt = request.ReceivedAt,
            Digest = CallbackDocument.Digest(request),
            Request = CallbackDocument.Write(request),
        };
        await _committer.KeepAsync(write);
        if (write.Failure is { } failure) throw new StorageUnavailableException(failure.Message, failure);
        if (!write.IsRepeated) _reader.Offer(new StoredCallback(write.Id, write.ProviderId, write.ReceivedAt, write.Request));
        return write.IsRepeated;
    }
}

/// <summary>What to answer to a vendor.</summary>
public abstract record CallbackAnswer
{
    private CallbackAnswer()
    {
    }

    /// <summary>There is no such provider, or its gateway takes no callbacks.</summary>
    public sealed record NotFound : CallbackAnswer;

    /// <summary>Not provably the vendor's. <paramref name="Why"/> is for the operator.</summary>
    public sealed record Refused(string Provider, string Why) : CallbackAnswer;

    public sealed record Answered(HttpStatusCode Status, string? ContentType, string? Body, bool IsRepeated) : CallbackAnswer;
}
