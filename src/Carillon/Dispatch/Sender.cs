using Carillon.Channels;
using Carillon.Messages;
using Carillon.Providers;
using Carillon.Storage;

namespace Carillon.Dispatch;

/// <summary>Makes one attempt at one provider; for <see cref="OnUnknown.Stop"/> only after its mark is durable.</summary>
internal sealed class Sender(GroupCommitter committer, IMessageLog log)
{
    public async ValueTask<SendResult> SendAsync(ProviderRuntime provider, OutboundMessage message, RenderedContent content, int attempt)
    {
        var details = message.Notification.Details;
        IReadOnlyList<GatewayAttachment> attachments = [];
        if (details?.Attachments is { } references)
        {
            var loaded = await LoadAsync(message.Notification.Tenant, references);
            if (loaded is null) return SendResult.Rejected("An attachment is no longer stored.");
            attachments = loaded;
        }

        if (message.Notification.OnUnknown == OnUnknown.Stop && await MarkAsync(provider, message) is { } refused) return refused;

        return await provider.Gateway.SendAsync(
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
    }

    /// <summary>Null when the mark is durable and the message still ours.</summary>
    private async ValueTask<SendResult?> MarkAsync(ProviderRuntime provider, OutboundMessage message)
    {
        var mark = new SendMark { Message = message, ProviderId = provider.Provider.Id };
        try
        {
            await committer.MarkAsync(mark);
        }
        catch (StorageUnavailableException e)
        {
            return SendResult.RetryAfter($"The send could not be marked beforehand: {e.Message}");
        }

        return mark.Owned ? null : SendResult.RetryAfter("Another node has taken the message over.");
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
