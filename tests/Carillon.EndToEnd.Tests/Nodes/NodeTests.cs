using Carillon.EndToEnd.Tests.Rig;

namespace Carillon.EndToEnd.Tests.Nodes;

/// <summary>Real nodes on a real database: what they promise together.</summary>
public sealed class NodeTests
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(40);

    [Fact(Timeout = 10 * 60_000)]
    public async Task The_work_of_a_node_that_was_killed_is_done_by_the_others()
    {
        await using var cluster = await Cluster.StartAsync();
        await using var one = await cluster.FirstAsync();
        await using var two = await cluster.NextAsync();
        using var loadOne = new LoadClient(one.Setup, Scale.Seed, Pace);
        using var loadTwo = new LoadClient(two.Setup, Scale.Seed + 1, Pace, "two.example");
        using var stop = new CancellationTokenSource();
        var sending = Task.WhenAll(loadOne.RunAsync(3, CancellationToken.None), loadTwo.RunAsync(3, stop.Token));
        await Eventually.TrueAsync(() => cluster.Sink.Count > 500, "the nodes to be at work");

        one.Kill();
        await stop.CancelAsync();
        await sending;
        using var api = two.CreateApi();
        await api.WaitUntilEmptyAsync(TimeSpan.FromMinutes(2));

        await using var again = await ServerProcess.StartAsync(one.Setup);
        await loadOne.RepeatAsync();
        await loadTwo.RepeatAsync();
        await api.WaitUntilEmptyAsync(TimeSpan.FromMinutes(2));
        var accepted = loadOne.Accepted.Concat(loadTwo.Accepted).ToDictionary(StringComparer.Ordinal);
        var taken = cluster.Sink.CountByRecipient();
        TestContext.Current.TestOutputHelper?.WriteLine($"{accepted.Count} accepted, {cluster.Sink.Count} taken, {taken.Count(t => t.Value > 1)} twice");
        Assert.Empty(loadOne.Surprises.Concat(loadTwo.Surprises));
        Assert.DoesNotContain(accepted.Keys, r => !LoadClient.IsStop(r) && !taken.ContainsKey(r));
        Assert.DoesNotContain(taken, t => LoadClient.IsStop(t.Key) && t.Value > 1);
        Assert.InRange(taken.Sum(t => t.Value - 1), 0, Cluster.MaxUnrecorded);
        Assert.DoesNotContain(taken.Keys, r => !accepted.ContainsKey(r));

        var nodes = (await api.ReadAsync("/v1/nodes"))["data"]!.AsArray();
        Assert.Equal(["live", "live", "ended"], nodes.Select(n => (string)n!["status"]!));
    }

    [Fact(Timeout = 10 * 60_000)]
    public async Task A_database_that_crashes_loses_nothing_and_the_nodes_go_on_by_themselves()
    {
        await using var cluster = await Cluster.StartAsync();
        await using var one = await cluster.FirstAsync();
        await using var two = await cluster.NextAsync();
        using var load = new LoadClient(one.Setup, Scale.Seed, Pace);
        using var stop = new CancellationTokenSource();
        var sending = load.RunAsync(3, stop.Token);
        await Eventually.TrueAsync(() => cluster.Sink.Count > 200, "the nodes to be at work");

        await cluster.Database.CrashAsync();
        using var api = one.CreateApi();
        var refused = await api.PostAsync("/v1/notifications", Bodies.Mail("late@example.com"));
        Assert.Equal((503, true), ((int)refused.Status, refused.Headers.RetryAfter is not null));
        await cluster.Database.UpAsync();
        await stop.CancelAsync();
        await sending;
        await one.WaitUntilReadyAsync();
        await Eventually.TrueAsync(
            async () =>
            {
                await load.RepeatAsync();
                return load.Unanswered == 0;
            },
            "the nodes to take what they had refused");
        await api.WaitUntilEmptyAsync(TimeSpan.FromMinutes(2));

        var taken = cluster.Sink.CountByRecipient();
        TestContext.Current.TestOutputHelper?.WriteLine($"{load.Accepted.Count} accepted, {cluster.Sink.Count} taken, {taken.Count(t => t.Value > 1)} twice");
        Assert.DoesNotContain(load.Accepted.Keys, r => !LoadClient.IsStop(r) && !taken.ContainsKey(r));
        Assert.DoesNotContain(taken, t => LoadClient.IsStop(t.Key) && t.Value > 1);
        Assert.False(one.HasExited || two.HasExited);
    }

    [Fact(Timeout = 5 * 60_000)]
    public async Task What_one_node_changes_holds_on_the_others_and_a_node_that_leaves_hands_back()
    {
        await using var cluster = await Cluster.StartAsync();
        await using var one = await cluster.FirstAsync();
        await using var two = await cluster.NextAsync();
        using var apiOne = one.CreateApi();
        using var apiTwo = two.CreateApi();
        var id = (string)(await apiOne.ReadAsync("/v1/providers"))["data"]![0]!["id"]!;

        var put = new HttpRequestMessage(HttpMethod.Put, $"/v1/providers/{id}/status") { Content = new StringContent("""{"enabled":false}""", System.Text.Encoding.UTF8, "application/json") };
        using (var answer = await apiOne.Http.SendAsync(put, TestContext.Current.CancellationToken)) Assert.True(answer.IsSuccessStatusCode);
        var message = (string)(await apiOne.CreateAsync("/v1/notifications", Bodies.Mail("ana@example.com")))["messages"]![0]!["id"]!;
        await one.TerminateAsync();
        Assert.Equal(0, one.ExitCode);
        Assert.Equal(0, cluster.Sink.CountOf("ana@example.com"));

        put = new HttpRequestMessage(HttpMethod.Put, $"/v1/providers/{id}/status") { Content = new StringContent("""{"enabled":true}""", System.Text.Encoding.UTF8, "application/json") };
        using (var answer = await apiTwo.Http.SendAsync(put, TestContext.Current.CancellationToken)) Assert.True(answer.IsSuccessStatusCode);
        await apiTwo.WaitForAsync(message, "sent");
        Assert.Equal(1, cluster.Sink.CountOf("ana@example.com"));
    }

    [Fact(Timeout = 5 * 60_000)]
    public async Task A_node_with_another_encryption_key_does_not_start()
    {
        await using var cluster = await Cluster.StartAsync();
        await using var one = await cluster.FirstAsync();

        await using var stranger = ServerProcess.Launch(cluster.Setup(encryptionKey: "quite another key than the others have"));
        await stranger.WaitForExitAsync();

        Assert.NotEqual(0, stranger.ExitCode);
        Assert.Contains("key", stranger.Output, StringComparison.OrdinalIgnoreCase);
    }
}
