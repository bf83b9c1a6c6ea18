using Carillon.Messages;

namespace Carillon.Storage;

/// <summary>Reads of what was accepted and what became of it.</summary>
public interface IMessageLog
{
    ValueTask<StoredNotification?> GetNotificationAsync(TenantId tenant, Guid id, CancellationToken cancellationToken = default);

    ValueTask<StoredMessage?> GetMessageAsync(TenantId tenant, Guid id, CancellationToken cancellationToken = default);

    /// <summary>What happened to a message after it left, earliest first.</summary>
    ValueTask<IReadOnlyList<StoredEvent>> EventsAsync(TenantId tenant, Guid messageId, CancellationToken cancellationToken = default);

    /// <summary>The newest message, of whichever tenant, that a provider's gateway knows by this id; null for none.</summary>
    ValueTask<Guid?> FindByExternalAsync(Guid providerId, string externalId, CancellationToken cancellationToken = default);

    /// <summary>
    /// Newest first, in the order of their commits. A page costs a bounded effort, however rare what is asked for: it may hold fewer than
    /// asked for, or nothing, and yet have a <see cref="LogPage{T}.Next"/>.
    /// </summary>
    ValueTask<LogPage<StoredMessage>> ListMessagesAsync(MessageQuery query, CancellationToken cancellationToken = default);

    /// <summary>As <see cref="ListMessagesAsync"/>. Without what may be large: variables, secrets and details are not read.</summary>
    ValueTask<LogPage<StoredNotification>> ListNotificationsAsync(NotificationQuery query, CancellationToken cancellationToken = default);

    /// <summary>
    /// The newest messages, of whichever tenants, that went to an address through a provider. There is no index over all tenants: it costs a look
    /// for each of them.
    /// </summary>
    ValueTask<IReadOnlyList<StoredMessage>> NewestToAsync(
        Guid providerId, Channel channel, string address, DateTimeOffset createdAfter, int limit, CancellationToken cancellationToken = default);

    ValueTask<KeptCallback?> GetCallbackAsync(Guid id, CancellationToken cancellationToken = default);

    /// <summary>Callbacks of a provider that could not be read, newest first, those before <paramref name="before"/>; null begins with the newest.</summary>
    ValueTask<IReadOnlyList<KeptCallback>> FaultyCallbacksAsync(Guid providerId, Guid? before, int limit, CancellationToken cancellationToken = default);

    ValueTask<byte[]?> GetBlobAsync(TenantId tenant, string hash, CancellationToken cancellationToken = default);

    /// <summary>Live work by state, channel and priority. Of one tenant, or of all for null.</summary>
    ValueTask<IReadOnlyList<QueueDepth>> DepthAsync(TenantId? tenant, DateTimeOffset now, CancellationToken cancellationToken = default);

    ValueTask<BatchCounts?> GetBatchAsync(TenantId tenant, Guid id, CancellationToken cancellationToken = default);

    /// <summary>Newest first, those made before <paramref name="before"/>; null begins with the newest.</summary>
    ValueTask<IReadOnlyList<BatchSummary>> ListBatchesAsync(TenantId tenant, Guid? before, int limit, CancellationToken cancellationToken = default);

    /// <summary>The ids of a batch's notifications in their order, those after <paramref name="after"/>; null begins with the first.</summary>
    ValueTask<IReadOnlyList<Guid>> BatchNotificationsAsync(TenantId tenant, Guid batch, Guid? after, int limit, CancellationToken cancellationToken = default);

    /// <summary>Sums of the counters, of one tenant or of all for null, since a time (rounded down to its quarter hour).</summary>
    ValueTask<IReadOnlyList<CounterRow>> CountersAsync(TenantId? tenant, DateTimeOffset since, CancellationToken cancellationToken = default);

    /// <summary>All that the counters ever counted, of all tenants, by channel and status. Summed in the store: few rows, however long it has run.</summary>
    ValueTask<IReadOnlyList<StatusSum>> SumsAsync(CancellationToken cancellationToken = default);
}

public sealed record StoredNotification(Notification Notification, IReadOnlyList<StoredMessage> Messages);

/// <summary>A message as the log has it.</summary>
public sealed record StoredMessage
{
    public required Guid Id { get; init; }

    public required Guid NotificationId { get; init; }

    public required TenantId Tenant { get; init; }

    public required Channel Channel { get; init; }

    public required string Address { get; init; }

    public string? ContactId { get; init; }

    public required MessageStatus Status { get; init; }

    public string? Reason { get; init; }

    public int Step { get; init; }

    public int Attempts { get; init; }

    public Guid? ProviderId { get; init; }

    public string? ExternalId { get; init; }

    public decimal? Cost { get; init; }

    public string? Currency { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? DueAt { get; init; }

    public DateTimeOffset? SentAt { get; init; }

    /// <summary>When it was last put back into the queue by hand, after it had failed; null for never.</summary>
    public DateTimeOffset? RetriedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public Guid? ContentHash { get; init; }

    /// <summary>JSON lines, as <see cref="OutcomeWrite.Trace"/>; null where the reader did not ask for one message.</summary>
    public byte[]? Trace { get; init; }
}

public readonly record struct QueueDepth(MessageStatus Status, Channel Channel, Priority Priority, long Count, DateTimeOffset? Oldest);

/// <param name="Notifications">How many were accepted into it.</param>
public sealed record BatchSummary(Guid Id, DateTimeOffset CreatedAt, long Notifications);

public sealed record BatchCounts(Guid Id, DateTimeOffset CreatedAt, IReadOnlyDictionary<MessageStatus, long> ByStatus);

/// <summary>How many messages came to a status, within one quarter hour.</summary>
public readonly record struct CounterRow(TenantId Tenant, DateTimeOffset Quarter, Channel Channel, Guid? ProviderId, MessageStatus Status, long Count);

/// <summary>How many messages of a channel ever came to a status.</summary>
public readonly record struct StatusSum(Channel Channel, MessageStatus Status, long Count);
