using Carillon.Alerts;
using Carillon.Channels;
using Carillon.Dispatch;
using Carillon.Messages;
using Carillon.Providers;
using Carillon.Storage;
using Carillon.Tests.Dispatch;
using Carillon.Tests.Storage.PostgreSql;
using Carillon.Tests.Storage.StorageConformance;

namespace Carillon.Tests.Alerts;

/// <summary>Two nodes on one database: what both see is raised and told once.</summary>
public sealed class AlertNodesTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Thresholds_and_trips_that_two_nodes_see_are_told_once()
    {
        await using var first = await EngineHarness.StartOnAsync(new PostgreSqlFactory());
        await first.AddAsync("mail");
        await first.AddAsync("one", 1, new ProviderPolicy { Limits = new ProviderLimits { PerMonth = 100 } }, Channel.Sms);
        await first.AddAsync("two", 2, channel: Channel.Sms);
        var settings = AlertSettings.Default with { Recipients = [new AlertRecipient("ops@example.net", null, null)], Kinds = [AlertKind.Limit, AlertKind.Circuit] };
        Assert.IsType<AlertSettingsChange.Changed>(await first.Engine.Alerts.ReplaceAsync(EngineHarness.Tenant, settings, null, Token));
        await using var second = await EngineHarness.StartOnAsync(new SameStore(first));
        EngineHarness[] nodes = [first, second];

        foreach (var node in nodes) node.Scripts["one"] = _ => new(SendResult.Unavailable("421 try later"));
        foreach (var node in nodes) await SendAsync(node, 5);
        foreach (var node in nodes) node.Scripts.TryRemove("one", out _);
        await UntilAsync(nodes, open => open.Any(a => a.Kind == AlertKind.Circuit));

        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (nodes.Sum(n => n.Sends.Count(s => s.Provider == "one")) < 10 + 100)
        {
            await Task.WhenAll(nodes.Select(n => SendAsync(n, 4)));
            await Task.WhenAll(nodes.Select(n => n.Engine.AlertWatch!.LookAsync(Token)));
            await timer.WaitForNextTickAsync(Token);
        }

        await UntilAsync(nodes, open => open.Count(a => a.Kind == AlertKind.Limit) == 3);
        var all = (await first.Engine.Alerts.ListAsync(new AlertQuery { Tenant = EngineHarness.Tenant, Limit = 100 }, Token)).Items;
        Assert.Equal(
            ["one has failed 5 times in a row", "one has used 80 % of its limit per month", "one has used 95 % of its limit per month", "one has used up its limit per month"],
            all.Select(a => a.Facts.Summary).Order(StringComparer.Ordinal));

        while (all.Any(a => a.RaisedToldAt is null))
        {
            await Task.WhenAll(nodes.Select(n => n.Engine.AlertWatch!.LookAsync(Token)));
            all = (await first.Engine.Alerts.ListAsync(new AlertQuery { Tenant = EngineHarness.Tenant, Limit = 100 }, Token)).Items;
        }

        var told = await first.Engine.Storage.Log.ListMessagesAsync(new MessageQuery { Tenant = EngineHarness.Tenant, Category = "alerts", Limit = 100 }, Token);
        Assert.Equal(4, told.Items.Count);
    }

    private static async Task SendAsync(EngineHarness harness, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await harness.DeliverAsync(new NotificationRequest { Recipient = new RecipientRequest { Phone = "+525512345678" }, Channels = [Channel.Sms], Message = "Hello" });
        }
    }

    private static async Task UntilAsync(EngineHarness[] nodes, Func<IReadOnlyList<Alert>, bool> condition)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!condition(await nodes[0].Engine.Storage.Alerts.ListOpenAsync(Token)))
        {
            await Task.WhenAll(nodes.Select(n => n.Engine.AlertWatch!.LookAsync(Token)));
            await timer.WaitForNextTickAsync(Token);
        }
    }

    /// <summary>The database of another harness, which goes with that one.</summary>
    private sealed class SameStore(EngineHarness other) : StorageFactory
    {
        public override IStorage Create(TimeProvider time) => other.Storage.Create(time);

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
