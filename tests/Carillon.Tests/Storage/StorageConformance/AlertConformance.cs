using Carillon.Alerts;
using Carillon.Messages;
using Carillon.Storage;

namespace Carillon.Tests.Storage.StorageConformance;

public abstract class AlertConformance(StorageFactory factory) : StorageTest(factory)
{
    private static readonly Guid Provider = new("0192aaaa-0000-7000-8000-000000000001");

    [Fact]
    public async Task An_alert_is_stored_with_all_it_says()
    {
        var alert = Make("a") with
        {
            Severity = AlertSeverity.Critical,
            ProviderId = Provider,
            Facts = new AlertFacts
            {
                Summary = "s",
                Detail = "Ünï",
                Remedy = "r",
                Provider = "p",
                Channel = Channel.Sms,
                Priority = Priority.High,
                Window = "day",
                WindowStart = Now.AddDays(-1),
                Until = Now.AddDays(1),
                Threshold = 95,
                Value = 12.345678m,
                Limit = 20,
                Unit = "EUR",
            },
        };

        Assert.True(await Store.Alerts.RaiseAsync(alert, Cancellation));
        await ReopenAsync();

        Assert.Equal(alert, await Store.Alerts.GetAsync(Tenant, alert.Id, Cancellation));
        Assert.Null(await Store.Alerts.GetAsync(Other, alert.Id, Cancellation));
    }

    [Fact]
    public async Task One_that_is_open_is_seen_again_and_not_raised()
    {
        var first = Make("a");
        await Store.Alerts.RaiseAsync(first, Cancellation);

        Assert.False(await Store.Alerts.RaiseAsync(Make("a", at: Now.AddSeconds(9)), Cancellation));
        Assert.False(await Store.Alerts.RaiseAsync(Make("a", at: Now.AddSeconds(4)), Cancellation));
        Assert.True(await Store.Alerts.RaiseAsync(Make("b"), Cancellation));
        Assert.True(await Store.Alerts.RaiseAsync(Make("a", Other), Cancellation));

        var open = await Store.Alerts.ListOpenAsync(Cancellation);
        Assert.Equal(["a", "b", "a"], open.Select(a => a.Key));
        Assert.Equal((first.Id, Now, Now.AddSeconds(9)), (open[0].Id, open[0].RaisedAt, open[0].SeenAt));
    }

    [Fact]
    public async Task One_that_is_over_is_raised_anew_and_counts_its_repetitions_of_a_day()
    {
        for (var (i, at) = (1, Now); i <= 3; i++, at = at.AddHours(20))
        {
            var alert = Make("a", at: at);
            Assert.True(await Store.Alerts.RaiseAsync(alert, Cancellation));
            Assert.Equal(i, (await Store.Alerts.GetAsync(Tenant, alert.Id, Cancellation))!.Repeats);
            Assert.True(await Store.Alerts.ResolveAsync(alert.Id, at.AddMinutes(1), "Over.", cancellationToken: Cancellation));
            Assert.False(await Store.Alerts.ResolveAsync(alert.Id, at.AddMinutes(2), "Again.", cancellationToken: Cancellation));
        }

        var late = Make("a", at: Now.AddDays(4));
        await Store.Alerts.RaiseAsync(late, Cancellation);
        Assert.Equal(1, (await Store.Alerts.GetAsync(Tenant, late.Id, Cancellation))!.Repeats);
    }

    [Fact]
    public async Task One_of_a_window_is_never_raised_again()
    {
        var alert = Make("a") with { IsOnce = true };
        await Store.Alerts.RaiseAsync(alert, Cancellation);
        await Store.Alerts.ResolveAsync(alert.Id, Now.AddMinutes(1), "Over.", cancellationToken: Cancellation);
        await ReopenAsync();

        Assert.False(await Store.Alerts.RaiseAsync(alert with { Id = Ids.Next(), SeenAt = Now.AddDays(3) }, Cancellation));

        var stored = await Store.Alerts.GetAsync(Tenant, alert.Id, Cancellation);
        Assert.Equal((Now.AddMinutes(1), "Over.", Now), (stored!.ResolvedAt, stored.Resolution, stored.SeenAt));
    }

    [Fact]
    public async Task What_was_seen_since_is_not_over()
    {
        var alert = Make("a");
        await Store.Alerts.RaiseAsync(alert, Cancellation);
        await Store.Alerts.RaiseAsync(Make("a", at: Now.AddSeconds(30)), Cancellation);

        Assert.False(await Store.Alerts.ResolveAsync(alert.Id, Now.AddMinutes(2), "", Now.AddSeconds(30), Cancellation));
        Assert.True(await Store.Alerts.ResolveAsync(alert.Id, Now.AddMinutes(2), "", Now.AddSeconds(31), Cancellation));
    }

