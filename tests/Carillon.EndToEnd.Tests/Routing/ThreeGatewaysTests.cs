using Carillon.EndToEnd.Tests.Nodes;
using Carillon.EndToEnd.Tests.Rig;

namespace Carillon.EndToEnd.Tests.Routing;

/// <summary>A channel whose gateways are in trouble, each in its own way, under load.</summary>
public sealed class ThreeGatewaysTests
{
    private const int Timeout = 10 * 60_000;

    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(50);

    // Sends under way and outcomes not yet recorded: the server's default.
    private const int MaxUnrecorded = 512;

    [Fact(Timeout = Timeout)]
    public async Task While_one_throttles_one_dies_and_one_comes_back_all_arrive_within_every_limit_and_critical_ones_first()
    {
        using var data = new DataDirectory();
        await using var scene = new GatewayScene();
        await using var server = await ServerProcess.StartAsync(new ServerSetup(data.Path));
        using var api = server.CreateApi();
        await scene.AddProvidersAsync(api);
        scene.Throttling.Open();
        scene.Dying.Open();
        var (ordinary, critical) = scene.CreateLoad(server.Setup, 1, Pace, GatewayScene.Messages);
        using (ordinary)
        using (critical)
        {
            using var stop = new CancellationTokenSource();
            var sending = ordinary.RunAsync(3, CancellationToken.None);
            var urging = critical.RunAsync(1, stop.Token);
            await Eventually.TrueAsync(() => scene.Record.CountOf(scene.Dying.Name, SmsFate.Cut) >= 20, "one to break its answers off");
            scene.Dying.Close();
            await Eventually.TrueAsync(() => ordinary.Accepted.Count > GatewayScene.Messages / 2, "half of the load");
            scene.Recovering.Open();
            await sending;
            await Eventually.TrueAsync(() => scene.Taken(scene.Recovering) > GatewayScene.Budgeted * 9 / 10, "the budget to be nearly used up", TimeSpan.FromMinutes(3));
            await stop.CancelAsync();
            await urging;

            // All of a limit is used, to the last message, and all of the budget; not one more.
            await Eventually.TrueAsync(
                () => (scene.Taken(scene.Throttling), scene.Taken(scene.Recovering)) == (GatewayScene.PerDay, GatewayScene.Budgeted), "the limits to be used up", TimeSpan.FromMinutes(3),
                () => $"Taken: {scene.Taken(scene.Throttling)}, {scene.Taken(scene.Recovering)}.");
            scene.AssertSecondsKept();
            await scene.RaiseLimitAsync(api);
            await api.WaitUntilEmptyAsync(TimeSpan.FromMinutes(1));

            Assert.Equal(GatewayScene.Budgeted, scene.Taken(scene.Recovering));
            var log = await scene.AssertKeptAsync(api, doubles: 0, ordinary, critical);
            await scene.AssertCriticalOvertookAsync(api, MaxUnrecorded);
            await scene.AssertTracesAsync(api, log, isWhole: true);
        }
    }

    [Fact(Timeout = Timeout)]
    public async Task Two_nodes_keep_to_every_limit_together_also_when_one_is_killed()
    {
        await using var cluster = await Cluster.StartAsync();
        await using var scene = new GatewayScene();
        await using var one = await cluster.FirstAsync();
        await using var two = await cluster.NextAsync();
        using var api = two.CreateApi();
        await scene.AddProvidersAsync(api);
        scene.Throttling.Open();
        scene.Dying.Open();
        var (ordinaryOne, criticalOne) = scene.CreateLoad(one.Setup, 1, Pace * 2, GatewayScene.Messages * 2 / 3);
        var (ordinaryTwo, criticalTwo) = scene.CreateLoad(two.Setup, 3, Pace * 2, GatewayScene.Messages * 2 / 3);
        LoadClient[] loads = [ordinaryOne, criticalOne, ordinaryTwo, criticalTwo];
        using var stop = new CancellationTokenSource();
        var sending = Task.WhenAll(ordinaryOne.RunAsync(3, CancellationToken.None), ordinaryTwo.RunAsync(3, CancellationToken.None));
        var urging = Task.WhenAll(criticalOne.RunAsync(1, stop.Token), criticalTwo.RunAsync(1, stop.Token));
        await Eventually.TrueAsync(() => scene.Record.CountOf(scene.Dying.Name, SmsFate.Cut) >= 20, "one to break its answers off");
        scene.Dying.Close();
        await Eventually.TrueAsync(() => loads.Sum(l => l.Accepted.Count) > GatewayScene.Messages / 3, "a third of the load");
        scene.Recovering.Open();
        await Eventually.TrueAsync(() => scene.Taken(scene.Recovering) > 100, "it to come back");

        one.Kill();
        await Eventually.TrueAsync(() => scene.Taken(scene.Recovering) > GatewayScene.Budgeted / 2, "half of the budget to be used up");
        await stop.CancelAsync();
        await urging;
        await using var again = await ServerProcess.StartAsync(one.Setup);
        await sending;
        foreach (var load in loads) await load.RepeatAsync();
        await Eventually.TrueAsync(async () => await IsUsedUpAsync(scene.Throttling) && await IsUsedUpAsync(scene.Recovering), "the limits to be used up", TimeSpan.FromMinutes(3));
        Assert.InRange(scene.Taken(scene.Throttling), 1, GatewayScene.PerDay);
        scene.AssertSecondsKept(byOurClock: false);
        await scene.RaiseLimitAsync(api);
        await api.WaitUntilEmptyAsync(TimeSpan.FromMinutes(1));

        Assert.InRange(scene.Taken(scene.Recovering), 1, GatewayScene.Budgeted);
        var log = await scene.AssertKeptAsync(api, Cluster.MaxUnrecorded, loads);
        await scene.AssertCriticalOvertookAsync(api, underWay: null);
        await scene.AssertTracesAsync(api, log, isWhole: false);
        foreach (var load in loads) load.Dispose();

        async Task<bool> IsUsedUpAsync(SmsGateway gateway) => await scene.UsageAsync(api, gateway) is var usage && usage.Used == usage.Limit;
    }
}
