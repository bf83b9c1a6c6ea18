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

    [Fact]
    public async Task All_of_a_limit_can_be_used_and_not_one_more()
    {
        var node = new Node(Guid.CreateVersion7(), new ProviderPolicy { Limits = new ProviderLimits { PerDay = 37 } });

        Assert.Equal(37, await DrainAsync(node, Start));
        Assert.Equal(AllowanceAnswer.Over, node.Allowance.TryTake(Start, out _, out var end));
        Assert.Equal(new LimitEnd(LimitKind.Day, new DateTimeOffset(2026, 3, 29, 0, 0, 0, TimeSpan.Zero)), end);
        Assert.Equal(37, await DrainAsync(node, end.Until));
    }

    [Fact]
    public async Task What_a_crash_leaves_of_a_portion_counts_and_a_clean_stop_gives_it_back()
    {
        var provider = Guid.CreateVersion7();
        var policy = new ProviderPolicy { Limits = new ProviderLimits { PerDay = 80 } };
        var crashed = new Node(provider, policy);
        Assert.Equal(AllowanceAnswer.Asked, crashed.Allowance.TryTake(Start, out _, out _));
        await ReserveAsync(crashed, Start);

        var stopped = new Node(provider, policy);
        stopped.Allowance.TryTake(Start, out _, out _);
        await ReserveAsync(stopped, Start);
        Assert.Equal(AllowanceAnswer.Taken, stopped.Allowance.TryTake(Start, out _, out _));
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
            while (!node.HasAsked) node.Allowance.TryTake(Start.AddMilliseconds(i), out _, out _);
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

    [Fact]
    public async Task A_message_of_many_parts_takes_the_rest_before_it_is_sent_or_is_not()
    {
        var node = new Node(
            Guid.CreateVersion7(),
            new ProviderPolicy { Budget = new ProviderBudget(5, "EUR", BudgetPeriod.Day), Cost = new ProviderCost(1, "EUR", CostUnit.Segment) });
        var ticket = await TakeAsync(node);

        Assert.Equal(AllowanceAnswer.Asked, node.Allowance.TrySecure(Start, 4, ref ticket, out _));
        await ReserveAsync(node, Start);
        Assert.Equal(AllowanceAnswer.Taken, node.Allowance.TrySecure(Start, 4, ref ticket, out _));

        var second = await TakeAsync(node);
        Assert.Equal(AllowanceAnswer.Over, node.Allowance.TrySecure(Start, 2, ref second, out var end));
        Assert.Equal(LimitKind.DailyBudget, end.Kind);
        Assert.Equal(AllowanceAnswer.Taken, node.Allowance.TrySecure(Start, 1, ref second, out _));
    }

    private async Task<Ticket> TakeAsync(Node node)
    {
        while (true)
        {
            var answer = node.Allowance.TryTake(Start, out var ticket, out _);
            if (answer == AllowanceAnswer.Taken) return ticket;
            Assert.Equal(AllowanceAnswer.Asked, answer);
            await ReserveAsync(node, Start);
        }
    }

    private async Task<int> DrainAsync(Node node, DateTimeOffset now)
    {
        for (var taken = 0; ;)
        {
            var answer = node.Allowance.TryTake(now, out _, out _);
            if (answer == AllowanceAnswer.Over) return taken;
            if (answer == AllowanceAnswer.Taken) taken++;
            else await ReserveAsync(node, now);
        }
    }

    private async Task<decimal> SpentAsync(Node node) =>
        Money.ToAmount(node.Allowance.Usage(await _store.Limits.UsageAsync([node.Allowance.ProviderId], TestContext.Current.CancellationToken), Start).Single(u => u.Window.IsMoney).Used);

    private async Task<long> ReserveAsync(Node node, DateTimeOffset now)
    {
        node.HasAsked = false;
        var request = node.Allowance.MakeRequest(now);
        var grant = (await _store.Limits.ReserveAsync([request], TestContext.Current.CancellationToken))[0];
        node.Allowance.Granted(request, grant, now);
        return grant.Messages;
    }

    private sealed class Node
    {
        public Node(Guid provider, ProviderPolicy policy) => Allowance = Allowance.Of(provider, policy, _ => HasAsked = true)!;

        public Allowance Allowance { get; }

        public bool HasAsked { get; set; }
    }
}
