using System.Text;
using Carillon.Allowances;
using Carillon.Dispatch;
using Carillon.Messages;
using Carillon.Providers;

namespace Carillon.Tests.Dispatch;

/// <summary>Limits and budgets of providers, through the whole engine on a real store.</summary>
public sealed class LimitTests
{
    private static readonly DateTimeOffset Morning = new(2026, 3, 14, 9, 0, 1, TimeSpan.Zero);

    [Fact]
    public async Task A_limit_that_is_reached_is_routed_around()
    {
        await using var harness = await EngineHarness.StartAsync();
        await harness.AddAsync("one", 1, new ProviderPolicy { Limits = new ProviderLimits { PerMonth = 3 } });
        await harness.AddAsync("two", 2);

        for (var i = 0; i < 5; i++) await harness.DeliverAsync(EngineHarness.Mail());

        Assert.Equal(["one", "one", "one", "two", "two"], harness.Sends.Select(s => s.Provider));
    }

    [Fact]
    public async Task A_limit_that_is_reached_pauses_until_its_window_ends_and_costs_no_attempt()
    {
        using var time = new JumpingTime(Morning);
        await using var harness = await EngineHarness.StartAtAsync(time);
        var provider = await harness.AddAsync("one", policy: new ProviderPolicy { Limits = new ProviderLimits { PerDay = 20 }, TimeZone = "America/Mexico_City" });
        var messages = new List<OutboundMessage>();
        for (var i = 0; i < 50; i++) messages.AddRange((await harness.AcceptAsync(EngineHarness.Mail())).Messages);

        await SentAsync(harness, 20);
        var usage = Assert.Single((await harness.Engine.Limits.UsageAsync([provider], TestContext.Current.CancellationToken))[provider.Id]);
        Assert.Equal(new LimitUsage(LimitKind.Day, 20, 20, new DateTimeOffset(2026, 3, 15, 6, 0, 0, TimeSpan.Zero), null), usage);

        // Longer than any retry: what waits for a limit does not grow old.
        time.JumpTo(usage.ResetsAt.AddMilliseconds(1));
        await SentAsync(harness, 40);
        time.JumpTo(usage.ResetsAt.AddDays(1).AddMilliseconds(1));
        await SentAsync(harness, 50);

        foreach (var message in messages)
        {
            var stored = await harness.UntilAsync(message.Id);
            Assert.Equal((MessageStatus.Sent, 1), (stored.Status, stored.Attempts));
        }

        Assert.Equal(50, harness.Sends.Count);
    }

    [Fact]
    public async Task What_waits_for_a_limit_ends_only_when_it_expires_and_says_so()
    {
        using var time = new JumpingTime(Morning);
        await using var harness = await EngineHarness.StartAtAsync(time);
        await harness.AddAsync("one", policy: new ProviderPolicy { Limits = new ProviderLimits { PerMonth = 1 } });
        await harness.DeliverAsync(EngineHarness.Mail());
        var patient = await harness.AcceptAsync(EngineHarness.Mail());
        var request = EngineHarness.Mail();
        request.ExpiresAt = Morning.AddDays(3);
        var hasty = await harness.AcceptAsync(request);

        time.JumpTo(Morning.AddDays(3).AddSeconds(1));
        var ended = await harness.UntilAsync(hasty.Messages[0].Id);
        Assert.Equal((MessageStatus.Expired, MessageReasons.Limit, 0), (ended.Status, ended.Reason, ended.Attempts));

        await harness.RestartAsync();
        time.JumpTo(new DateTimeOffset(2026, 4, 1, 0, 0, 1, TimeSpan.Zero));
        var sent = await harness.UntilAsync(patient.Messages[0].Id);
        Assert.Equal((MessageStatus.Sent, 1), (sent.Status, sent.Attempts));
    }

