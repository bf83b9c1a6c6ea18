using System.Globalization;
using Carillon.Messages;
using Carillon.Providers;
using Carillon.Server.Api.Json;

namespace Carillon.Server.Api;

/// <summary>Reads the parts of a provider's policy; what they may hold, the engine checks.</summary>
internal static class ProviderPolicyReader
{
    private static readonly FieldNames LimitFields = new("per_second", "per_minute", "per_hour", "per_day", "per_month");
    private static readonly FieldNames BudgetFields = new("amount", "currency", "period");
    private static readonly FieldNames CostFields = new("amount", "currency", "per", "by_country");

    public static ProviderLimits? Limits(ref FieldReader reader)
    {
        if (!reader.EnterObject(out var outer)) return null;
        var limits = new ProviderLimits();
        ulong seen = 0;
        while (reader.NextField(LimitFields, ref seen, out var field))
        {
            var most = reader.Integer(1, ProviderPolicy.MaxLimit);
            limits = field switch
            {
                0 => limits with { PerSecond = most },
                1 => limits with { PerMinute = most },
                2 => limits with { PerHour = most },
                3 => limits with { PerDay = most },
                _ => limits with { PerMonth = most },
            };
        }

        reader.Leave(outer);
        return limits == new ProviderLimits() ? null : limits;
    }

    public static ProviderBudget? Budget(ref FieldReader reader) =>
        Money(ref reader, BudgetFields, ProviderPolicyNames.Periods) is var (amount, currency, period, _) ? new ProviderBudget(amount, currency, period) : null;

    public static ProviderCost? Cost(ref FieldReader reader) =>
        Money(ref reader, CostFields, ProviderPolicyNames.Units) is var (amount, currency, unit, prices)
            ? new ProviderCost(amount, currency, unit) { ByCountry = prices }
            : null;

    /// <summary>All three parts, or a fault for each that is missing.</summary>
    private static (decimal Amount, string Currency, T Unit, Dictionary<string, decimal>? ByCountry)? Money<T>(ref FieldReader reader, FieldNames fields, WireNames<T> units) where T : struct, Enum
    {
        if (!reader.EnterObject(out var outer)) return null;
        decimal? amount = null;
        string? currency = null;
        T? unit = null;
        Dictionary<string, decimal>? prices = null;
        ulong seen = 0;
        while (reader.NextField(fields, ref seen, out var field))
        {
            if (field == 0) amount = Amount(ref reader);
            else if (field == 1) currency = reader.Text(3, TextRule.Identifier);
            else if (field == 2) unit = reader.Word(units);
            else prices = Prices(ref reader);
        }

        if ((seen & 1) == 0) reader.FaultAt(fields[0], "required", "Give the amount as text, such as \"0.0075\".");
        if ((seen & 2) == 0) reader.FaultAt(fields[1], "required", "Give the ISO 4217 code of the currency, such as EUR.");
        if ((seen & 4) == 0) reader.FaultAt(fields[2], "required", $"Give one of: {units.Choices}.");
        reader.Leave(outer);
        return amount is { } a && currency is not null && unit is { } u ? (a, currency, u, prices) : null;
    }

    private static Dictionary<string, decimal>? Prices(ref FieldReader reader)
    {
        if (!reader.EnterObject(out var outer)) return null;
        var prices = new Dictionary<string, decimal>(StringComparer.Ordinal);
        while (reader.NextOwn(out var place))
        {
            if (Amount(ref reader) is { } amount && place is not null && !prices.TryAdd(place, amount))
                reader.Fault("duplicate_field", "This stands here twice: leave one of them out.");
        }

        reader.Leave(outer);
        return prices;
    }

    private static decimal? Amount(ref FieldReader reader)
    {
        if (reader.Text(40, TextRule.Identifier) is not { } text) return null;
        if (decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount)) return amount;
        reader.Fault("invalid", "This must be an amount in digits with a decimal point, as text: \"0.0075\".");
        return null;
    }
}
