using System.Globalization;
using System.Text.Json.Nodes;
using Carillon.EndToEnd.Tests.Rig;

namespace Carillon.EndToEnd.Tests.Routing;

/// <summary>What is held while nobody can take it, or nobody may, and how it flows again.</summary>
public sealed class RecoveryTests
{
    private const int Timeout = 10 * 60_000;
    private const int AtOnce = 16;
    private const int Batch = 1000;
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(3);
    private static readonly int Held = Scale.IsLong ? 100_000 : 20_000;

    [Fact(Timeout = Timeout)]
    public async Task What_an_outage_held_flows_at_its_end_the_most_urgent_and_oldest_first_and_never_as_a_crowd()
    {
        const int urgent = 300;
        using var data = new DataDirectory();
        var record = new SmsRecord();
        await using var gateway = new SmsGateway("only", record) { Script = _ => new SmsAct.Refuse(503) };
        await using var server = await ServerProcess.StartAsync(new ServerSetup(data.Path));
        using var api = server.CreateApi();
        gateway.Open();
        var provider = (string)(await api.CreateAsync("/v1/providers", Bodies.SmsProvider(gateway, 1, AtOnce)))["id"]!;
        await SendAsync(api, 8, 0, "normal");
        await Eventually.TrueAsync(async () => (string?)(await api.ReadAsync($"/v1/providers/{provider}"))["health"]!["circuit"] != "closed", "the provider to rest");

        gateway.MostAtOnce = 0;
        var ordinary = new List<string>();
        for (var sent = 0; sent < Held; sent += Batch) ordinary.AddRange(await SendAsync(api, Batch, 1_000_000 + sent, "normal"));
        var critical = (await SendAsync(api, urgent, 2_000_000, "critical")).ToHashSet(StringComparer.Ordinal);
        var before = record.Count;
        await Eventually.TrueAsync(() => record.Count >= before + 2, "two probes");
        // While it is out one send at a time finds out whether it still is.
        Assert.Equal(1, gateway.MostAtOnce);

        gateway.Script = _ => new SmsAct.Take { After = Task.Delay(Moment, TimeProvider.System) };
        await api.WaitUntilEmptyAsync(TimeSpan.FromMinutes(3));

        Assert.InRange(gateway.MostAtOnce, 2, AtOnce);
        var requests = record.All();
        var tried = requests.Where(r => r.Fate == SmsFate.Refused).Select(r => r.Message).ToHashSet(StringComparer.Ordinal);
        var taken = requests.Where(r => r.Fate == SmsFate.Taken).Select(r => r.Message).ToList();
        Assert.Equal(8 + Held + urgent, taken.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(8 + Held + urgent, taken.Count);
        var ahead = taken.Take(taken.FindLastIndex(m => critical.Contains(m) && !tried.Contains(m))).Count(m => !critical.Contains(m));
        var late = MostOvertaken([.. taken.Where(m => !tried.Contains(m))], [.. ordinary.Where(m => !tried.Contains(m))]);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{tried.Count} were tried during the outage; {ahead} others before the last critical one; at most {late} older ones were still to come; {gateway.MostAtOnce} at once");
        Assert.InRange(ahead, 0, AtOnce);
        Assert.InRange(late, 0, AtOnce - 1);
    }

    [Theory(Timeout = Timeout)]
    [InlineData("all")]
    [InlineData("channels")]
    [InlineData("providers")]
    public async Task After_a_stop_not_one_more_leaves_than_was_under_way_and_its_end_lets_all_go(string what)
    {
        using var data = new DataDirectory();
        var record = new SmsRecord();
        await using var gateway = new SmsGateway("only", record) { Script = _ => new SmsAct.Take { After = Task.Delay(Moment, TimeProvider.System) } };
        await using var server = await ServerProcess.StartAsync(new ServerSetup(data.Path));
        using var api = server.CreateApi();
        gateway.Open();
        var provider = (string)(await api.CreateAsync("/v1/providers", Bodies.SmsProvider(gateway, 1, AtOnce)))["id"]!;
        using var load = new LoadClient(
            server.Setup, Scale.Seed, TimeSpan.FromMilliseconds(50), make: number => [.. Enumerable.Range(number * 50, 50).Select(i => Message(i, "normal"))]);
        using var stop = new CancellationTokenSource();
        var sending = load.RunAsync(2, stop.Token);
        await Eventually.TrueAsync(() => record.Count > 500, "the server to be at work");

        var stopped = await api.PutAsync("/v1/stops", what switch
        {
            "all" => new JsonObject { ["all"] = true },
            "channels" => new JsonObject { ["channels"] = new JsonArray("sms") },
            _ => new JsonObject { ["providers"] = new JsonArray(provider) },
        });
        var then = record.Count;
        stopped.Success();
        await Eventually.TrueAsync(async () => (int)(await api.ReadAsync($"/v1/providers/{provider}"))["health"]!["under_way"]! == 0, "those under way to end");
        var ended = record.Count;
        Assert.InRange(ended - then, 0, AtOnce);
        var accepted = load.Accepted.Count;
        await Eventually.TrueAsync(() => load.Accepted.Count > accepted + 1000, "more to be taken in");
        await stop.CancelAsync();
        await sending;
        Assert.Equal(ended, record.Count);

        (await api.PutAsync("/v1/stops", new JsonObject())).Success();
        await api.WaitUntilEmptyAsync(TimeSpan.FromMinutes(2));
        Assert.Empty(load.Surprises);
        Assert.Equal(load.Accepted.Values.Order(StringComparer.Ordinal), record.All().Select(r => r.Message).Order(StringComparer.Ordinal));
        Assert.All(await api.MessagesAsync(), m => Assert.Equal(("sent", 1), ((string?)m["status"], (int)m["attempt_count"]!)));
    }

    /// <summary>The most messages that were accepted before another and came after it: those which were still under way, if lanes keep their order.</summary>
    private static int MostOvertaken(List<string> taken, List<string> accepted)
    {
        var rank = accepted.Select((id, i) => (id, i)).ToDictionary(p => p.id, p => p.i, StringComparer.Ordinal);
        var (latest, come, most) = (-1, 0, 0);
        foreach (var id in taken)
        {
            if (!rank.TryGetValue(id, out var number)) continue;
            come++;
            latest = Math.Max(latest, number);
            most = Math.Max(most, latest + 1 - come);
        }

        return most;
    }

    /// <returns>The ids of their messages, in order.</returns>
    private static async Task<List<string>> SendAsync(Api api, int count, int first, string priority)
    {
        var answer = (await api.PostAsync("/v1/notifications/batch", new JsonArray([.. Enumerable.Range(first, count).Select(i => Message(i, priority))]))).Success();
        Assert.Equal(count, (int)answer["accepted"]!);
        return [.. answer["results"]!.AsArray().Select(r => (string)r!["messages"]![0]!["id"]!)];
    }

    private static JsonObject Message(int number, string priority) =>
        Bodies.Sms(string.Create(CultureInfo.InvariantCulture, $"+52551{number:D7}"), priority, number % 2 == 1 ? "stop" : "resend");
}
