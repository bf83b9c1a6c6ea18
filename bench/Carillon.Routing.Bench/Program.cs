using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Carillon;
using Carillon.Dispatch;
using Carillon.Messages;
using Carillon.Providers;
using Carillon.Routing;
using Carillon.Routing.Bench;
using Carillon.Security;
using Carillon.Storage.Sqlite;

// What it takes to find a message's provider and to give the place back. The first line is the least that there can be: the first of the
// route, whoever it is. All in one run, since runs on a busy machine differ by more than what is measured.
const int rounds = 200_000;
var directory = Directory.CreateTempSubdirectory("carillon-routing-");
if (!KeyRing.TryParse("a key that is only for measuring", out var keys, out _)) throw new InvalidOperationException("The key is none.");
await using (var engine = new CarillonEngine(
    new SqliteStorage(new SqliteStorageOptions { Directory = directory.FullName }, TimeProvider.System), keys, new CarillonOptions(), TimeProvider.System, new Defects()))
{
    await engine.StartAsync();
    await AddAsync(engine, 1, "plain", new ProviderPolicy());
    await AddAsync(engine, 2, "limited", new ProviderPolicy { Limits = new ProviderLimits { PerSecond = 1_000_000_000, PerDay = 1_000_000_000 } });
    await AddAsync(engine, 3, "mexico", new ProviderPolicy { Countries = ["MX", "US"] });
    await AddAsync(engine, 4, "plain", new ProviderPolicy(), differingWeights: true);
    await AddAsync(engine, 5, "plain", new ProviderPolicy());
    await AddAsync(engine, 6, "plain", new ProviderPolicy());
    await AddAsync(engine, 7, "priced", Priced(0));
    await AddAsync(engine, 8, "plain", new ProviderPolicy { Cost = new ProviderCost(0.05m, "EUR", CostUnit.Segment) });
    await AddAsync(engine, 9, "priced", Priced(1_000));
    await AddAsync(engine, 10, "priced", Priced(1_000) with { Budget = new ProviderBudget(1_000_000_000, "EUR", BudgetPeriod.Day) });
    await AddAsync(engine, 11, "priced", Priced(1) with { Budget = new ProviderBudget(1_000_000_000, "EUR", BudgetPeriod.Day) });
    var cheapest = new RoutingRule(Channel.Sms, null, RoutingStrategy.LeastCost, Sticky: false);
    foreach (var tenant in (int[])[8, 9]) await engine.Routing.SetRulesAsync(new TenantId(tenant), [cheapest], CancellationToken.None);
    await engine.Routing.SetRulesAsync(new TenantId(5), [new RoutingRule(Channel.Sms, null, RoutingStrategy.Priority, Sticky: true)], CancellationToken.None);
    await engine.Routing.SetRulesAsync(new TenantId(6), [new RoutingRule(Channel.Sms, null, RoutingStrategy.Fastest, Sticky: false)], CancellationToken.None);

    var router = new Router(engine.Providers, new RoutingBook(engine.Storage.Nodes, TimeProvider.System));
    var ruled = new Router(engine.Providers, engine.Routing);
    (string Name, Router Router, int Tenant)[] scenes =
    [
        ("first of the route", router, 0), ("priority", router, 1), ("priority, with rules of others", ruled, 1), ("limits per second and day", ruled, 2),
        ("countries", ruled, 3), ("shares", ruled, 4), ("sticky", ruled, 5), ("fastest", ruled, 6),
        ("one price", ruled, 7), ("least cost, one price", ruled, 8), ("least cost by 1,000 prefixes", ruled, 9),
        ("budget, one country", ruled, 11), ("budget by 1,000 prefixes", ruled, 10),
    ];
    for (var pass = 0; pass < 3; pass++)
    {
        foreach (var (name, by, tenant) in scenes)
        {
            var nanoseconds = tenant == 0 ? Least(engine) : Measure(by, tenant);
            if (pass == 2) Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-32}{nanoseconds,8:0} ns a message"));
        }
    }

    Price(Priced(0).Cost, "a price alone, one for all");
    Price(Priced(1_000).Cost, "a price alone, of 1,000 prefixes");
    Price(Priced(0).Cost! with { ByCountry = new Dictionary<string, decimal> { ["DE"] = 0.06m, ["MX"] = 0.031m } }, "a price alone, of its region");
}

