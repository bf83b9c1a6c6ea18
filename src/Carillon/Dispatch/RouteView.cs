using Carillon.Messages;
using Carillon.Providers;

namespace Carillon.Dispatch;

/// <summary>How the providers of a message stand to it at this moment: every one that its tenant may see, with why it would have it or not.</summary>
internal sealed class RouteView(Router router, ProviderCatalog providers, TimeProvider time)
{
    /// <summary>Those first that are tried first. Where weights share, they stand by their priority: whose turn it is changes with each message.</summary>
    /// <param name="segments">The parts of its text, as far as it is known.</param>
    public List<ProviderPreview> Of(OutboundMessage message, int segments = 1)
    {
        var now = time.GetUtcNow();
        var route = providers.Route(message.Notification.Tenant, message.Channel);
        var order = router.OrderOf(message, now);
        var isChannelStopped = router.IsStopped(message);
        var found = new List<ProviderPreview>();
        var isServed = false;
        foreach (var candidate in order)
        {
            var standing = Standing(candidate, isServed);
            isServed |= standing.Why == ProviderChoice.Serves;
            found.Add(standing);
        }

        found.AddRange(route.Except(order).Select(p => Of(p, ProviderChoice.NotServed) with { Countries = p.Provider.Policy.Countries }));
        foreach (var other in providers.List(message.Notification.Tenant))
        {
            if (other.Provider.Channel == message.Channel && !route.Contains(other))
                found.Add(Of(other, other.Provider.Enabled ? ProviderChoice.NotOwn : ProviderChoice.Disabled));
        }

        return found;

        ProviderPreview Standing(ProviderRuntime candidate, bool isServed)
        {
            var price = candidate.PriceOf(message);
            var entry = candidate.Standing(now, price);
            var why = isChannelStopped || router.IsStopped(message, candidate) ? ProviderChoice.Stopped : entry.Standing switch
            {
                ProviderStanding.Full => ProviderChoice.Full,
                ProviderStanding.Limited => ProviderChoice.Limited,
                ProviderStanding.Resting => ProviderChoice.Resting,
                _ => isServed ? ProviderChoice.Next : ProviderChoice.Serves,
            };
            return Of(candidate, why) with
            {
                Until = why is ProviderChoice.Resting or ProviderChoice.Limited ? entry.RetryAt : null,
                Limit = why is ProviderChoice.Limited ? entry.Limit : null,
                Price = price,
                Cost = price?.Of(segments),
            };
        }
    }

    private static ProviderPreview Of(ProviderRuntime runtime, ProviderChoice why) =>
        new(runtime.Provider.Id, runtime.Provider.Name, runtime.Provider.Kind, why);
}
