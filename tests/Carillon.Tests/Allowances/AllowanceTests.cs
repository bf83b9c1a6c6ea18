using Carillon.Allowances;
using Carillon.Channels;
using Carillon.Providers;
using Carillon.Storage;
using Carillon.Tests.Storage.Sqlite;

namespace Carillon.Tests.Allowances;

/// <summary>What providers may send, on a real store, by a clock and faults that tests rule.</summary>
public sealed class AllowanceTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Start = new(2026, 3, 28, 21, 59, 58, TimeSpan.Zero);
    private static readonly string[] Numbers = ["+4915112345678", "+525512345678", "+18765551234", "+12125551234"];
    private readonly SqliteFactory _factory = new();
    private IStorage _store = null!;

    public async ValueTask InitializeAsync()
    {
        _store = _factory.Create(TimeProvider.System);
        await _store.OpenAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        await _factory.DisposeAsync();
    }

    /// <summary>
    /// Two nodes with the same provider, random limits, clocks that jump, answers of all kinds, kills, stores that commit and do not say so: what
    /// was sent in any window is never more than its limit, and so is the money as long as gateways charge no more than was estimated.
    /// </summary>
    [Fact]
    public async Task No_window_ever_gets_more_than_its_limit()
    {
        var sends = 0;
        for (var seed = 1; seed <= 60; seed++) sends += await SimulateAsync(seed);

        Assert.InRange(sends, 500, int.MaxValue);
    }

    private async Task<int> SimulateAsync(int seed)
    {
        var sends = 0;
        var random = new Random(seed);
        var policy = Policy(random);
        var calendar = new LimitCalendar(policy);
        var provider = Guid.CreateVersion7();
        Node[] nodes = [new(provider, policy), new(provider, policy)];
        var spent = new Dictionary<(LimitKind, DateTimeOffset), (long Spent, long Limit)>();
        var now = Start;
        for (var step = 0; step < 300; step++)
        {
            var node = nodes[random.Next(2)];
            switch (random.Next(20))
            {
                case 0:
                    now += random.Next(6) == 0 ? TimeSpan.FromHours(random.Next(30)) : TimeSpan.FromMilliseconds(random.Next(1500));
                    break;
                case 1 when random.Next(4) == 0:
                    // Killed: what it had is gone, and counts.
                    nodes[random.Next(2)] = new Node(provider, policy);
                    break;
                case 2:
                    node.Allowance.Tend(now);
                    await ReserveAsync(node, now, random);
                    break;
                case < 8:
                    if (node.HasAsked) await ReserveAsync(node, now, random);
                    break;
                case < 16:
                    var price = node.PriceOf(Numbers[random.Next(Numbers.Length)]);
                    if (node.Allowance.TryTake(now, price, out var taken, out _) == AllowanceAnswer.Taken) node.Tickets.Add((taken, price));
                    break;
                default:
                    if (node.Tickets.Count == 0) break;
                    var (ticket, its) = node.Tickets[^1];
                    node.Tickets.RemoveAt(node.Tickets.Count - 1);
                    var units = random.Next(1, 4);
                    if (random.Next(5) == 0) node.Allowance.GiveBack(ticket, now);
                    else if (node.Allowance.TrySecure(now, its, units, ref ticket, out _) == AllowanceAnswer.Taken) Send(node, ticket, its, units);
                    else node.Allowance.GiveBack(ticket, now);
                    break;
            }
        }

        return sends;

        void Send(Node node, Ticket ticket, Price? price, int units)
        {
            sends++;
            var estimate = Money.ToMicro(price?.Of(units) ?? 0);
            var charged = random.Next(3) == 0 ? random.NextInt64(estimate + 1) : estimate;
            var result = random.Next(6) switch
            {
                0 => SendResult.Unknown("lost"),
                1 => SendResult.Unavailable("no"),
                2 => SendResult.Rejected("no"),
                _ => SendResult.Accepted(cost: charged == estimate ? null : Money.ToAmount(charged)),
            };
            foreach (var window in calendar.At(now))
            {
                // What was certainly not taken is no message; seconds and minutes are about requests.
                var amount = window.IsMoney
                    ? result.Outcome switch { SendOutcome.Accepted => charged, SendOutcome.Unknown => estimate, _ => 0 }
                    : result.Outcome == SendOutcome.Unavailable && window.Kind > LimitKind.Minute ? 0 : 1;
                var sum = spent.GetValueOrDefault((window.Kind, window.Start)).Spent + amount;
                spent[(window.Kind, window.Start)] = (sum, window.Limit);
                Assert.True(sum <= window.Limit, $"Seed {seed}: {sum} of {window.Limit} in the {window.Kind} of {window.Start:O}.");
            }

            // Outcomes may come late: the window may have ended.
            node.Allowance.Settle(ticket, result, random.Next(3) == 0 ? now.AddSeconds(1) : now);
        }
    }

    [Fact]
    public async Task All_of_a_limit_can_be_used_and_not_one_more()
    {
        var node = new Node(Guid.CreateVersion7(), new ProviderPolicy { Limits = new ProviderLimits { PerDay = 37 } });

        Assert.Equal(37, await DrainAsync(node, Start));
        Assert.Equal(AllowanceAnswer.Over, node.Allowance.TryTake(Start, null, out _, out var end));
        Assert.Equal(new LimitEnd(LimitKind.Day, new DateTimeOffset(2026, 3, 29, 0, 0, 0, TimeSpan.Zero)), end);
        Assert.Equal(37, await DrainAsync(node, end.Until));
    }

    [Fact]
    public async Task What_a_crash_leaves_of_a_portion_counts_and_a_clean_stop_gives_it_back()
    {
        var provider = Guid.CreateVersion7();
        var policy = new ProviderPolicy { Limits = new ProviderLimits { PerDay = 80 } };
        var crashed = new Node(provider, policy);
        Assert.Equal(AllowanceAnswer.Asked, crashed.Allowance.TryTake(Start, null, out _, out _));
        await ReserveAsync(crashed, Start);

        var stopped = new Node(provider, policy);
        stopped.Allowance.TryTake(Start, null, out _, out _);
        await ReserveAsync(stopped, Start);
        Assert.Equal(AllowanceAnswer.Taken, stopped.Allowance.TryTake(Start, null, out _, out _));
        stopped.Allowance.Close(Start);
        await ReserveAsync(stopped, Start);

        // Of the first, which sent nothing, a portion of 8; of the second the one that it sent.
        Assert.Equal(71, await DrainAsync(new Node(provider, policy), Start));
    }

    [Fact]
    public async Task Portions_grow_with_what_is_sent_and_stay_an_eighth_of_the_limit()
    {
        var node = new Node(Guid.CreateVersion7(), new ProviderPolicy { Limits = new ProviderLimits { PerDay = 1000 } });
        var sizes = new List<long>();
        for (var i = 0; i < 6; i++)
        {
            while (!node.HasAsked) node.Allowance.TryTake(Start.AddMilliseconds(i), node.Price, out _, out _);
            sizes.Add(await ReserveAsync(node, Start.AddMilliseconds(i)));
        }

        Assert.Equal([8, 16, 32, 64, 125, 125], sizes);
    }

    [Fact]
    public async Task What_the_gateway_charges_settles_the_estimate_and_may_exceed_the_budget()
    {
        var provider = Guid.CreateVersion7();
        var policy = new ProviderPolicy { Budget = new ProviderBudget(10, "EUR", BudgetPeriod.Day), Cost = new ProviderCost(1, "EUR", CostUnit.Segment) };
        var node = new Node(provider, policy);
        var ticket = await TakeAsync(node);
        node.Allowance.Settle(ticket, SendResult.Accepted(cost: 0.25m, currency: "EUR"), Start);
        ticket = await TakeAsync(node);
        node.Allowance.Settle(ticket, SendResult.Accepted(cost: 99m, currency: "USD"), Start);
        ticket = await TakeAsync(node);
        node.Allowance.Settle(ticket, SendResult.Rejected("no"), Start);
        Assert.Equal(1.25m, await SpentAsync(node));

        ticket = await TakeAsync(node);
        node.Allowance.Settle(ticket, SendResult.Accepted(cost: 12m, currency: "EUR"), Start);
        node.Allowance.Close(Start);
        await ReserveAsync(node, Start);

        Assert.Equal(13.25m, await SpentAsync(node));
        Assert.Equal(0, await DrainAsync(new Node(provider, policy), Start));
    }

    /// <summary>
    /// Prices by country, gateways that charge less or more than was thought, and say so late: everything is counted, whatever the budget says of it,
    /// and nothing twice.
    /// </summary>
    [Fact]
    public async Task What_gateways_charge_beyond_their_prices_is_counted_to_the_last_millionth()
    {
        for (var seed = 1; seed <= 20; seed++)
        {
            var random = new Random(seed);
            var policy = new ProviderPolicy
            {
                Budget = new ProviderBudget(random.Next(20, 200), "EUR", BudgetPeriod.Day),
                Cost = new ProviderCost(0.5m, "EUR", CostUnit.Segment) { ByCountry = new Dictionary<string, decimal> { ["MX"] = 0.031m, ["+1876"] = 1.2345678m } },
            };
            var provider = Guid.CreateVersion7();
            Node[] nodes = [new(provider, policy), new(provider, policy)];
            long spent = 0;
            var late = new List<(Node Node, Ticket Ticket, SendResult Result)>();
            for (var step = 0; step < 400; step++)
            {
                var node = nodes[random.Next(2)];
                if (node.HasAsked) await ReserveAsync(node, Start);
                if (random.Next(3) == 0 && late.Count > 0) SettleLast();
                var price = node.PriceOf(Numbers[random.Next(Numbers.Length)])!;
                if (node.Allowance.TryTake(Start, price, out var ticket, out _) != AllowanceAnswer.Taken) continue;
                var segments = random.Next(1, 5);
                if (node.Allowance.TrySecure(Start, price, segments, ref ticket, out _) != AllowanceAnswer.Taken)
                {
                    node.Allowance.GiveBack(ticket, Start);
                    continue;
                }

                Assert.True(ticket.Money >= price.MicroOf(segments), $"Seed {seed}: {ticket.Money} was taken for {price.Of(segments)}.");
                var charged = random.Next(4) == 0 ? ticket.Money * random.Next(0, 4) : ticket.Money;
                spent += charged;
                late.Add((node, ticket, SendResult.Accepted(cost: Money.ToAmount(charged), currency: "EUR")));
            }

            while (late.Count > 0) SettleLast();
            foreach (var node in nodes)
            {
                node.Allowance.Close(Start);
                await ReserveAsync(node, Start);
            }

            Assert.Equal(Money.ToAmount(spent), await SpentAsync(nodes[0]));

            void SettleLast()
            {
                var (node, ticket, result) = late[^1];
                late.RemoveAt(late.Count - 1);
                node.Allowance.Settle(ticket, result, Start);
            }
        }
    }

    [Fact]
    public async Task What_comes_back_after_a_limit_was_reached_is_told_once_to_those_who_were_refused()
    {
        var node = new Node(Guid.CreateVersion7(), new ProviderPolicy { Limits = new ProviderLimits { PerDay = 1 } });
        var ticket = await TakeAsync(node);
        Assert.False(node.Allowance.HasReturned(Start));
        Assert.Equal(0, await DrainAsync(node, Start));

        node.Allowance.GiveBack(ticket, Start);

        Assert.True(node.Allowance.HasReturned(Start));
        Assert.False(node.Allowance.HasReturned(Start));
        Assert.Equal(1, await DrainAsync(node, Start));
    }

    [Fact]
    public async Task A_budget_that_is_too_small_for_a_dear_country_serves_a_cheap_one()
    {
        var policy = new ProviderPolicy
        {
            Budget = new ProviderBudget(1, "EUR", BudgetPeriod.Day),
            Cost = new ProviderCost(9, "EUR", CostUnit.Message) { ByCountry = new Dictionary<string, decimal> { ["MX"] = 0.25m } },
        };
        var node = new Node(Guid.CreateVersion7(), policy);
        Assert.Equal(0, await DrainAsync(node, Start));

        Assert.Equal(4, await DrainAsync(node, Start, "+525512345678"));
    }

    [Fact]
    public async Task A_message_of_many_parts_takes_the_rest_before_it_is_sent_or_is_not()
    {
        var node = new Node(
            Guid.CreateVersion7(),
            new ProviderPolicy { Budget = new ProviderBudget(5, "EUR", BudgetPeriod.Day), Cost = new ProviderCost(1, "EUR", CostUnit.Segment) });
        var ticket = await TakeAsync(node);

        Assert.Equal(AllowanceAnswer.Asked, node.Allowance.TrySecure(Start, node.Price, 4, ref ticket, out _));
        await ReserveAsync(node, Start);
        Assert.Equal(AllowanceAnswer.Taken, node.Allowance.TrySecure(Start, node.Price, 4, ref ticket, out _));

        var second = await TakeAsync(node);
        Assert.Equal(AllowanceAnswer.Over, node.Allowance.TrySecure(Start, node.Price, 2, ref second, out var end));
        Assert.Equal(LimitKind.DailyBudget, end.Kind);
        Assert.Equal(AllowanceAnswer.Taken, node.Allowance.TrySecure(Start, node.Price, 1, ref second, out _));
    }

    private static ProviderPolicy Policy(Random random)
    {
        var hasBudget = random.Next(2) == 0;
        return new ProviderPolicy
        {
            Limits = new ProviderLimits
            {
                PerSecond = Maybe(12),
                PerMinute = Maybe(40),
                PerHour = Maybe(60),
                PerDay = random.Next(1, 120),
                PerMonth = Maybe(200),
            },
            Budget = hasBudget ? new ProviderBudget(random.Next(10, 60), "EUR", (BudgetPeriod)random.Next(2)) : null,
            Cost = hasBudget
                ? new ProviderCost(random.Next(1, 300) / 100m, "EUR", (CostUnit)random.Next(2))
                {
                    ByCountry = random.Next(2) == 0 ? null : new Dictionary<string, decimal> { ["MX"] = random.Next(1, 300) / 100m, ["+1876"] = random.Next(1, 900) / 100m, ["+1"] = random.Next(2) },
                }
                : null,
            TimeZone = random.Next(2) == 0 ? "Europe/Berlin" : null,
        };

        int? Maybe(int most) => random.Next(3) == 0 ? random.Next(1, most) : null;
    }

    private async Task<Ticket> TakeAsync(Node node)
    {
        while (true)
        {
            var answer = node.Allowance.TryTake(Start, node.Price, out var ticket, out _);
            if (answer == AllowanceAnswer.Taken) return ticket;
            Assert.Equal(AllowanceAnswer.Asked, answer);
            await ReserveAsync(node, Start);
        }
    }

    private async Task<int> DrainAsync(Node node, DateTimeOffset now, string? number = null)
    {
        for (var taken = 0; ;)
        {
            var answer = node.Allowance.TryTake(now, number is null ? node.Price : node.PriceOf(number), out _, out _);
            if (answer == AllowanceAnswer.Over) return taken;
            if (answer == AllowanceAnswer.Taken) taken++;
            else await ReserveAsync(node, now);
        }
    }

    private async Task<decimal> SpentAsync(Node node) =>
        Money.ToAmount(node.Allowance.Usage(await _store.Limits.UsageAsync([node.Allowance.ProviderId], TestContext.Current.CancellationToken), Start).Single(u => u.Window.IsMoney).Used);

    private async Task<long> ReserveAsync(Node node, DateTimeOffset now, Random? random = null)
    {
        node.HasAsked = false;
        var request = node.Allowance.MakeRequest(now);
        var fault = random?.Next(12);
        // It was never asked; or it did it, and nobody heard.
        if (fault == 0)
        {
            node.Allowance.Failed(request);
            return 0;
        }

        var grant = (await _store.Limits.ReserveAsync([request], TestContext.Current.CancellationToken))[0];
        if (fault == 1) node.Allowance.Failed(request);
        else node.Allowance.Granted(request, grant, now);
        return grant.Messages;
    }

    private sealed class Node
    {
        private readonly PriceTable? _prices;

        public Node(Guid provider, ProviderPolicy policy)
        {
            Allowance = Allowance.Of(provider, policy, _ => HasAsked = true)!;
            _prices = PriceTable.Of(policy.Cost);
        }

        public Allowance Allowance { get; }

        public bool HasAsked { get; set; }

        public List<(Ticket Ticket, Price? Price)> Tickets { get; } = [];

        /// <summary>Of a number without a price of its own.</summary>
        public Price? Price => PriceOf(Numbers[0]);

        public Price? PriceOf(string number) => _prices?.Of(PriceTableTests.Sms(number));
    }
}
