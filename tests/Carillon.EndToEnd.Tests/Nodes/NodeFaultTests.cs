using System.Net;
using Carillon.EndToEnd.Tests.Faults;
using Carillon.EndToEnd.Tests.Rig;

namespace Carillon.EndToEnd.Tests.Nodes;

/// <summary>What befalls nodes, their clocks, their network and their database.</summary>
public sealed class NodeFaultTests
{
    private const int Timeout = 15 * 60_000;
    private const string FakeTime = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1";

    // Others take over 14 seconds after a node was last heard, and look every second.
    private static readonly TimeSpan Takeover = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(40);

    [Fact(Timeout = Timeout)]
    public async Task A_node_that_stood_still_until_others_had_its_work_goes_on_as_another_and_sends_nothing_of_theirs()
    {
        Assert.SkipUnless(Scale.IsLong, "It waits for a takeover: ./test --long");
        await using var cluster = await Cluster.StartAsync();
        await using var one = await cluster.FirstAsync();
        await using var two = await cluster.NextAsync();
        using var loadOne = new LoadClient(one.Setup, Scale.Seed, Pace * 2);
        using var loadTwo = new LoadClient(two.Setup, Scale.Seed + 1, Pace * 4, "two.example");
        using var api = two.CreateApi();
        const int stalls = 3;
        for (var stall = 1; stall <= stalls; stall++)
        {
            using var stop = new CancellationTokenSource();
            var sending = Task.WhenAll(loadOne.RunAsync(3, stop.Token), loadTwo.RunAsync(2, stop.Token));
            var before = cluster.Sink.Count;
            await Eventually.TrueAsync(() => cluster.Sink.Count > before + 500, "the nodes to be at work");

            await one.SuspendAsync();
            await Eventually.TrueAsync(async () => (await StatusesAsync(api)).SequenceEqual(Statuses(live: 1, ended: stall)), "the other to take over", Takeover);
            await one.ContinueAsync();
            await Eventually.TrueAsync(async () => (await StatusesAsync(api)).SequenceEqual(Statuses(live: 2, ended: stall)), "the node to begin anew");
            await stop.CancelAsync();
            await sending;
        }

        await cluster.AssertKeptAsync(api, stalls * Cluster.MaxUnrecorded, loadOne, loadTwo);
    }

