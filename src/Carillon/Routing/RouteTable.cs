using Carillon.Messages;
using Carillon.Providers;

namespace Carillon.Routing;

/// <summary>
/// The providers of one tenant's channel, in the orders in which they may be tried. Made once for each set of providers. Guarded by whoever
/// admits messages: shares move with each of them.
/// </summary>
internal sealed class RouteTable
{
    private readonly ProviderRuntime[] _byPriority;
    private readonly ProviderRuntime[] _byCost;
    private readonly Dictionary<ProviderRuntime, long> _shares = [];
    private readonly bool _hasShares;

    public RouteTable(ProviderRuntime[] route)
    {
        _byPriority = route;
        // Those whose price nobody knows go last.
        _byCost = [.. route.OrderBy(p => p.Provider.Policy.Cost?.Amount ?? decimal.MaxValue)];
        HasCountries = Array.Exists(route, p => p.Provider.Policy.Countries is not null);
        _hasShares = route.GroupBy(Rank).Any(g => g.Select(p => p.Provider.Weight).Distinct().Count() > 1);
    }

    public bool HasCountries { get; }

    /// <summary>Those that serve the message, in the order in which they are tried. Not to be changed.</summary>
    public ProviderRuntime[] Order(OutboundMessage message, RoutingRule? rule, DateTimeOffset now)
    {
        var order = rule?.Strategy == RoutingStrategy.LeastCost ? _byCost : _byPriority;
        if (HasCountries && HasNumber(message.Channel) && Array.Exists(order, p => !Serves(p.Provider, message)))
            order = Array.FindAll(order, p => Serves(p.Provider, message));
        if (order.Length < 2) return order;
        if (rule is { Sticky: true }) return Sticky(order, rule, message);
        if (rule?.Strategy == RoutingStrategy.Fastest) return [.. order.OrderBy(p => p.Health.Latency(now))];
        return _hasShares && rule?.Strategy is not RoutingStrategy.LeastCost ? Shared(order) : order;
    }

    public static bool Serves(Provider provider, OutboundMessage message)
    {
        if (provider.Policy.Countries is not { } countries || !HasNumber(message.Channel)) return true;
        foreach (var country in countries)
        {
            if (country[0] == '+' ? message.Address.StartsWith(country, StringComparison.Ordinal) : message.Region == country) return true;
        }

        return false;
    }

    private static bool HasNumber(Channel channel) => channel is Channel.Sms or Channel.Voice or Channel.WhatsApp;

    /// <summary>Smooth weighted round robin: of weights 5 and 1 every sixth message goes to the second, and never two in a row.</summary>
    private ProviderRuntime[] Shared(ProviderRuntime[] order)
    {
        var rank = Rank(order[0]);
        var best = -1;
        long total = 0;
        for (var i = 0; i < order.Length && Rank(order[i]) == rank; i++)
        {
            total += order[i].Provider.Weight;
            var share = _shares.GetValueOrDefault(order[i]) + order[i].Provider.Weight;
            _shares[order[i]] = share;
            if (order[i].Provider.Weight > 0 && (best < 0 || share > _shares[order[best]])) best = i;
        }

        if (best < 0) return order;
        _shares[order[best]] -= total;
        if (best == 0) return order;
        var shared = new ProviderRuntime[order.Length];
        shared[0] = order[best];
        for (int from = 0, to = 1; from < order.Length; from++)
        {
            if (from != best) shared[to++] = order[from];
        }

        return shared;
    }

    /// <summary>
    /// Rendezvous hashing by weight: each recipient keeps its provider while there is one, and when a provider goes or comes only its own
    /// recipients move.
    /// </summary>
    private static ProviderRuntime[] Sticky(ProviderRuntime[] order, RoutingRule rule, OutboundMessage message)
    {
        var recipient = Hash(14695981039346656037, message.Notification.ContactId ?? message.Address);
        var sorted = order.OrderByDescending(p => Score(p, recipient));
        return rule.Strategy switch
        {
            RoutingStrategy.LeastCost => [.. order.OrderBy(p => p.Provider.Policy.Cost?.Amount ?? decimal.MaxValue).ThenByDescending(p => Score(p, recipient))],
            RoutingStrategy.Priority => [.. order.OrderBy(Rank).ThenByDescending(p => Score(p, recipient))],
            _ => [.. sorted],
        };
    }

    private static double Score(ProviderRuntime provider, ulong recipient)
    {
        var hash = Hash(recipient, provider.PublicId);
        hash ^= hash >> 33;
        hash *= 0xff51afd7ed558ccd;
        hash ^= hash >> 33;
        var even = ((hash >> 11) + 0.5) / (1UL << 53);
        return provider.Provider.Weight == 0 ? -1 : -provider.Provider.Weight / Math.Log(even);
    }

    /// <summary>FNV-1a: the same on every node and after every start.</summary>
    private static ulong Hash(ulong hash, string text)
    {
        foreach (var c in text) hash = (hash ^ c) * 1099511628211;
        return hash;
    }

    private static (int Default, int Priority) Rank(ProviderRuntime provider) => (provider.Provider.IsDefault ? 0 : 1, provider.Provider.Priority);
}
