using System.Globalization;
using System.Text.Json.Nodes;
using Carillon.EndToEnd.Tests.Nodes;
using Carillon.EndToEnd.Tests.Rig;

namespace Carillon.EndToEnd.Tests.Routing;

/// <summary>Providers are changed on one node while another sends by them.</summary>
public sealed class ProviderChangeTests
{
    // More than are ever under way: none goes to another for want of a place.
    private const int AtOnce = 256;
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(5);

    [Fact(Timeout = 5 * 60_000)]
    public async Task A_change_on_one_node_holds_on_the_other_under_load_and_neither_loses_nor_repeats_what_is_under_way()
    {
        await using var cluster = await Cluster.StartAsync();
        var record = new SmsRecord();
        await using var first = Gateway("first");
        await using var second = Gateway("second");
        await using var one = await cluster.FirstAsync();
        await using var two = await cluster.NextAsync();
        using var api = one.CreateApi();
        var ids = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["first"] = (string)(await api.CreateAsync("/v1/providers", Bodies.SmsProvider(first, 1, AtOnce)))["id"]!,
            ["second"] = (string)(await api.CreateAsync("/v1/providers", Bodies.SmsProvider(second, 2, AtOnce)))["id"]!,
        };
        using var load = new LoadClient(
            two.Setup, Scale.Seed, TimeSpan.FromMilliseconds(100), make: number => [.. Enumerable.Range(number * 10, 10).Select(Message)]);
        using var stop = new CancellationTokenSource();
        var sending = load.RunAsync(2, stop.Token);
        await Eventually.TrueAsync(() => record.CountOf("first") > 100, "the first to be at work");

        await ChangeAsync("other priorities", $"/v1/providers/{ids["first"]}", Bodies.SmsProvider(first, 3, AtOnce), from: "first", to: "second");
        await ChangeAsync("other credentials", $"/v1/providers/{ids["second"]}", Bodies.SmsProvider(second, 2, AtOnce, "another-api-key-of-usual-length"), "second", "second");
        Assert.Equal("another-api-key-of-usual-length", second.Key);
        await ChangeAsync("disabled", $"/v1/providers/{ids["second"]}/status", new JsonObject { ["enabled"] = false }, "second", "first");
        await ChangeAsync("enabled", $"/v1/providers/{ids["second"]}/status", new JsonObject { ["enabled"] = true }, "first", "second");

        await stop.CancelAsync();
        await sending;
        await api.WaitUntilEmptyAsync();
        Assert.Empty(load.Surprises);
        // Each came once, and to whom it went first: nothing was cut off, and nothing tried again.
        Assert.Equal(load.Accepted.Values.Order(StringComparer.Ordinal), record.All().Select(r => r.Message).Order(StringComparer.Ordinal));
        Assert.All(await api.MessagesAsync("&channel=sms"), m => Assert.Equal(("sent", 1), ((string?)m["status"], (int)m["attempt_count"]!)));

        SmsGateway Gateway(string name)
        {
            var gateway = new SmsGateway(name, record) { Script = _ => new SmsAct.Take { After = Task.Delay(Moment, TimeProvider.System) } };
            gateway.Open();
            return gateway;
        }

        async Task ChangeAsync(string what, string path, JsonObject body, string from, string to)
        {
            var key = second.Key;
            (await api.PutAsync(path, body)).Success();
            var at = TimeProvider.System.GetUtcNow();
            if (from == to) await Eventually.TrueAsync(() => second.Key != key, what);
            else await Eventually.TrueAsync(() => HasMoved(from, to), what, state: () => $"{record.CountOf(from)} to {from}, {record.CountOf(to)} to {to}.");
            var last = from == to ? TimeProvider.System.GetUtcNow() : record.All().Last(r => r.Gateway == from).At;
            TestContext.Current.TestOutputHelper?.WriteLine($"{what}: in effect on the other node after {(last - at).TotalMilliseconds:0} ms.");
        }

        // The last hundred all went there.
        bool HasMoved(string from, string to) => record.All().TakeLast(100).All(r => r.Gateway == to) && record.CountOf(from) > 0;
    }

    private static JsonObject Message(int number) =>
        Bodies.Sms(string.Create(CultureInfo.InvariantCulture, $"+52551{number:D7}"), onUnknown: number % 2 == 1 ? "stop" : "resend");
}
