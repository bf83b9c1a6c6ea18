using Carillon.Messages;

namespace Carillon.Providers;

/// <summary>
/// What a provider takes for a message to any number: the longest beginning of it that has a price, else its region's, else the default. Made once
/// for each version of a provider; immutable.
/// </summary>
/// <remarks>
/// Beginnings stand in a tree of digits: <c>+1876</c> takes four steps from the root, and a number leaves it at the first digit that begins nothing,
/// mostly the second or third.
/// </remarks>
internal sealed class PriceTable
{
    private const int Letters = 26;

    private readonly Price _default;
    private readonly Price?[]? _regions;
    private readonly Price?[] _prices = [];

    /// <summary>Ten for each node: the node to which a digit leads; 0 for none.</summary>
    private readonly int[] _steps = [];

    private PriceTable(ProviderCost cost)
    {
        _default = new Price(cost.Amount, cost.Currency, cost.Per);
        if (cost.ByCountry is not { Count: > 0 } byCountry) return;
        HasCountries = true;
        var steps = new List<int>(new int[10]);
        var prices = new List<Price?> { null };
        foreach (var (place, amount) in byCountry)
        {
            var price = new Price(amount, cost.Currency, cost.Per);
            if (place[0] != '+')
            {
                (_regions ??= new Price?[Letters * Letters])[IndexOf(place)] = price;
                continue;
            }

            var node = 0;
            foreach (var digit in place.AsSpan(1))
            {
                ref var next = ref System.Runtime.InteropServices.CollectionsMarshal.AsSpan(steps)[(node * 10) + digit - '0'];
                if (next == 0)
                {
                    next = prices.Count;
                    node = next;
                    prices.Add(null);
                    steps.AddRange(new int[10]);
                }
                else
                {
                    node = next;
                }
            }

            prices[node] = price;
        }

        if (prices.Count > 1) (_steps, _prices) = ([.. steps], [.. prices]);
    }

    /// <summary>The price is not the same for every number.</summary>
    public bool HasCountries { get; }

    /// <summary>Null where nobody has said what it takes.</summary>
    public static PriceTable? Of(ProviderCost? cost) => cost is null ? null : new PriceTable(cost);

    public Price Of(OutboundMessage message)
    {
        if (!HasCountries || !message.Channel.HasNumber()) return _default;
        if (_steps.Length > 0 && OfNumber(message.Address) is { } price) return price;
        return _regions is not null && message.Region is { Length: 2 } region && _regions[IndexOf(region)] is { } regional ? regional : _default;
    }

    private Price? OfNumber(string number)
    {
        Price? longest = null;
        var node = 0;
        for (var i = 1; i < number.Length; i++)
        {
            var digit = number[i] - '0';
            if ((uint)digit > 9) break;
            node = _steps[(node * 10) + digit];
            if (node == 0) break;
            longest = _prices[node] ?? longest;
        }

        return longest;
    }

    private static int IndexOf(string region) => ((region[0] - 'A') * Letters) + region[1] - 'A';
}
