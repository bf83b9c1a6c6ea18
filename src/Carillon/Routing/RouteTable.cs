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
        _byCost = [.. route.OrderBy(p => p.Provider.Policy.Cost?.Amount ?? decimal.MaxValue)];
        HasCountries = Array.Exists(route, p => p.Provider.Policy.Countries is not null);
        HasPricesByCountry = Array.Exists(route, p => p.HasPricesByCountry);
        _hasShares = route.GroupBy(Rank).Any(g => g.Select(p => p.Provider.Weight).Distinct().Count() > 1);
    }

    public bool HasCountries { get; }

    /// <summary>What is too dear for a budget may be so for its country alone.</summary>
    public bool HasPricesByCountry { get; }

    /// <summary>Those that serve the message, in the order in which they are tried. Not to be changed.</summary>
    /// <param name="takesShare">A message goes by it: where weights share, whose turn it is moves on. Only that needs a guard.</param>
    public ProviderRuntime[] Order(OutboundMessage message, RoutingRule? rule, DateTimeOffset now, bool takesShare)
    {
        var order = rule?.Strategy == RoutingStrategy.LeastCost ? _byCost : _byPriority;
        if (HasCountries && message.Channel.HasNumber() && Array.Exists(order, p => !Serves(p.Provider, message)))
            order = Array.FindAll(order, p => Serves(p.Provider, message));
        if (order.Length < 2) return order;
        if (rule is { Sticky: true }) return Sticky(order, rule, message);
        if (HasPricesByCountry && rule?.Strategy == RoutingStrategy.LeastCost) return ByPrice(order, message);
        if (rule?.Strategy == RoutingStrategy.Fastest) return Sorted(order, p => p.Health.Latency(now));
        return takesShare && _hasShares && rule?.Strategy is not RoutingStrategy.LeastCost ? Shared(order) : order;
    }

    public static bool Serves(Provider provider, OutboundMessage message)
    {
        if (provider.Policy.Countries is not { } countries || !message.Channel.HasNumber()) return true;
        foreach (var country in countries)
        {
            if (country[0] == '+' ? message.Address.StartsWith(country, StringComparison.Ordinal) : message.Region == country) return true;
        }

        return false;
    }

    /// <summary>By what each takes for this number, the lowest first; stable.</summary>
    private static ProviderRuntime[] ByPrice(ProviderRuntime[] order, OutboundMessage message)
    {
        Span<decimal> prices = order.Length <= 32 ? stackalloc decimal[order.Length] : new decimal[order.Length];
        var isSorted = true;
        for (var i = 0; i < order.Length; i++)
        {
            prices[i] = AmountOf(order[i], message);
            isSorted &= i == 0 || prices[i - 1] <= prices[i];
        }

        if (isSorted) return order;
        var sorted = order.AsSpan().ToArray();
        for (var i = 1; i < sorted.Length; i++)
        {
            var (provider, price) = (sorted[i], prices[i]);
            var at = i;
            for (; at > 0 && prices[at - 1] > price; at--) (sorted[at], prices[at]) = (sorted[at - 1], prices[at - 1]);
            (sorted[at], prices[at]) = (provider, price);
        }

        return sorted;
    }

    // Those whose price nobody knows go last.
    private static decimal AmountOf(ProviderRuntime provider, OutboundMessage message) => provider.PriceOf(message)?.Amount ?? decimal.MaxValue;

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
        return rule.Strategy switch
        {
            RoutingStrategy.LeastCost => [.. order.OrderBy(p => AmountOf(p, message)).ThenByDescending(p => Score(p, recipient))],
            RoutingStrategy.Priority when Rank(order[0]) != Rank(order[^1]) => [.. order.OrderBy(Rank).ThenByDescending(p => Score(p, recipient))],
            _ => Sorted(order, p => -Score(p, recipient)),
        };
    }

    /// <summary>By insertion, stable: they are few, and each is asked once.</summary>
    private static ProviderRuntime[] Sorted(ProviderRuntime[] order, Func<ProviderRuntime, double> keyOf)
    {
        var sorted = order.AsSpan().ToArray();
        Span<double> keys = sorted.Length <= 32 ? stackalloc double[sorted.Length] : new double[sorted.Length];
        for (var i = 0; i < sorted.Length; i++)
        {
            var (provider, key) = (order[i], keyOf(order[i]));
            var at = i;
            for (; at > 0 && keys[at - 1] > key; at--) (sorted[at], keys[at]) = (sorted[at - 1], keys[at - 1]);
            (sorted[at], keys[at]) = (provider, key);
        }

        return sorted;
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
