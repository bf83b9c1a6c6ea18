using System.Runtime.CompilerServices;
using Carillon.Allowances;
using Carillon.Messages;
using Carillon.Providers;
using Carillon.Routing;

namespace Carillon.Dispatch;

/// <summary>
/// Which providers may serve a message, in the order in which they are tried: the tenant's own, else the installation's; those that serve its
/// country, by the tenant's rule for its channel and category.
/// </summary>
internal sealed class Router(ProviderCatalog providers, RoutingBook book) : ILaneRoutes
{
    /// <summary>How long a lane without any provider rests before it looks again; a change of providers wakes it at once.</summary>
    private static readonly TimeSpan NoProviderRest = TimeSpan.FromSeconds(5);

    /// <summary>Likewise one that is stopped; its end wakes it at once.</summary>
    private static readonly TimeSpan StopRest = TimeSpan.FromMinutes(1);

    private readonly ConditionalWeakTable<ProviderRuntime[], RouteTable> _tables = [];

    public RoutingRule? RuleOf(OutboundMessage message) => book.Find(message.Notification.Tenant, message.Channel, message.Notification.Category);

    /// <summary>Providers of its route that do not serve where it goes.</summary>
    /// <param name="order">Those that do.</param>
    public IEnumerable<ProviderRuntime> Foreign(OutboundMessage message, ProviderRuntime[] order)
    {
        var route = providers.Route(message.Notification.Tenant, message.Channel);
        return route.Length == order.Length ? [] : route.Where(p => !RouteTable.Serves(p.Provider, message));
    }

    /// <summary>Those that may serve a message, as they would be tried now, but for the shares of their weights, which move only when a message goes.</summary>
    public ProviderRuntime[] OrderOf(OutboundMessage message, DateTimeOffset now)
    {
        var route = providers.Route(message.Notification.Tenant, message.Channel);
        return route.Length == 0 ? route : TableOf(route).Order(message, RuleOf(message), now, takesShare: false);
    }

    /// <summary>Its channel is, or everything.</summary>
    public bool IsStopped(OutboundMessage message) => book.IsStopped(message.Notification.Tenant, message.Channel);

    public bool IsStopped(OutboundMessage message, ProviderRuntime provider) => book.IsStopped(message.Notification.Tenant, provider.Provider.Id);

    /// <summary>Until when limits or a stop held the messages of a lane last, or hold them; null for never.</summary>
    public LaneHold? HoldOf(LaneKey lane, DateTimeOffset now)
    {
        if (book.IsStopped(lane.Tenant, lane.Channel)) return new LaneHold(now, MessageReasons.Stopped);
        LaneHold? last = book.ResumedAt(lane.Tenant) is { } resumed ? new LaneHold(resumed, MessageReasons.Stopped) : null;
        foreach (var candidate in providers.Route(lane.Tenant, lane.Channel))
        {
            if (candidate.Allowance?.LastOver is { } until && (last is null || until > last.Value.Until)) last = new LaneHold(until, MessageReasons.Limit);
            if (book.IsStopped(lane.Tenant, candidate.Provider.Id) && (last is null || now > last.Value.Until)) last = new LaneHold(now, MessageReasons.Stopped);
        }

        return last;
    }

    public Admission Admit(OutboundMessage message, DateTimeOffset now)
    {
        var tenant = message.Notification.Tenant;
        if (book.IsStopped(tenant, message.Channel)) return Admission.Down(now + StopRest);
        var route = providers.Route(tenant, message.Channel);
        if (route.Length == 0) return Admission.Down(now + NoProviderRest);
        var table = TableOf(route);
        var order = table.Order(message, RuleOf(message), now, takesShare: true);
        var admission = Enter(message, order, now, out var isTooDear);
        return admission with { Order = order, IsOfMessage = order.Length < route.Length || (isTooDear && table.HasPricesByCountry) };
    }

    private RouteTable TableOf(ProviderRuntime[] route) =>
        _tables.TryGetValue(route, out var table) ? table : _tables.GetValue(route, static r => new RouteTable(r));

    /// <param name="isTooDear">A budget has not enough left for it: it may have for another.</param>
    private Admission Enter(OutboundMessage message, ProviderRuntime[] order, DateTimeOffset now, out bool isTooDear)
    {
        isTooDear = false;
        DateTimeOffset? retryAt = null;
        var full = 0;
        foreach (var candidate in order)
        {
            if (IsStopped(message, candidate))
            {
                if (retryAt is null || now + StopRest < retryAt) retryAt = now + StopRest;
                continue;
            }

            var entry = candidate.TryEnter(now, candidate.PriceOf(message));
            switch (entry.Standing)
            {
                case ProviderStanding.Open:
                    return Admission.Open(candidate, entry.Ticket);
                case ProviderStanding.Full:
                    full++;
                    break;
                case ProviderStanding.Refilling:
                    // It has room in a moment: nothing goes to a worse one for that.
                    return Admission.Waiting(order);
                default:
                    isTooDear |= entry.Limit is { } limit && limit.IsMoney();
                    if (retryAt is null || entry.RetryAt < retryAt) retryAt = entry.RetryAt;
                    break;
            }
        }

        return full == 0 ? Admission.Down(retryAt ?? now + NoProviderRest) : Admission.Waiting(order);
    }
}

/// <summary>What held, or holds, the messages of a lane although they were due.</summary>
/// <param name="Reason">Of <see cref="MessageReasons"/>.</param>
internal readonly record struct LaneHold(DateTimeOffset Until, string Reason);
