using Carillon.Alerts;
using Carillon.Allowances;
using Carillon.Channels;
using Carillon.Dispatch;
using Carillon.Messages;
using Carillon.Providers;
using Carillon.Routing;
using Carillon.Storage;
using Carillon.Tests.Dispatch;

namespace Carillon.Tests.Alerts;

/// <summary>Thresholds of limits and budgets, through the whole engine on a real store.</summary>
public sealed class LimitAlertTests
{
    private static readonly DateTimeOffset Morning = new(2026, 3, 14, 9, 0, 1, TimeSpan.Zero);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_threshold_of_a_limit_is_told_once_also_after_a_restart_and_ends_with_the_window()
    {
        using var time = new JumpingTime(Morning);
        await using var harness = await EngineHarness.StartAtAsync(time);
        await harness.AddAsync("one", 1, channel: Channel.Sms, policy: new ProviderPolicy { Limits = new ProviderLimits { PerMinute = 1000, PerDay = 20 } });
        await harness.AddAsync("two", 2, channel: Channel.Sms);
        await harness.AddAsync("mail");
        await harness.TellAsync("ops@example.net");

        await harness.SendAsync(15);
        Assert.Empty(await harness.LookAsync());
        await harness.SendAsync(1);
        Assert.Equal(["one has used 80 % of its limit per day"], await harness.LookAsync());
        await harness.SendAsync(3);
        await harness.RestartAsync();
        Assert.Equal(["one has used 95 % of its limit per day", "one has used 80 % of its limit per day"], await harness.LookAsync());
        await harness.SendAsync(3);
        await harness.LookAsync();
        Assert.Equal(3, (await harness.LookAsync()).Count);
        var full = (await harness.AlertsAsync())[0];
        Assert.Equal(("one has used up its limit per day", AlertSeverity.Critical, 20, 20), (full.Facts.Summary, full.Severity, full.Facts.Value, full.Facts.Limit));

        await harness.MailsAsync(3);
        time.JumpTo(new DateTimeOffset(2026, 3, 15, 0, 0, 1, TimeSpan.Zero));
        Assert.Empty(await harness.LookAsync());
        Assert.All(await harness.AlertsAsync(), a => Assert.Equal("The window has ended.", a.Resolution));
        await harness.SendAsync(16);
        Assert.Equal(["one has used 80 % of its limit per day"], await harness.LookAsync());

        // The end of a window is no news to people.
        var mails = await harness.MailsAsync(4);
        Assert.Equal(
            [
                "Critical: one has used up its limit per day", "Warning: one has used 80 % of its limit per day", "Warning: one has used 80 % of its limit per day",
                "Warning: one has used 95 % of its limit per day",
            ],
            mails.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_limit_that_is_raised_ends_its_alerts_and_is_crossed_anew()
    {
        await using var harness = await EngineHarness.StartAsync();
        var provider = await harness.AddAsync("one", channel: Channel.Sms, policy: new ProviderPolicy { Limits = new ProviderLimits { PerMonth = 10 } });
        await harness.SendAsync(9);
        Assert.Equal(["one has used 80 % of its limit per month"], await harness.LookAsync());

        await harness.LimitAsync(provider, 20);
        Assert.Empty(await harness.LookAsync());
        Assert.Equal("The limit was changed, or its provider removed.", Assert.Single(await harness.AlertsAsync()).Resolution);

        await harness.SendAsync(7);
        Assert.Equal(["one has used 80 % of its limit per month"], await harness.LookAsync());
        Assert.Equal(2, (await harness.AlertsAsync()).Count);
    }

    [Fact]
    public async Task A_vendor_that_takes_more_than_was_estimated_exceeds_the_budget_and_that_is_told()
    {
        await using var harness = await EngineHarness.StartAsync();
        await harness.AddAsync("one", channel: Channel.Sms, policy: new ProviderPolicy { Budget = new ProviderBudget(10, "EUR", BudgetPeriod.Month), Cost = new ProviderCost(1, "EUR", CostUnit.Message) });
        await harness.AddAsync("two", 200, channel: Channel.Sms);
        await harness.SendAsync(7);
        Assert.Empty(await harness.LookAsync());

        harness.Scripts["one"] = _ => new(SendResult.Accepted("ok", cost: 4.5m, currency: "EUR"));
        await harness.SendAsync(1);

        await harness.UntilAsync(alerts => alerts.Count == 4);
        var alerts = await harness.AlertsAsync();
        Assert.Equal(
            [
                "one has exceeded its monthly budget", "one has used up its monthly budget", "one has used 95 % of its monthly budget", "one has used 80 % of its monthly budget",
            ],
            alerts.Select(a => a.Facts.Summary));
        Assert.Contains("has spent 11.50 EUR, which is 1.50 EUR more than its monthly budget of 10.00 EUR", alerts[0].Facts.Detail, StringComparison.Ordinal);
        Assert.Equal((AlertKind.Budget, 11.5m, 10m, "EUR"), (alerts[0].Kind, alerts[0].Facts.Value, alerts[0].Facts.Limit, alerts[0].Facts.Unit));
        await harness.LookAsync();
        Assert.Equal(4, (await harness.AlertsAsync()).Count);
    }

    [Fact]
    public async Task A_correction_that_comes_when_the_window_is_over_is_told_too()
    {
        using var time = new JumpingTime(Morning);
        await using var harness = await EngineHarness.StartAtAsync(time);
        var provider = await harness.AddAsync("one", channel: Channel.Sms, policy: new ProviderPolicy { Budget = new ProviderBudget(10, "EUR", BudgetPeriod.Day), Cost = new ProviderCost(1, "EUR", CostUnit.Message) });
        await harness.SendAsync(7);
        time.JumpTo(new DateTimeOffset(2026, 3, 15, 0, 5, 0, TimeSpan.Zero));
        Assert.Empty(await harness.LookAsync());

        var yesterday = new DateTimeOffset(2026, 3, 14, 0, 0, 0, TimeSpan.Zero);
        await harness.Engine.Storage.Limits.ReserveAsync(
            [new LimitRequest { ProviderId = provider.Id, Windows = [], Corrections = [new(LimitKind.DailyBudget, yesterday, 5_000_000)] }], Token);
        await harness.LookAsync();
        await harness.LookAsync();

        var alerts = await harness.AlertsAsync();
        Assert.Equal(4, alerts.Count);
        Assert.Contains("The window ended at 2026-03-15 00:00 UTC.", alerts[0].Facts.Detail, StringComparison.Ordinal);
        Assert.All(alerts, a => Assert.NotNull(a.ResolvedAt));
    }
}