    [Fact]
    public async Task Of_many_who_raise_at_once_one_did()
    {
        var raised = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(async () => await Store.Alerts.RaiseAsync(Make("a"), Cancellation))));

        Assert.Single(raised, isNew => isNew);
        Assert.Single(await Store.Alerts.ListOpenAsync(Cancellation));
    }

    [Fact]
    public async Task Pages_are_newest_first_and_hold_while_alerts_are_added()
    {
        for (var i = 0; i < 5; i++) await Store.Alerts.RaiseAsync(Make($"{i}"), Cancellation);
        await Store.Alerts.RaiseAsync(Make("other", Other), Cancellation);
        var first = await Store.Alerts.ListAsync(new AlertQuery { Tenant = Tenant, Limit = 2 }, Cancellation);
        await Store.Alerts.RaiseAsync(Make("5"), Cancellation);
        var second = await Store.Alerts.ListAsync(new AlertQuery { Tenant = Tenant, Limit = 3, After = first.Next }, Cancellation);

        Assert.Equal(["4", "3"], first.Items.Select(a => a.Key));
        Assert.Equal(["2", "1", "0"], second.Items.Select(a => a.Key));
        Assert.Null(second.Next);
    }

    [Fact]
    public async Task Lists_are_filtered()
    {
        var over = Make("0");
        await Store.Alerts.RaiseAsync(over, Cancellation);
        await Store.Alerts.ResolveAsync(over.Id, Now, "Over.", cancellationToken: Cancellation);
        await Store.Alerts.RaiseAsync(Make("1") with { Kind = AlertKind.Limit, ProviderId = Provider }, Cancellation);
        await Store.Alerts.RaiseAsync(Make("2") with { Kind = AlertKind.Queue }, Cancellation);

        Assert.Equal(["2", "1"], await KeysAsync(new AlertQuery { Tenant = Tenant, State = AlertState.Open }));
        Assert.Equal(["0"], await KeysAsync(new AlertQuery { Tenant = Tenant, State = AlertState.Resolved }));
        Assert.Equal(["1"], await KeysAsync(new AlertQuery { Tenant = Tenant, Kind = AlertKind.Limit }));
        Assert.Equal(["1"], await KeysAsync(new AlertQuery { Tenant = Tenant, ProviderId = Provider }));
        Assert.Equal([new(AlertKind.Limit, 1), new(AlertKind.Queue, 1)], await Store.Alerts.ListOpenCountsAsync(Cancellation));
    }

    [Fact]
    public async Task What_was_not_told_is_found_until_it_was()
    {
        var (first, second) = (Make("1"), Make("2"));
        await Store.Alerts.RaiseAsync(first, Cancellation);
        await Store.Alerts.RaiseAsync(second, Cancellation);
        Assert.Equal(["1", "2"], (await Store.Alerts.ListUntoldAsync(9, Cancellation)).Select(a => a.Key));

        await Store.Alerts.MarkToldAsync(first.Id, AlertPhase.Raised, Now.AddSeconds(1), Cancellation);
        Assert.Equal(["2"], (await Store.Alerts.ListUntoldAsync(9, Cancellation)).Select(a => a.Key));

        await Store.Alerts.ResolveAsync(first.Id, Now.AddSeconds(2), "Over.", cancellationToken: Cancellation);
        Assert.Equal(["1"], (await Store.Alerts.ListUntoldAsync(1, Cancellation)).Select(a => a.Key));
        await Store.Alerts.MarkToldAsync(first.Id, AlertPhase.Resolved, Now.AddSeconds(3), Cancellation);
        await Store.Alerts.MarkToldAsync(first.Id, AlertPhase.Raised, Now.AddSeconds(4), Cancellation);

        Assert.Equal(["2"], (await Store.Alerts.ListUntoldAsync(9, Cancellation)).Select(a => a.Key));
        var stored = await Store.Alerts.GetAsync(Tenant, first.Id, Cancellation);
        Assert.Equal((Now.AddSeconds(1), Now.AddSeconds(3)), (stored!.RaisedToldAt, stored.ResolvedToldAt));
    }

    [Fact]
    public async Task What_was_over_long_ago_is_dropped()
    {
        for (var i = 0; i < 3; i++)
        {
            var alert = Make($"{i}");
            await Store.Alerts.RaiseAsync(alert, Cancellation);
            if (i != 1) await Store.Alerts.ResolveAsync(alert.Id, Now.AddDays(i), "Over.", cancellationToken: Cancellation);
        }

        Assert.Equal(1, await Store.Alerts.DropAsync(Now.AddDays(1), 100, Cancellation));
        Assert.Equal(["2", "1"], await KeysAsync(new AlertQuery { Tenant = Tenant }));
    }

    [Fact]
    public async Task Settings_are_replaced_only_where_nobody_was_faster()
    {
        Assert.Null(await Store.Alerts.GetSettingsAsync(Tenant, Cancellation));
        var settings = new AlertSettings
        {
            Recipients = [new AlertRecipient("ops@example.net", null, [AlertKind.Queue]), new AlertRecipient(null, "https://example.net/h", null)],
            Kinds = [AlertKind.Limit],
            Thresholds = [50],
            DeliveryRate = new DeliveryThresholds { Floor = 70 },
            Queue = new QueueThresholds { Oldest = TimeSpan.FromHours(2) },
        };

        Assert.True(await Store.Alerts.ReplaceSettingsAsync(Tenant, settings, 0, Cancellation));
        Assert.False(await Store.Alerts.ReplaceSettingsAsync(Tenant, AlertSettings.Default, 0, Cancellation));
        Assert.False(await Store.Alerts.ReplaceSettingsAsync(Tenant, AlertSettings.Default, 2, Cancellation));
        Assert.True(await Store.Alerts.ReplaceSettingsAsync(Tenant, settings with { Thresholds = [60] }, 1, Cancellation));
        await ReopenAsync();

        Assert.Equivalent(settings with { Thresholds = [60], Version = 2 }, await Store.Alerts.GetSettingsAsync(Tenant, Cancellation), strict: true);
        Assert.Equal([Tenant], (await Store.Alerts.ListSettingsAsync(Cancellation)).Select(s => s.Key));
        Assert.Null(await Store.Alerts.GetSettingsAsync(Other, Cancellation));
    }

    [Fact]
    public async Task Deliveries_are_summed_by_provider_over_tenants_in_two_spans()
    {
        await SendAsync(Tenant, Now.AddDays(-2), MessageStatus.Sent);
        await SendAsync(Tenant, Now.AddHours(-3), MessageStatus.Sent);
        await SendAsync(Tenant, Now.AddHours(-3), MessageStatus.Failed);
        await SendAsync(Tenant, Now, MessageStatus.Sent);
        await SendAsync(Other, Now, MessageStatus.Sent);

        var counts = await Store.Alerts.ListDeliveriesAsync(Now.AddDays(-1), Now.AddMinutes(-30), Cancellation);

        Assert.Equal([new(Provider, MessageStatus.Sent, 1, 2), new(Provider, MessageStatus.Failed, 1, 0)], counts.OrderBy(c => c.Status));
    }

    [Fact]
    public async Task A_backlog_is_what_is_due_in_the_store_and_in_the_hands_of_nodes()
    {
        Assert.Empty(await Store.Alerts.ListBacklogsAsync(Now, 10, Cancellation));
        await AcceptAsync([.. Enumerable.Range(0, 5).Select(i => MakeNotification(due: Now.AddMinutes(i)))]);
        await AcceptAsync(MakeNotification(due: Now.AddHours(1)), MakeNotification(Other, priority: Priority.High));
        await AcceptOwnedAsync();

        var backlogs = await Store.Alerts.ListBacklogsAsync(Now.AddMinutes(4), 10, Cancellation);

        Assert.Equal(
            [
                new(new LaneKey(Tenant, Channel.Email, Priority.Normal), Now, 6), new(new LaneKey(Other, Channel.Email, Priority.High), Now, 1),
            ],
            backlogs);
        Assert.Equal(3 + 1, (await Store.Alerts.ListBacklogsAsync(Now.AddMinutes(4), 3, Cancellation))[0].Count);
        Assert.Equal(2 + 1, (await Store.Alerts.ListBacklogsAsync(Now.AddMinutes(1), 10, Cancellation))[0].Count);
    }

    private Alert Make(string key, TenantId? tenant = null, DateTimeOffset? at = null) => new()
    {
        Tenant = tenant ?? Tenant,
        Id = Ids.Next(),
        Kind = AlertKind.Circuit,
        Severity = AlertSeverity.Warning,
        Key = key,
        Facts = new AlertFacts { Summary = "s", Detail = "d", Remedy = "r" },
        RaisedAt = at ?? Now,
        SeenAt = at ?? Now,
    };

    private async Task SendAsync(TenantId tenant, DateTimeOffset at, MessageStatus status)
    {
        var notification = MakeNotification(tenant, owned: true);
        await AcceptAsync(notification);
        await RecordAsync(new OutcomeWrite { Message = notification.Messages[0], At = at, Status = status, Attempts = 1, ProviderId = Provider });
    }

    private async Task<IEnumerable<string>> KeysAsync(AlertQuery query) => (await Store.Alerts.ListAsync(query, Cancellation)).Items.Select(a => a.Key);
}
