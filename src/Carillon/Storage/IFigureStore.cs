using Carillon.Messages;
using Carillon.Providers;

namespace Carillon.Storage;

/// <summary>How providers did, by quarter hours: what nodes have seen of them, and what became of the messages.</summary>
public interface IFigureStore
{
    /// <summary>
    /// Stores what a node has seen of quarter hours so far, in place of what it had stored of them before: writing the same again changes
    /// nothing. All of it in one commit.
    /// </summary>
    /// <param name="epoch">The incarnation with which the node's process began; it stays the same when the node begins anew within it.</param>
    ValueTask PutAsync(long epoch, IReadOnlyList<ProviderQuarter> quarters, CancellationToken cancellationToken = default);

    /// <summary>The sums over all nodes of a provider's quarter hours that begin in this time, earliest first; those without a send are left out.</summary>
    ValueTask<IReadOnlyList<ProviderQuarter>> ListAsync(
        Guid providerId, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken = default);

    /// <summary>How many messages came to a status through a provider, by quarter hours that begin in this time, earliest first.</summary>
    /// <param name="tenant">Whose messages; null for those of all, which a provider of the installation serves.</param>
    ValueTask<IReadOnlyList<ProviderCount>> CountsAsync(
        TenantId? tenant, Guid providerId, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken = default);

    /// <summary>Drops figures of quarter hours before a time, at most so many rows; returns how many went. Counters stay.</summary>
    ValueTask<int> DropAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken = default);
}

public readonly record struct ProviderCount(DateTimeOffset Quarter, MessageStatus Status, long Count);
