namespace Carillon.Providers;

/// <summary>What a provider may be used for and what it costs. Stored as one JSON document; null is no bound.</summary>
public sealed record ProviderPolicy
{
    public const int MaxLimit = 1_000_000_000;
    public const int MaxCountries = 300;
    public const int MaxPrices = 2_000;

    public static readonly ProviderPolicy None = new();

    public ProviderLimits? Limits { get; init; }

    public ProviderBudget? Budget { get; init; }

    public ProviderCost? Cost { get; init; }

    /// <summary>Regions (ISO 3166-1 alpha-2, <c>MX</c>) and number prefixes (<c>+52</c>) that it serves; null for all.</summary>
    public IReadOnlyList<string>? Countries { get; init; }

    /// <summary>IANA name of the zone in which its days and months begin; UTC unless given.</summary>
    public string? TimeZone { get; init; }

    internal bool IsEmpty => Limits is null && Budget is null && Cost is null && Countries is null && TimeZone is null;
}

/// <summary>The most messages within a time.</summary>
public sealed record ProviderLimits
{
    public int? PerSecond { get; init; }

    public int? PerMinute { get; init; }

    public int? PerHour { get; init; }

    public int? PerDay { get; init; }

    public int? PerMonth { get; init; }
}

/// <summary>The most money within a <see cref="Period"/>.</summary>
/// <param name="Currency">ISO 4217.</param>
public sealed record ProviderBudget(decimal Amount, string Currency, BudgetPeriod Period);

/// <summary>What the provider takes, where the gateway itself does not tell.</summary>
/// <param name="Amount">For every number that <see cref="ByCountry"/> has no price for.</param>
/// <param name="Currency">ISO 4217.</param>
public sealed record ProviderCost(decimal Amount, string Currency, CostUnit Per)
{
    /// <summary>
    /// Amounts by region (ISO 3166-1 alpha-2, <c>MX</c>) or beginning of telephone numbers (<c>+1876</c>). The longest beginning goes before the
    /// region. Null for one price everywhere.
    /// </summary>
    public IReadOnlyDictionary<string, decimal>? ByCountry { get; init; }
}

/// <summary>Stored; the numbers never change.</summary>
public enum BudgetPeriod : byte
{
    Day = 0,
    Month = 1,
}

/// <summary>Stored; the numbers never change.</summary>
public enum CostUnit : byte
{
    Message = 0,

    /// <summary>A part of a text message.</summary>
    Segment = 1,
}

public static class ProviderPolicyNames
{
    public static readonly Messages.WireNames<BudgetPeriod> Periods = new((BudgetPeriod.Day, "day"), (BudgetPeriod.Month, "month"));

    public static readonly Messages.WireNames<CostUnit> Units = new((CostUnit.Message, "message"), (CostUnit.Segment, "segment"));
}
