using Carillon.Messages;
using Carillon.Storage;

namespace Carillon.Dispatch;

/// <summary>Says why a message that has not come to its end still waits, by the routing as it stands now.</summary>
public sealed class WaitReader
{
    private readonly IMessageLog _log;
    private readonly RouteView _routes;
    private readonly TimeProvider _time;

    internal WaitReader(IMessageLog log, RouteView routes, TimeProvider time) => (_log, _routes, _time) = (log, routes, time);

    /// <summary>Null for one that waits for nothing any more.</summary>
    public async ValueTask<MessageWait?> ReadAsync(StoredMessage message, CancellationToken cancellationToken)
    {
        if (message.Status.IsFinal() || await _log.GetNotificationAsync(message.Tenant, message.NotificationId, cancellationToken) is not { } stored) return null;
        var outbound = new OutboundMessage
        {
            Notification = stored.Notification,
            Id = message.Id,
            Channel = message.Channel,
            Address = message.Address,
            CreatedAt = message.CreatedAt,
        };
        var providers = _routes.Of(outbound);
        var why = WhyOf(message, providers);
        var until = why is WaitReason.Due or WaitReason.Retry ? message.DueAt
            : why is WaitReason.Limit or WaitReason.Resting ? providers.Where(p => p.Until is not null).Min(p => p.Until) ?? message.DueAt
            : null;
        return new MessageWait(why, until, outbound.Region, providers);
    }

    private WaitReason WhyOf(StoredMessage message, List<ProviderPreview> providers)
    {
        if (!providers.Exists(p => p.IsCandidate)) return WaitReason.NoProvider;
        if (message.Status != MessageStatus.Sending && message.DueAt > _time.GetUtcNow())
        {
            return message.Reason switch
            {
                MessageReasons.Limit => WaitReason.Limit,
                MessageReasons.Retry => WaitReason.Retry,
                _ => WaitReason.Due,
            };
        }

        if (providers.Exists(p => p.Why == ProviderChoice.Serves)) return WaitReason.Turn;
        if (providers.Exists(p => p.Why == ProviderChoice.Full)) return WaitReason.Full;
        if (providers.Exists(p => p.Why == ProviderChoice.Resting)) return WaitReason.Resting;
        return providers.Exists(p => p.Why == ProviderChoice.Limited) ? WaitReason.Limit : WaitReason.Stopped;
    }
}

/// <param name="Until">When that ends at the earliest, as far as it is known.</param>
/// <param name="Region">Of a telephone number (ISO 3166-1 alpha-2); else empty.</param>
/// <param name="Providers">Every provider of its channel, as it stands to the message now.</param>
public sealed record MessageWait(WaitReason Why, DateTimeOffset? Until, string Region, IReadOnlyList<ProviderPreview> Providers);

/// <summary>What a message waits for.</summary>
public enum WaitReason
{
    /// <summary>For nothing but its lane's turn, or the answer to its send.</summary>
    Turn,

    /// <summary>For its time.</summary>
    Due,

    /// <summary>For the next attempt.</summary>
    Retry,

    /// <summary>For a provider that serves it: there is none.</summary>
    NoProvider,

    /// <summary>For a place among a provider's sends.</summary>
    Full,

    /// <summary>For providers that rest after failures.</summary>
    Resting,

    /// <summary>For the end of a limit's window.</summary>
    Limit,

    /// <summary>For somebody to end a stop.</summary>
    Stopped,
}

public static class WaitReasonNames
{
    public static readonly WireNames<WaitReason> All = new(
        (WaitReason.Turn, "turn"), (WaitReason.Due, "due"), (WaitReason.Retry, MessageReasons.Retry), (WaitReason.NoProvider, MessageReasons.NoProvider),
        (WaitReason.Full, "full"), (WaitReason.Resting, "resting"), (WaitReason.Limit, MessageReasons.Limit), (WaitReason.Stopped, MessageReasons.Stopped));
}
