using System.Text;
using Carillon.Messages;
using Carillon.Storage;

namespace Carillon.Dispatch;

/// <summary>A message's content, rendered again from what was stored of it.</summary>
/// <param name="Unchanged">Whether it is byte for byte what was sent; null when nothing was sent yet.</param>
/// <param name="Unavailable">Why there is no content; null when there is.</param>
public sealed record MessageContentView(string? Subject, string? Text, string? Html, bool? Unchanged, string? Unavailable);

/// <summary>Shows what a message says, as it was sent, but for its secret values.</summary>
public sealed class ContentReader
{
    private readonly IMessageLog _log;
    private readonly Renderer _renderer;

    internal ContentReader(IMessageLog log, Renderer renderer)
    {
        _log = log;
        _renderer = renderer;
    }

    /// <summary>Null when the tenant has no such message.</summary>
    public async ValueTask<MessageContentView?> ReadAsync(TenantId tenant, Guid messageId, CancellationToken cancellationToken)
    {
        if (await _log.GetMessageAsync(tenant, messageId, cancellationToken) is not { } stored) return null;
        if (await _log.GetNotificationAsync(tenant, stored.NotificationId, cancellationToken) is not { } notification) return null;

        var message = new OutboundMessage
        {
            Notification = notification.Notification,
            Id = stored.Id,
            Channel = stored.Channel,
            Address = stored.Address,
            Step = stored.Step,
            CreatedAt = stored.CreatedAt,
        };
        var buffer = new PooledBufferWriter(8192);
        try
        {
            var rendering = await _renderer.RenderAsync(message, buffer, cancellationToken);
            if (rendering.Fault is { } fault) return new MessageContentView(null, null, null, null, fault);
            return new MessageContentView(
                Part(rendering.Content.Subject, rendering), Part(rendering.Content.Text, rendering), Part(rendering.Content.Html, rendering),
                stored.ContentHash is { } sent ? sent == rendering.Hash : null, null);
        }
        finally
        {
            buffer.Reset(0);
        }
    }

    /// <summary>Secret values are for the recipient alone: whoever may read messages does not get at a code that is still good.</summary>
    private static string? Part(ReadOnlyMemory<byte> part, Rendering rendering)
    {
        if (part.IsEmpty) return null;
        var text = Encoding.UTF8.GetString(part.Span);
        return rendering.Secrets?.Redact(text) ?? text;
    }
}