directory.Delete(recursive: true);

static double Least(CarillonEngine engine)
{
    var begin = Stopwatch.GetTimestamp();
    for (var i = 0; i < rounds; i++)
    {
        var now = TimeProvider.System.GetUtcNow();
        var provider = engine.Providers.Route(new TenantId(1), Channel.Sms)[0];
        provider.Leave(provider.TryEnter(now, null).Ticket, now);
    }

    return Stopwatch.GetElapsedTime(begin).TotalNanoseconds / rounds;
}

// A new message each time, as in life: what is learnt of its number is learnt once.
static double Measure(Router router, int tenant)
{
    var messages = Enumerable.Range(0, rounds).Select(i => Make(tenant, i)).ToArray();
    var begin = Stopwatch.GetTimestamp();
    foreach (var message in messages)
    {
        var now = TimeProvider.System.GetUtcNow();
        var admission = router.Admit(message, now);
        // While a portion is fetched there is no place: that is the store's time, not the router's.
        admission.Provider?.Leave(admission.Ticket, now);
    }

    return Stopwatch.GetElapsedTime(begin).TotalNanoseconds / rounds;
}

// The region of a number is learnt before: whoever looks at countries learns it once a message. And the message is at hand, as it is in life.
static void Price(ProviderCost? cost, string name)
{
    var prices = PriceTable.Of(cost)!;
    var messages = Enumerable.Range(0, 1_000).Select(i => Make(1, i)).ToArray();
    var least = double.MaxValue;
    long micro = 0;
    for (var pass = 0; pass < rounds / messages.Length; pass++)
    {
        var begin = Stopwatch.GetTimestamp();
        foreach (var message in messages) micro += prices.Of(message).MicroOf(2);
        least = Math.Min(least, Stopwatch.GetElapsedTime(begin).TotalNanoseconds / messages.Length);
    }

    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-32}{least,8:0.0} ns a message, the least of {rounds / messages.Length} passes ({micro:N0})"));
}

// Mexican numbers have a price of five digits; the rest is there to be searched.
static ProviderPolicy Priced(int prefixes) => new()
{
    Cost = new ProviderCost(0.05m, "EUR", CostUnit.Segment)
    {
        ByCountry = prefixes == 0 ? null : Enumerable.Range(0, prefixes).ToDictionary(i => i == 0 ? "+5255" : string.Create(CultureInfo.InvariantCulture, $"+{4_000 + i}"), i => (i + 1) / 1_000m),
    },
};

static OutboundMessage Make(int tenant, int number) => new()
{
    Notification = new Notification { Tenant = new TenantId(tenant), Id = Guid.Empty, CreatedAt = default },
    Id = Guid.Empty,
    Channel = Channel.Sms,
    Address = string.Create(CultureInfo.InvariantCulture, $"+5255{10_000_000 + number}"),
    CreatedAt = default,
};

static async Task AddAsync(CarillonEngine engine, int tenant, string name, ProviderPolicy policy, bool differingWeights = false)
{
    for (var i = 1; i <= 3; i++)
    {
        var draft = new ProviderDraft
        {
            Name = name + i,
            Channel = Channel.Sms,
            Kind = "simulator",
            Settings = JsonElement.Parse("{}"),
            Policy = policy,
            Weight = differingWeights ? i : 1,
        };
        await engine.Providers.CreateAsync(new TenantId(tenant), draft, CancellationToken.None);
    }
}

namespace Carillon.Routing.Bench
{
    internal sealed class Defects : IDefectLog
    {
        public void Report(string where, Exception exception) => Console.Error.WriteLine($"{where}: {exception}");
    }
}