    [Fact]
    public async Task A_stop_gives_back_what_was_not_sent()
    {
        await using var harness = await EngineHarness.StartAsync();
        await harness.AddAsync("one", 1, new ProviderPolicy { Limits = new ProviderLimits { PerMonth = 64 } });
        for (var i = 0; i < 4; i++)
        {
            await harness.DeliverAsync(EngineHarness.Mail());
            await harness.RestartAsync();
        }

        var provider = harness.Engine.Providers.List(EngineHarness.Tenant)[0].Provider;
        var uses = await harness.Engine.Storage.Limits.UsageAsync([provider.Id], TestContext.Current.CancellationToken);
        Assert.Equal(4, Assert.Single(uses).Used);
    }

    [Fact]
    public async Task A_budget_is_kept_to_by_the_parts_of_each_message()
    {
        using var time = new JumpingTime(Morning);
        await using var harness = await EngineHarness.StartAtAsync(time);
        await harness.AddAsync(
            "one", channel: Channel.Sms,
            policy: new ProviderPolicy { Budget = new ProviderBudget(5, "EUR", BudgetPeriod.Day), Cost = new ProviderCost(1, "EUR", CostUnit.Segment) });

        var first = await harness.DeliverAsync(Sms(400));
        Assert.Equal((MessageStatus.Sent, 3m, "EUR"), (first.Status, first.Cost, first.Currency));

        // Three parts more than the budget has; what is smaller goes past it.
        var large = await harness.AcceptAsync(Sms(400));
        var held = await harness.UntilAsync(large.Messages[0].Id, m => m.Status == MessageStatus.Held);
        Assert.Equal((MessageReasons.Limit, 0), (held.Reason, held.Attempts));
        Assert.InRange(held.DueAt!.Value - held.UpdatedAt, TimeSpan.Zero, TimeSpan.FromMinutes(10));
        Assert.Contains("\"limit\":\"daily_budget\"", Encoding.UTF8.GetString(held.Trace!), StringComparison.Ordinal);
        Assert.Equal(MessageStatus.Sent, (await harness.DeliverAsync(Sms(10))).Status);

        time.JumpTo(new DateTimeOffset(2026, 3, 15, 0, 0, 1, TimeSpan.Zero));
        var sent = await harness.UntilAsync(large.Messages[0].Id);
        Assert.Equal((MessageStatus.Sent, 1), (sent.Status, sent.Attempts));
    }

    [Fact]
    public async Task A_limit_that_is_raised_frees_what_waits_at_once()
    {
        await using var harness = await EngineHarness.StartAsync();
        var provider = await harness.AddAsync("one", policy: new ProviderPolicy { Limits = new ProviderLimits { PerMonth = 1 } });
        await harness.DeliverAsync(EngineHarness.Mail());
        var waiting = await harness.AcceptAsync(EngineHarness.Mail());

        var draft = new ProviderDraft
        {
            Name = "one",
            Channel = Channel.Email,
            Kind = "scripted",
            Settings = provider.Settings,
            Policy = new ProviderPolicy { Limits = new ProviderLimits { PerMonth = 2 } },
        };
        Assert.IsType<ProviderChange.Changed>(await harness.Engine.Providers.ReplaceAsync(EngineHarness.Tenant, provider.Id, draft, null, TestContext.Current.CancellationToken));

        Assert.Equal(MessageStatus.Sent, (await harness.UntilAsync(waiting.Messages[0].Id)).Status);
    }

    [Fact]
    public async Task The_default_provider_goes_first_whatever_the_priorities()
    {
        await using var harness = await EngineHarness.StartAsync(null, "one");
        await harness.AddAsync("two", 50, isDefault: true);

        await harness.DeliverAsync(EngineHarness.Mail());

        Assert.Equal("two", Assert.Single(harness.Sends).Provider);
    }

    private static NotificationRequest Sms(int length) => new()
    {
        Recipient = new RecipientRequest { Phone = "+525512345678" },
        Channels = [Channel.Sms],
        Message = new string('a', length),
    };

    /// <summary>That it is no more is seen by what is sent after it.</summary>
    private static async Task SentAsync(EngineHarness harness, int count)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        for (var i = 0; harness.Sends.Count < count; i++)
        {
            Assert.True(i < 6000, $"{harness.Sends.Count} of {count} were sent.");
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal(count, harness.Sends.Count);
    }
}
