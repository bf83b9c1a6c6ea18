using Carillon.Channels;
using Carillon.Messages;
using Carillon.Providers;
using Carillon.Storage;

namespace Carillon.Dispatch;

/// <summary>Makes one attempt at one provider; for <see cref="OnUnknown.Stop"/> only after its mark is durable.</summary>
internal sealed class Sender(GroupCommitter committer, IMessageLog log)
{
    /// <summary>Throws only what the gateway throws, which may then have sent it; what fails before is a result.</summary>
    public async ValueTask<SendAttempt> SendAsync(ProviderRuntime provider, OutboundMessage message, RenderedContent content, int attempt)
    {
        var details = message.Notification.Details;
        IReadOnlyList<GatewayAttachment> attachments = [];
        try
        {
            if (details?.Attachments is { } references)
            {
                var loaded = await LoadAsync(message.Notification.Tenant, references);
                if (loaded is null) return SendAttempt.Never("An attachment is no longer stored.");
                attachments = loaded;
            }

            if (message.Notification.OnUnknown == OnUnknown.Stop && !await MarkAsync(provider, message))
                return SendAttempt.NotNow("Another node has taken the message over.");
        }
#pragma warning disable CA1031 // Whatever failed, the provider has not been asked yet.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return SendAttempt.NotNow($"The store could not be used before the send: {e.GetType().Name}.", e);
        }

        var result = await provider.Gateway.SendAsync(
            new GatewayMessage
            {
                Message = message,
                Provider = provider.Provider,
                Attempt = attempt,
                Content = content,
                Attachments = attachments,
                From = details?.From,
                ReplyTo = details?.ReplyTo,
                RecipientName = details?.RecipientName,
                Headers = details?.Headers,
            },
            CancellationToken.None);
        return SendAttempt.Sent(provider.Echo?.Conceal(result) ?? result);
    }

    /// <summary>Whether the mark is durable and the message still ours.</summary>
    private async ValueTask<bool> MarkAsync(ProviderRuntime provider, OutboundMessage message)
    {
        var mark = new SendMark { Message = message, ProviderId = provider.Provider.Id };
        await committer.MarkAsync(mark);
        // The mark alone could not be written: it is as if the store had been away.
        if (mark.Failure is { } failure) throw new StorageUnavailableException(failure.Message, failure);
        return mark.Owned;
    }

    private async ValueTask<List<GatewayAttachment>?> LoadAsync(TenantId tenant, List<AttachmentReference> references)
    {
        var loaded = new List<GatewayAttachment>(references.Count);
        foreach (var reference in references)
        {
            var bytes = await log.GetBlobAsync(tenant, reference.Hash);
            if (bytes is null) return null;
            loaded.Add(new GatewayAttachment(reference.FileName, reference.ContentType, bytes));
        }

        return loaded;
    }
}
