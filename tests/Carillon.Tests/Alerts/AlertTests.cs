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

/// <summary>Alerts through the whole engine on a real store.</summary>
public sealed class AlertTests
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
        await TellAsync(harness, "ops@example.net");

        await SendAsync(harness, 15);
        Assert.Empty(await LookAsync(harness));
        await SendAsync(harness, 1);
        Assert.Equal(["one has used 80 % of its limit per day"], await LookAsync(harness));
        await SendAsync(harness, 3);
        await harness.RestartAsync();
        Assert.Equal(["one has used 95 % of its limit per day", "one has used 80 % of its limit per day"], await LookAsync(harness));
        await SendAsync(harness, 3);
        await LookAsync(harness);
        Assert.Equal(3, (await LookAsync(harness)).Count);
        var full = (await AlertsAsync(harness))[0];
        Assert.Equal(("one has used up its limit per day", AlertSeverity.Critical, 20, 20), (full.Facts.Summary, full.Severity, full.Facts.Value, full.Facts.Limit));

        await MailsAsync(harness, 3);
        time.JumpTo(new DateTimeOffset(2026, 3, 15, 0, 0, 1, TimeSpan.Zero));
        Assert.Empty(await LookAsync(harness));
        Assert.All(await AlertsAsync(harness), a => Assert.Equal("The window has ended.", a.Resolution));
        await SendAsync(harness, 16);
        Assert.Equal(["one has used 80 % of its limit per day"], await LookAsync(harness));

        // The end of a window is no news to people.
        var mails = await MailsAsync(harness, 4);
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
        await SendAsync(harness, 9);
        Assert.Equal(["one has used 80 % of its limit per month"], await LookAsync(harness));

        await LimitAsync(harness, provider, 20);
        Assert.Empty(await LookAsync(harness));
        Assert.Equal("The limit was changed, or its provider removed.", Assert.Single(await AlertsAsync(harness)).Resolution);

        await SendAsync(harness, 7);
        Assert.Equal(["one has used 80 % of its limit per month"], await LookAsync(harness));
        Assert.Equal(2, (await AlertsAsync(harness)).Count);
    }

    [Fact]
    public async Task A_vendor_that_takes_more_than_was_estimated_exceeds_the_budget_and_that_is_told()
    {
        await using var harness = await EngineHarness.StartAsync();
        await harness.AddAsync("one", channel: Channel.Sms, policy: new ProviderPolicy { Budget = new ProviderBudget(10, "EUR", BudgetPeriod.Month), Cost = new ProviderCost(1, "EUR", CostUnit.Message) });
        await harness.AddAsync("two", 200, channel: Channel.Sms);
        await SendAsync(harness, 7);
        Assert.Empty(await LookAsync(harness));

        harness.Scripts["one"] = _ => new(SendResult.Accepted("ok", cost: 4.5m, currency: "EUR"));
        await SendAsync(harness, 1);

        await UntilAsync(harness, alerts => alerts.Count == 4);
        var alerts = await AlertsAsync(harness);
        Assert.Equal(
            [
                "one has exceeded its monthly budget", "one has used up its monthly budget", "one has used 95 % of its monthly budget", "one has used 80 % of its monthly budget",
            ],
            alerts.Select(a => a.Facts.Summary));
        Assert.Contains("has spent 11.50 EUR, which is 1.50 EUR more than its monthly budget of 10.00 EUR", alerts[0].Facts.Detail, StringComparison.Ordinal);
        Assert.Equal((AlertKind.Budget, 11.5m, 10m, "EUR"), (alerts[0].Kind, alerts[0].Facts.Value, alerts[0].Facts.Limit, alerts[0].Facts.Unit));
        await LookAsync(harness);
        Assert.Equal(4, (await AlertsAsync(harness)).Count);
    }

    [Fact]
    public async Task A_correction_that_comes_when_the_window_is_over_is_told_too()
    {
        using var time = new JumpingTime(Morning);
        await using var harness = await EngineHarness.StartAtAsync(time);
        var provider = await harness.AddAsync("one", channel: Channel.Sms, policy: new ProviderPolicy { Budget = new ProviderBudget(10, "EUR", BudgetPeriod.Day), Cost = new ProviderCost(1, "EUR", CostUnit.Message) });
        await SendAsync(harness, 7);
        time.JumpTo(new DateTimeOffset(2026, 3, 15, 0, 5, 0, TimeSpan.Zero));
        Assert.Empty(await LookAsync(harness));

        var yesterday = new DateTimeOffset(2026, 3, 14, 0, 0, 0, TimeSpan.Zero);
        await harness.Engine.Storage.Limits.ReserveAsync(
            [new LimitRequest { ProviderId = provider.Id, Windows = [], Corrections = [new(LimitKind.DailyBudget, yesterday, 5_000_000)] }], Token);
        await LookAsync(harness);
        await LookAsync(harness);

        var alerts = await AlertsAsync(harness);
        Assert.Equal(4, alerts.Count);
        Assert.Contains("The window ended at 2026-03-15 00:00 UTC.", alerts[0].Facts.Detail, StringComparison.Ordinal);
        Assert.All(alerts, a => Assert.NotNull(a.ResolvedAt));
    }

    [Fact]
    public async Task A_trip_is_seen_however_short_it_was_and_is_over_after_a_while_of_calm()
    {
        using var time = new JumpingTime(Morning);
        await using var harness = await EngineHarness.StartAtAsync(time);
        await harness.AddAsync("one", 1, channel: Channel.Sms);
        await harness.AddAsync("two", 2, channel: Channel.Sms);
        await harness.AddAsync("mail");
        await TellAsync(harness, "ops@example.net");

        await TripAsync(harness, time);
        // Raised at the change: it is closed again, and nobody has looked.
        var tripped = Assert.Single((await AlertsAsync(harness)).Where(a => a.ResolvedAt is null));
        Assert.Equal((AlertKind.Circuit, AlertSeverity.Warning, "one has failed 5 times in a row"), (tripped.Kind, tripped.Severity, tripped.Facts.Summary));
        Assert.Contains("The last one: 421 try later", tripped.Facts.Detail, StringComparison.Ordinal);
        Assert.Single(await LookAsync(harness));

        time.JumpTo(tripped.SeenAt.AddSeconds(62));
        Assert.Empty(await LookAsync(harness));
        await MailsAsync(harness, 2);

        // The second time within a day it must have been calm for twice as long.
        await TripAsync(harness, time);
        var again = (await AlertsAsync(harness))[0];
        Assert.Equal(2, again.Repeats);
        time.JumpTo(again.SeenAt.AddSeconds(62));
        Assert.Single(await LookAsync(harness));
        time.JumpTo(again.SeenAt.AddSeconds(122));
        Assert.Empty(await LookAsync(harness));
        Assert.Equal(
            [
                "Resolved: one has failed 5 times in a row", "Resolved: one has failed 5 times in a row", "Warning: one has failed 5 times in a row",
                "Warning: one has failed 5 times in a row",
            ],
            (await MailsAsync(harness, 4)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_circuit_that_does_not_close_stays_an_alert_and_its_own_mail_does_not_raise_another()
    {
        using var time = new JumpingTime(Morning);
        await using var harness = await EngineHarness.StartAtAsync(time);
        await harness.AddAsync("one", 1);
        await TellAsync(harness, "ops@example.net");
        harness.Scripts["one"] = _ => new(SendResult.Unavailable("421 try later"));
        await harness.AcceptAsync(EngineHarness.Mail());
        await UntilAsync(harness, alerts => alerts.Count == 1);

        for (var minute = 1; minute <= 10; minute++)
        {
            time.JumpTo(Morning.AddMinutes(minute * 2));
            Assert.Single(await LookAsync(harness));
        }

        Assert.Equal(AlertSeverity.Critical, Assert.Single(await AlertsAsync(harness)).Severity);
        Assert.Single(await ToldAsync(harness));
    }

    [Fact]
    public async Task A_delivery_rate_that_falls_is_told_and_so_is_its_recovery()
    {
        using var time = new JumpingTime(Morning);
        await using var harness = await EngineHarness.StartAtAsync(time);
        await harness.AddAsync("one", channel: Channel.Sms);
        await SendAsync(harness, 60);
        time.JumpTo(Morning.AddHours(3));
        await SendAsync(harness, 40);
        Assert.Empty(await LookAsync(harness));

        harness.Scripts["one"] = _ => new(SendResult.Rejected("550 no such user"));
        await SendAsync(harness, 20);
        Assert.Equal(["Of what one sends only 66.7 % arrives"], await LookAsync(harness));
        var alert = Assert.Single(await AlertsAsync(harness));
        Assert.Contains("66.7 % were taken and did not bounce, the day before it was 100 %", alert.Facts.Detail, StringComparison.Ordinal);

        harness.Scripts.TryRemove("one", out _);
        time.JumpTo(Morning.AddHours(4));
        await SendAsync(harness, 49);
        Assert.Single(await LookAsync(harness));
        await SendAsync(harness, 1);
        Assert.Empty(await LookAsync(harness));
        Assert.Equal("Of the last half hour 100 % arrived.", Assert.Single(await AlertsAsync(harness)).Resolution);
    }

    [Fact]
    public async Task A_queue_that_waits_too_long_is_told_until_it_is_short_again()
    {
        using var time = new JumpingTime(Morning);
        await using var harness = await EngineHarness.StartAtAsync(time);
        await harness.AddAsync("one");
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        harness.Scripts["one"] = async _ =>
        {
            await gate.Task;
            return SendResult.Accepted("ok");
        };
        var message = (await harness.AcceptAsync(EngineHarness.Mail())).Messages[0].Id;
        time.JumpTo(Morning.AddMinutes(14));
        Assert.Empty(await LookAsync(harness));

        time.JumpTo(Morning.AddMinutes(16));
        Assert.Equal(["Email messages have waited for 15 minutes"], await LookAsync(harness));
        await LookAsync(harness);
        var alert = Assert.Single(await AlertsAsync(harness));
        Assert.Equal((AlertKind.Queue, Channel.Email, Priority.Normal, "seconds"), (alert.Kind, alert.Facts.Channel, alert.Facts.Priority, alert.Facts.Unit));

        gate.SetResult();
        await harness.UntilAsync(message);
        Assert.Empty(await LookAsync(harness));
        Assert.Equal("Nothing waits any more.", Assert.Single(await AlertsAsync(harness)).Resolution);
    }

    [Fact]
    public async Task A_queue_is_too_long_only_while_it_grows()
    {
        using var time = new JumpingTime(Morning);
        await using var harness = await EngineHarness.StartAtAsync(time);
        await harness.AddAsync("one");
        await SetAsync(harness, AlertSettings.Default with { Queue = new QueueThresholds { Messages = 10 } });
        var gate = new SemaphoreSlim(0);
        harness.Scripts["one"] = async _ =>
        {
            await gate.WaitAsync(Token);
            return SendResult.Accepted("ok");
        };
        await WaitAsync(harness, 12);
        // Nobody knows yet whether it grows.
        Assert.Empty(await LookAsync(harness));
        Assert.Empty(await LookAsync(harness));
        await WaitAsync(harness, 1);
        Assert.Equal(["13 email messages wait, and more are coming"], await LookAsync(harness));

        gate.Release(4);
        await UntilWaitingAsync(harness, 9);
        Assert.Single(await LookAsync(harness));
        gate.Release(1);
        await UntilWaitingAsync(harness, 8);
        Assert.Empty(await LookAsync(harness));
        gate.Release(100);
    }

    [Fact]
    public async Task What_somebody_has_stopped_is_no_alert()
    {
        using var time = new JumpingTime(Morning);
        await using var harness = await EngineHarness.StartAtAsync(time);
        await harness.AddAsync("one");
        await harness.Engine.Routing.SetStopsAsync(EngineHarness.Tenant, new Stops(false, [Channel.Email], []), Token);
        await harness.AcceptAsync(EngineHarness.Mail());

        time.JumpTo(Morning.AddHours(2));

        Assert.Empty(await LookAsync(harness));
    }

    [Fact]
    public async Task A_tenant_without_settings_goes_by_the_installations_and_its_operators_are_told()
    {
        await using var harness = await EngineHarness.StartAsync();
        await harness.AddAsync("one", channel: Channel.Sms, policy: new ProviderPolicy { Limits = new ProviderLimits { PerMonth = 10 } });
        var settings = AlertSettings.Default with { Recipients = [new AlertRecipient("installation@example.net", null, [AlertKind.Limit])], Thresholds = [30] };
        Assert.IsType<AlertSettingsChange.Changed>(await harness.Engine.Alerts.ReplaceAsync(TenantId.Installation, settings, null, Token));
        await SendAsync(harness, 3);

        Assert.Equal(["one has used 30 % of its limit per month"], await LookAsync(harness));

        var told = Assert.Single(await ToldAsync(harness, TenantId.Installation));
        Assert.Equal("installation@example.net", Assert.Single(told.Messages).Address);
        Assert.Empty(await ToldAsync(harness));
    }

    [Fact]
    public async Task Recipients_hear_of_what_they_asked_for()
    {
        await using var harness = await EngineHarness.StartAsync();
        await harness.AddAsync("one", channel: Channel.Sms, policy: new ProviderPolicy { Limits = new ProviderLimits { PerMonth = 10 } });
        await SetAsync(harness, AlertSettings.Default with
        {
            Recipients = [new AlertRecipient("queue@example.net", null, [AlertKind.Queue]), new AlertRecipient("limit@example.net", null, [AlertKind.Limit, AlertKind.Budget])],
        });
        await SendAsync(harness, 8);

        await LookAsync(harness);

        Assert.Equal(["limit@example.net"], (await ToldAsync(harness)).SelectMany(n => n.Messages).Select(m => m.Address));
        Assert.Empty(await harness.Engine.Storage.Alerts.ListUntoldAsync(9, Token));
    }

    private static Task TellAsync(EngineHarness harness, string email) =>
        SetAsync(harness, AlertSettings.Default with { Recipients = [new AlertRecipient(email, null, null)] });

    private static async Task SetAsync(EngineHarness harness, AlertSettings settings) =>
        Assert.IsType<AlertSettingsChange.Changed>(await harness.Engine.Alerts.ReplaceAsync(EngineHarness.Tenant, settings, null, Token));

    /// <summary>By SMS, so that mail about alerts is none of it.</summary>
    private static async Task SendAsync(EngineHarness harness, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await harness.DeliverAsync(new NotificationRequest { Recipient = new RecipientRequest { Phone = "+525512345678" }, Channels = [Channel.Sms], Message = "Hello" });
        }
    }

    private static async Task WaitAsync(EngineHarness harness, int count)
    {
        for (var i = 0; i < count; i++) await harness.AcceptAsync(EngineHarness.Mail());
    }

    private static async Task UntilWaitingAsync(EngineHarness harness, int count)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while ((await harness.Engine.Storage.Alerts.ListBacklogsAsync(harness.Engine.Time.GetUtcNow(), 100, Token)).Sum(b => b.Count) != count)
            await timer.WaitForNextTickAsync(Token);
    }

    /// <summary>Five failures, and a success when the provider is probed.</summary>
    private static async Task TripAsync(EngineHarness harness, JumpingTime time)
    {
        var before = (await AlertsAsync(harness)).Count;
        harness.Scripts["one"] = _ => new(SendResult.Unavailable("421 try later"));
        await SendAsync(harness, 5);
        harness.Scripts.TryRemove("one", out _);
        time.JumpTo(harness.Engine.Time.GetUtcNow().AddSeconds(2));
        await SendAsync(harness, 1);
        var one = harness.Engine.Providers.All.Single(p => p.Provider.Name == "one");
        Assert.Equal(CircuitState.Closed, one.Circuit(harness.Engine.Time.GetUtcNow()).State);
        await UntilAsync(harness, alerts => alerts.Count == before + 1);
    }

    private static async Task LimitAsync(EngineHarness harness, Provider provider, int perMonth)
    {
        var draft = new ProviderDraft
        {
            Name = provider.Name,
            Channel = provider.Channel,
            Kind = provider.Kind,
            Settings = provider.Settings,
            Policy = new ProviderPolicy { Limits = new ProviderLimits { PerMonth = perMonth } },
        };
        Assert.IsType<ProviderChange.Changed>(await harness.Engine.Providers.ReplaceAsync(EngineHarness.Tenant, provider.Id, draft, null, Token));
    }

    /// <summary>Has everything looked at; what is open then, newest first.</summary>
    private static async Task<List<string>> LookAsync(EngineHarness harness)
    {
        await harness.Engine.AlertWatch!.LookAsync(Token);
        return [.. (await AlertsAsync(harness)).Where(a => a.ResolvedAt is null).Select(a => a.Facts.Summary)];
    }

    private static async Task<IReadOnlyList<Alert>> AlertsAsync(EngineHarness harness) =>
        (await harness.Engine.Alerts.ListAsync(new AlertQuery { Tenant = EngineHarness.Tenant }, Token)).Items;

    private static async Task UntilAsync(EngineHarness harness, Func<IReadOnlyList<Alert>, bool> condition)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!condition(await AlertsAsync(harness)))
        {
            await timer.WaitForNextTickAsync(Token);
            await harness.Engine.AlertWatch!.LookAsync(Token);
        }
    }

    private static async Task<IReadOnlyList<StoredNotification>> ToldAsync(EngineHarness harness, TenantId? tenant = null) =>
        (await harness.Engine.Storage.Log.ListNotificationsAsync(
            new NotificationQuery { Tenant = tenant ?? EngineHarness.Tenant, Category = "alerts", Limit = 100 }, Token)).Items;

    /// <summary>The subjects of what was told, once there are so many.</summary>
    private static async Task<IReadOnlyList<string>> MailsAsync(EngineHarness harness, int count)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (true)
        {
            await harness.Engine.AlertWatch!.LookAsync(Token);
            var mails = harness.Sends.Where(s => s.Address == "ops@example.net").Select(s => s.Subject).ToList();
            if (mails.Count >= count)
            {
                Assert.Equal(count, mails.Count);
                return mails;
            }

            await timer.WaitForNextTickAsync(Token);
        }
    }
}
