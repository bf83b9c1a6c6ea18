using Carillon.Alerts;
using Carillon.Messages;

namespace Carillon.Storage;

/// <summary>Alerts, who is told of them, and the figures by which some of them are decided. However many nodes watch, the store says who raised.</summary>
public interface IAlertStore
{
    /// <summary>
    /// Stores it, unless one with its key is open, or was raised once for all; that one is then seen again (<see cref="Alert.SeenAt"/>).
    /// </summary>
    /// <returns>Whether it is new.</returns>
    ValueTask<bool> RaiseAsync(Alert alert, CancellationToken cancellationToken = default);

    /// <summary>Ends an open one.</summary>
    /// <param name="unseenSince">Only if it has not been seen since; null for in any case.</param>
    /// <returns>Whether it was this call that did.</returns>
    ValueTask<bool> ResolveAsync(
        Guid id, DateTimeOffset at, string resolution, DateTimeOffset? unseenSince = null, CancellationToken cancellationToken = default);

    /// <summary>All recipients know of it.</summary>
    ValueTask MarkToldAsync(Guid id, AlertPhase phase, DateTimeOffset at, CancellationToken cancellationToken = default);

    ValueTask<Alert?> GetAsync(TenantId tenant, Guid id, CancellationToken cancellationToken = default);

    /// <summary>Newest first, in the order of their commits.</summary>
    ValueTask<LogPage<Alert>> ListAsync(AlertQuery query, CancellationToken cancellationToken = default);

    /// <summary>Every open one of every tenant, oldest first.</summary>
    ValueTask<IReadOnlyList<Alert>> ListOpenAsync(CancellationToken cancellationToken = default);

    /// <summary>Those of which not everybody was told what there is to tell, oldest first.</summary>
    ValueTask<IReadOnlyList<Alert>> ListUntoldAsync(int limit, CancellationToken cancellationToken = default);

    /// <summary>How many are open, of all tenants, by kind; kinds of which none is are left out.</summary>
    ValueTask<IReadOnlyList<AlertCount>> ListOpenCountsAsync(CancellationToken cancellationToken = default);

    /// <summary>Removes what was resolved before a time, a little at a time; how many rows.</summary>
    ValueTask<int> DropAsync(DateTimeOffset resolvedBefore, int limit, CancellationToken cancellationToken = default);

    /// <summary>The tenant's own; null where it has none.</summary>
    ValueTask<AlertSettings?> GetSettingsAsync(TenantId tenant, CancellationToken cancellationToken = default);

    /// <summary>Those of every tenant that has its own.</summary>
    ValueTask<IReadOnlyList<KeyValuePair<TenantId, AlertSettings>>> ListSettingsAsync(CancellationToken cancellationToken = default);

    /// <summary>Puts these in the place of those at <paramref name="version"/> (0 for none). False, and nothing is written, when others stand there.</summary>
    ValueTask<bool> ReplaceSettingsAsync(TenantId tenant, AlertSettings settings, int version, CancellationToken cancellationToken = default);

    /// <summary>What the counters say of each provider's messages of two spans that end and begin at <paramref name="middle"/>; both are rounded down to quarter hours.</summary>
    ValueTask<IReadOnlyList<DeliveryCount>> ListDeliveriesAsync(DateTimeOffset since, DateTimeOffset middle, CancellationToken cancellationToken = default);

    /// <summary>What of each lane is due by now and not yet sent. Of what waits in the store at most <paramref name="most"/> a lane are counted.</summary>
    ValueTask<IReadOnlyList<LaneBacklog>> ListBacklogsAsync(DateTimeOffset now, int most, CancellationToken cancellationToken = default);
}

/// <summary>Asks for a page of alerts.</summary>
public sealed record AlertQuery
{
    public required TenantId Tenant { get; init; }

    public AlertState? State { get; init; }

    public AlertKind? Kind { get; init; }

    public Guid? ProviderId { get; init; }

    /// <summary>The <see cref="LogPage{T}.Next"/> of the page before; null for the first page.</summary>
    public long? After { get; init; }

    public int Limit { get; init; } = 50;
}

public readonly record struct AlertCount(AlertKind Kind, long Count);

/// <param name="Before">How many messages came to the status in the first span.</param>
/// <param name="Recent">In the second, which goes on.</param>
public readonly record struct DeliveryCount(Guid ProviderId, MessageStatus Status, long Before, long Recent);

/// <param name="Oldest">Since when the first of them is due.</param>
public readonly record struct LaneBacklog(LaneKey Lane, DateTimeOffset Oldest, long Count);
