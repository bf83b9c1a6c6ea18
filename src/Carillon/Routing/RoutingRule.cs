using Carillon.Messages;

namespace Carillon.Routing;

/// <summary>How a tenant's messages of a channel find their provider.</summary>
/// <param name="Category">Only of notifications of this category; null for all that have no rule of their own.</param>
/// <param name="Sticky">The same provider for the same recipient, as long as it can.</param>
public sealed record RoutingRule(Channel Channel, string? Category, RoutingStrategy Strategy, bool Sticky);

/// <summary>Which provider is tried first. Stored; the numbers never change.</summary>
public enum RoutingStrategy : byte
{
    /// <summary>The default one, then by priority; among those of one priority by the shares of their weights, where these differ.</summary>
    Priority = 0,

    LeastCost = 1,

    /// <summary>The one that has answered fastest of late.</summary>
    Fastest = 2,
}

public static class RoutingStrategyNames
{
    public static readonly WireNames<RoutingStrategy> All = new(
        (RoutingStrategy.Priority, "priority"), (RoutingStrategy.LeastCost, "least_cost"), (RoutingStrategy.Fastest, "fastest"));
}

/// <summary>What does not send until somebody says so: messages wait, and none is dropped.</summary>
/// <param name="ResumedAt">When something was last let go again: what waited has not grown old by that.</param>
public sealed record Stops(bool All, IReadOnlyList<Channel> Channels, IReadOnlyList<Guid> Providers, DateTimeOffset? ResumedAt = null)
{
    public static readonly Stops None = new(false, [], []);

    public bool Includes(Channel channel) => All || Channels.Contains(channel);
}
