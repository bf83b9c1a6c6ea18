using Carillon.EndToEnd.Tests.Rig;

namespace Carillon.EndToEnd.Tests.Routing;

/// <summary>A channel whose gateways are in trouble, each in its own way, under load.</summary>
public sealed class ThreeGatewaysTests
{
    private const int Timeout = 10 * 60_000;

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
        var (ordinary, critical) = scene.CreateLoad(server.Setup, 1, TimeSpan.FromMilliseconds(50));
        using (ordinary)
        using (critical)
        {
            using var stop = new CancellationTokenSource();
            var sending = Task.WhenAll(ordinary.RunAsync(3, stop.Token), critical.RunAsync(1, stop.Token));
            await Eventually.TrueAsync(() => scene.Record.CountOf(scene.Dying.Name, SmsFate.Cut) >= 20, "one to break its answers off");
            scene.Dying.Close();
            await Eventually.TrueAsync(() => ordinary.Accepted.Count > GatewayScene.Messages / 2, "half of the load");
            scene.Recovering.Open();
            await Eventually.TrueAsync(() => ordinary.Accepted.Count >= GatewayScene.Messages, "the load", TimeSpan.FromMinutes(3));
            await stop.CancelAsync();
            await sending;

            // All of a limit is used, to the last message, and all of the budget; not one more.
            await Eventually.TrueAsync(
                () => (Taken(scene.Throttling), Taken(scene.Recovering)) == (GatewayScene.PerDay, GatewayScene.Budgeted), "the limits to be used up", TimeSpan.FromMinutes(3),
                () => $"Taken: {Taken(scene.Throttling)}, {Taken(scene.Recovering)}.");
            scene.AssertSecondsKept();
            await scene.RaiseLimitAsync(api);
            await api.WaitUntilEmptyAsync(TimeSpan.FromMinutes(3));

            Assert.Equal(GatewayScene.Budgeted, Taken(scene.Recovering));
            var log = await scene.AssertKeptAsync(api, doubles: 0, ordinary, critical);
            scene.AssertCriticalOvertook(MaxUnrecorded);
            await scene.AssertTracesAsync(api, log, isWhole: true);
        }

        int Taken(SmsGateway gateway) => scene.Record.CountOf(gateway.Name, SmsFate.Taken);
    }
}
