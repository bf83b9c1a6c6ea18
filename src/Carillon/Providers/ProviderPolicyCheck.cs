using Carillon.Allowances;
using Carillon.Dispatch;

namespace Carillon.Providers;

/// <summary>Finds every fault of a policy.</summary>
internal static class ProviderPolicyCheck
{
    public const decimal MaxAmount = 1_000_000_000_000m;

    /// <summary>A price may have many decimals: a tenth of a thousandth of a cent is charged by some.</summary>
    public const int MaxDecimals = 10;

    // ISO 3166-1 alpha-2, the codes that are assigned: https://www.iso.org/obp/ui/#search
    private const string Regions =
        "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN " +
        "CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM " +
        "HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK " +
        "ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW " +
        "SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI " +
        "VN VU WF WS YE YT ZA ZM ZW";

    private const string NoPlace =
        "This must be a region of ISO 3166-1 in two capital letters, such as MX, or the beginning of telephone numbers, such as +52.";

    private static readonly HashSet<string> Known = [.. Regions.Split(' ')];

    public static void Check(ProviderPolicy policy, List<FieldFault> faults)
    {
        if (policy.Limits is { } limits)
        {
            Limit("per_second", limits.PerSecond);
            Limit("per_minute", limits.PerMinute);
            Limit("per_hour", limits.PerHour);
            Limit("per_day", limits.PerDay);
            Limit("per_month", limits.PerMonth);
        }

        if (policy.Budget is { } budget) Money("budget", budget.Amount, budget.Currency, faults);
        if (policy.Cost is { } cost)
        {
            Money("cost", cost.Amount, cost.Currency, faults);
            Prices(cost.ByCountry, faults);
        }

        if (policy is { Budget: { } most, Cost: { } each } && IsCurrency(most.Currency) && IsCurrency(each.Currency) && most.Currency != each.Currency)
            faults.Add(new("budget.currency", "conflict", $"The budget is in {most.Currency} and the cost in {each.Currency}: give both in one currency."));
        Countries(policy.Countries, faults);
        if (policy.TimeZone is { } zone && !IsTimeZone(zone))
            faults.Add(new("time_zone", "invalid", "This must be the IANA name of a time zone, such as America/Mexico_City or UTC."));

        void Limit(string name, int? most)
        {
            if (most is < 1 or > ProviderPolicy.MaxLimit) faults.Add(new("limits." + name, "out_of_range", $"A limit lies between 1 and {ProviderPolicy.MaxLimit:N0}; leave it out for none."));
        }
    }

    private static void Money(string name, decimal amount, string currency, List<FieldFault> faults)
    {
        Amount(name + ".amount", amount, faults);
        if (!IsCurrency(currency)) faults.Add(new(name + ".currency", "invalid", "This must be the ISO 4217 code of a currency, such as EUR."));
    }

    private static void Amount(string name, decimal amount, List<FieldFault> faults)
    {
        if (amount < 0 || amount > MaxAmount) faults.Add(new(name, "out_of_range", $"An amount lies between 0 and {MaxAmount:N0}."));
        else if (amount.Scale > MaxDecimals) faults.Add(new(name, "out_of_range", $"An amount has at most {MaxDecimals} decimals."));
    }

    private static void Prices(IReadOnlyDictionary<string, decimal>? prices, List<FieldFault> faults)
    {
        if (prices is null) return;
        if (prices.Count == 0) faults.Add(new("cost.by_country", "required", "Name at least one, or leave the field out for one price everywhere."));
        if (prices.Count > ProviderPolicy.MaxPrices) faults.Add(new("cost.by_country", "too_many", $"These are {prices.Count:N0}; at most {ProviderPolicy.MaxPrices:N0} are allowed."));
        foreach (var (place, amount) in prices.Take(ProviderPolicy.MaxPrices))
        {
            // The path is the caller's own word: long ones are cut.
            var field = "cost.by_country." + (place.Length > 100 ? place[..100] + "…" : place);
            if (!IsPlace(place)) faults.Add(new(field, "invalid", NoPlace));
            Amount(field, amount, faults);
        }
    }

    private static void Countries(IReadOnlyList<string>? countries, List<FieldFault> faults)
    {
        if (countries is null) return;
        if (countries.Count == 0) faults.Add(new("countries", "required", "Name at least one, or leave the field out for all."));
        if (countries.Count > ProviderPolicy.MaxCountries) faults.Add(new("countries", "too_many", $"These are {countries.Count:N0}; at most {ProviderPolicy.MaxCountries} are allowed."));
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < Math.Min(countries.Count, ProviderPolicy.MaxCountries); i++)
        {
            var country = countries[i];
            if (!IsPlace(country))
            {
                faults.Add(new($"countries[{i}]", "invalid", NoPlace));
            }
            else if (!seen.Add(country))
            {
                faults.Add(new($"countries[{i}]", "duplicate", $"'{country}' stands here twice."));
            }
        }
    }

    private static bool IsPlace(string text) => Known.Contains(text) || IsPrefix(text);

    /// <summary>The beginning of a number in E.164: a plus and 1 to 15 digits, the first not 0.</summary>
    private static bool IsPrefix(string text) =>
        text.Length is >= 2 and <= 16 && text[0] == '+' && text[1] != '0' && !text.AsSpan(1).ContainsAnyExceptInRange('0', '9');

    private static bool IsCurrency(string text) => text.Length == 3 && !text.AsSpan().ContainsAnyExceptInRange('A', 'Z');

    private static bool IsTimeZone(string text) => text.Length is > 0 and <= 64 && LimitCalendar.IsZone(text);
}