    [Fact(Timeout = Timeout)]
    public async Task A_node_whose_network_falls_silent_refuses_work_and_the_others_take_over_what_it_had()
    {
        Assert.SkipUnless(Scale.IsLong, "It waits for a takeover: ./test --long");
        await using var cluster = await Cluster.StartAsync();
        await using var network = new Network(cluster.Database.Port);
        await using var one = await cluster.FirstAsync(network.Url);
        await using var two = await cluster.NextAsync();
        using var loadOne = new LoadClient(one.Setup, Scale.Seed, Pace);
        using var loadTwo = new LoadClient(two.Setup, Scale.Seed + 1, Pace, "two.example");
        using var stop = new CancellationTokenSource();
        var sending = Task.WhenAll(loadOne.RunAsync(3, stop.Token), loadTwo.RunAsync(2, stop.Token));
        await Eventually.TrueAsync(() => cluster.Sink.Count > 500, "the nodes to be at work");

        network.Silence();
        using var apiOne = one.CreateApi();
        using var apiTwo = two.CreateApi();
        await Eventually.TrueAsync(async () => (await StatusesAsync(apiTwo)).SequenceEqual(Statuses(live: 1, ended: 1)), "the other to take over", Takeover);
        var refused = await apiOne.PostAsync("/v1/notifications", Bodies.Mail("late@example.com"), "late");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, true), (refused.Status, refused.Headers.RetryAfter is not null));
        network.Mend();
        await Eventually.TrueAsync(async () => (await StatusesAsync(apiTwo)).SequenceEqual(Statuses(live: 2, ended: 1)), "the node to begin anew", Takeover);
        await one.WaitUntilReadyAsync();
        await stop.CancelAsync();
        await sending;

        await cluster.AssertKeptAsync(apiTwo, Cluster.MaxUnrecorded, loadOne, loadTwo);
        Assert.InRange(one.PeakMemory(), 0, 400_000_000);
    }

    [Fact(Timeout = Timeout)]
    public async Task A_short_silence_and_a_slow_network_cost_time_and_nothing_else()
    {
        await using var cluster = await Cluster.StartAsync();
        await using var network = new Network(cluster.Database.Port);
        await using var one = await cluster.FirstAsync(network.Url);
        using var load = new LoadClient(one.Setup, Scale.Seed, Pace);
        using var stop = new CancellationTokenSource();
        var sending = load.RunAsync(3, stop.Token);
        await Eventually.TrueAsync(() => cluster.Sink.Count > 200, "the node to be at work");

        network.Delay = TimeSpan.FromMilliseconds(20);
        var before = cluster.Sink.Count;
        await Eventually.TrueAsync(() => cluster.Sink.Count > before + 200, "the node to go on over the slow network");
        network.Delay = TimeSpan.Zero;
        network.Silence();
        await Eventually.PassAsync(TimeSpan.FromSeconds(2));
        network.Mend();
        before = cluster.Sink.Count;
        await Eventually.TrueAsync(() => cluster.Sink.Count > before + 200, "the node to go on after the silence");
        await stop.CancelAsync();
        await sending;

        using var api = one.CreateApi();
        await cluster.AssertKeptAsync(api, doubles: 0, load);
        Assert.Equal(["live"], await StatusesAsync(api));
    }

    [Theory(Timeout = Timeout)]
    [InlineData("+7m")]
    [InlineData("-7m")]
    public async Task A_node_whose_clock_is_minutes_off_does_what_the_others_do(string offset)
    {
        Assert.SkipUnless(File.Exists(FakeTime), "libfaketime is not installed: apt-get install faketime");
        Assert.SkipUnless(Scale.IsLong || offset[0] == '+', "One direction is enough for every change: ./test --long");
        await using var cluster = await Cluster.StartAsync();
        await using var one = await cluster.FirstAsync();
        var setup = cluster.Setup();
        setup.Environment["LD_PRELOAD"] = FakeTime;
        setup.Environment["FAKETIME"] = offset;
        // Only the time of day is off: the clock that timers run by stands still in no machine.
        setup.Environment["FAKETIME_DONT_FAKE_MONOTONIC"] = "1";
        await using var two = await ServerProcess.StartAsync(setup);
        using var apiOne = one.CreateApi();
        using var apiTwo = two.CreateApi();
        using (var answer = await apiTwo.Http.GetAsync("/health/ready", TestContext.Current.CancellationToken))
            Assert.True((answer.Headers.Date!.Value - TimeProvider.System.GetUtcNow()).Duration() > TimeSpan.FromMinutes(5), "Its clock is not off.");

        // Too early by its clock, or long since due: neither is believed.
        var soon = TimeProvider.System.GetUtcNow().AddSeconds(6);
        var later = TimeProvider.System.GetUtcNow().AddMinutes(5);
        var ids = new List<string>();
        foreach (var (api, name) in new[] { (apiOne, "one"), (apiTwo, "two") })
        {
            ids.Add(await api.SendAsync(Bodies.Mail($"soon@{name}.example").With("scheduled_at", soon.ToString("O"))));
            await api.SendAsync(Bodies.Mail($"later@{name}.example").With("scheduled_at", later.ToString("O")));
        }

        using var loadOne = new LoadClient(one.Setup, Scale.Seed, Pace);
        using var loadTwo = new LoadClient(two.Setup, Scale.Seed + 1, Pace, "two.example");
        using var stop = new CancellationTokenSource();
        var sending = Task.WhenAll(loadOne.RunAsync(1, stop.Token), loadTwo.RunAsync(1, stop.Token));
        foreach (var id in ids)
        {
            var message = await apiOne.WaitForAsync(id, "sent");
            Assert.True(DateTimeOffset.Parse((string)message["sent_at"]!, System.Globalization.CultureInfo.InvariantCulture) >= soon.AddSeconds(-1), message.ToJsonString());
        }

        await stop.CancelAsync();
        await sending;
        await Eventually.TrueAsync(async () => await apiOne.QueuedAsync() == 2, "all to be sent but what is scheduled", TimeSpan.FromMinutes(2));
        var taken = cluster.Sink.CountByRecipient();
        Assert.DoesNotContain(taken.Keys, r => r.StartsWith("later", StringComparison.Ordinal));
        await cluster.ExplainAsync(apiOne, loadOne.Accepted);
        await cluster.ExplainAsync(apiOne, loadTwo.Accepted);
        Assert.All(taken, t => Assert.Equal(1, t.Value));
        Assert.Equal(["live", "live"], await StatusesAsync(apiTwo));
    }

    [Fact(Timeout = Timeout)]
    public async Task A_database_whose_disk_is_full_refuses_and_the_nodes_go_on_once_there_is_space()
    {
        using var disk = TemporaryDisk.Mount(megabytes: 256);
        await using var cluster = await Cluster.StartAsync(disk.Path);
        await using var one = await cluster.FirstAsync();
        await using var two = await cluster.NextAsync();
        using var load = new LoadClient(one.Setup, Scale.Seed, Pace);
        using var stop = new CancellationTokenSource();
        var sending = load.RunAsync(3, stop.Token);
        await Eventually.TrueAsync(() => cluster.Sink.Count > 200, "the nodes to be at work");

        disk.Fill();
        using var api = two.CreateApi();
        Answer? refused = null;
        var number = 0;
        await Eventually.TrueAsync(
            async () =>
            {
                var text = new string('x', 50_000);
                var answer = await api.PostAsync("/v1/notifications", Bodies.Mail($"probe{number++}@disk.example", text: text).With("scheduled_at", TimeProvider.System.GetUtcNow().AddHours(1).ToString("O")));
                if (answer.Status == HttpStatusCode.ServiceUnavailable) refused = answer;
                else Assert.Equal(HttpStatusCode.Accepted, answer.Status);
                return refused is not null;
            },
            "the node to refuse");
        Assert.True(refused!.Headers.RetryAfter?.Delta > TimeSpan.Zero, "Retry-After is missing.");
        Assert.False(one.HasExited || two.HasExited);

        disk.Free();
        // A server that could not write its log has ended, as PostgreSQL does; whoever looks after it starts it again.
        if (!await cluster.Database.IsUpAsync()) await cluster.Database.UpAsync();
        await one.WaitUntilReadyAsync();
        await two.WaitUntilReadyAsync();
        var before = cluster.Sink.Count;
        await Eventually.TrueAsync(() => cluster.Sink.Count > before + 200, "the nodes to go on");
        await stop.CancelAsync();
        await sending;
        // The probes are not due: out of the way with what was stored of them.
        foreach (var probe in (await api.MessagesAsync("&status=scheduled")).Select(m => (string)m["notification_id"]!))
            Assert.True((await api.PostAsync($"/v1/notifications/{probe}/cancel", new System.Text.Json.Nodes.JsonObject())).Status is HttpStatusCode.OK);
        await cluster.AssertKeptAsync(api, doubles: 2 * Cluster.MaxUnrecorded, load);
        Assert.InRange(Math.Max(one.PeakMemory(), two.PeakMemory()), 0, 400_000_000);
    }

    [Fact(Timeout = Timeout)]
    public async Task Nodes_that_are_killed_again_and_again_lose_nothing()
    {
        Assert.SkipUnless(Scale.IsLong, "It kills for minutes: ./test --long");
        await using var cluster = await Cluster.StartAsync();
        var random = new Random(Scale.Seed);
        TestContext.Current.TestOutputHelper?.WriteLine($"CARILLON_SEED={Scale.Seed}");
        var nodes = new List<ServerProcess> { await cluster.FirstAsync() };
        var loads = new List<LoadClient>();
        try
        {
            for (var i = 0; i < 2; i++) nodes.Add(await cluster.NextAsync());
            for (var i = 0; i < nodes.Count; i++) loads.Add(new LoadClient(nodes[i].Setup, Scale.Seed + i, Pace * 2, $"node{i}.example"));
            var kills = Math.Min(Scale.Kills, 12);
            for (var kill = 0; kill < kills; kill++)
            {
                using var stop = new CancellationTokenSource();
                var sending = Task.WhenAll(loads.Select(l => l.RunAsync(2, stop.Token)));
                await Eventually.PassAsync(TimeSpan.FromMilliseconds(random.Next(50, 2500)));
                var victim = random.Next(nodes.Count);
                nodes[victim].Kill();
                await stop.CancelAsync();
                await sending;
                var setup = nodes[victim].Setup;
                await nodes[victim].DisposeAsync();
                nodes[victim] = await ServerProcess.StartAsync(setup);
            }

            using var api = nodes[0].CreateApi();
            await cluster.AssertKeptAsync(api, kills * Cluster.MaxUnrecorded, [.. loads]);
            await Eventually.TrueAsync(async () => (await StatusesAsync(api)).SequenceEqual(Statuses(live: 3, ended: kills)), "the dead to be known", Takeover);
        }
        finally
        {
            foreach (var load in loads) load.Dispose();
            foreach (var node in nodes) await node.DisposeAsync();
        }
    }

    [Fact(Timeout = Timeout)]
    public async Task A_failover_to_a_synchronous_standby_loses_nothing()
    {
        Assert.SkipUnless(Scale.IsLong, "It makes a second database server: ./test --long");
        await using var cluster = await Cluster.StartAsync();
        await using var standby = await cluster.Database.AddSynchronousStandbyAsync();
        var url = PostgreSqlServer.UrlAt(cluster.Database.Port, standby.Port) + "?target_session_attrs=read-write";
        await using var one = await cluster.FirstAsync(url);
        await using var two = await cluster.NextAsync(url);
        using var load = new LoadClient(one.Setup, Scale.Seed, Pace);
        using var stop = new CancellationTokenSource();
        var sending = load.RunAsync(3, stop.Token);
        await Eventually.TrueAsync(() => cluster.Sink.Count > 500, "the nodes to be at work");

        await cluster.Database.CrashAsync();
        await standby.PromoteAsync();
        var before = cluster.Sink.Count;
        await Eventually.TrueAsync(() => cluster.Sink.Count > before + 200, "the nodes to go on with the standby", Takeover);
        await stop.CancelAsync();
        await sending;

        using var api = two.CreateApi();
        await cluster.AssertKeptAsync(api, 2 * Cluster.MaxUnrecorded, load);
    }

    private static async Task<List<string>> StatusesAsync(Api api) =>
        [.. (await api.ReadAsync("/v1/nodes"))["data"]!.AsArray().Select(n => (string)n!["status"]!).OrderDescending(StringComparer.Ordinal)];

    private static IEnumerable<string> Statuses(int live, int ended) =>
        Enumerable.Repeat("live", live).Concat(Enumerable.Repeat("ended", ended));
}
