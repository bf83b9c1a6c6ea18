using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Carillon.EndToEnd.Tests.Rig;

namespace Carillon.EndToEnd.Tests.Routing;

/// <summary>
/// Three gateways of one channel, tried in this order: one throttles and has a limit a second and a day, one dies in the middle of its answers,
/// one is down at first, comes back, and has a budget.
/// </summary>
internal sealed class GatewayScene : IAsyncDisposable
{
    private const int PerSecond = 300;
    private const int AtOnce = 32;
    private const int TakenBeforeDeath = 700;
    private const int Batch = 100;
    private const decimal Price = 0.05m;

    public static readonly int Messages = Scale.IsLong ? 150_000 : 12_000;
    public static readonly int PerDay = Scale.IsLong ? 20_000 : 2_500;
    public static readonly int Budgeted = Scale.IsLong ? 125_000 : 8_000;

    private readonly Dictionary<string, string> _ids = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, (int Before, DateTimeOffset At)> _critical = new(StringComparer.Ordinal);
    private long _second;
    private int _inSecond;

    public GatewayScene()
    {
        (Throttling, Dying, Recovering) = (new SmsGateway("throttling", Record), new SmsGateway("dying", Record), new SmsGateway("recovering", Record));
        Throttling.Script = _ => IsTooMany() ? new SmsAct.Refuse(429, RetryAfter: 1) : null;
        Dying.Script = number => number > TakenBeforeDeath ? new SmsAct.Cut() : null;
    }

    public SmsRecord Record { get; } = new();

    public SmsGateway Throttling { get; }

    public SmsGateway Dying { get; }

    public SmsGateway Recovering { get; }

    private static bool IsStop(string number) => (number[^1] - '0') % 2 == 1;

    public async Task AddProvidersAsync(Api api)
    {
        await AddAsync(api, Throttling, Limited(PerDay));
        await AddAsync(api, Dying, Bodies.SmsProvider(Dying, 2, AtOnce));
        await AddAsync(api, Recovering, Bodies.SmsProvider(Recovering, 3, AtOnce)
            .With("limits", new JsonObject { ["per_second"] = 5000 })
            .With("budget", new JsonObject { ["amount"] = Text(Budgeted * Price), ["currency"] = "EUR", ["period"] = "day" })
            .With("cost", new JsonObject { ["amount"] = Text(Price), ["currency"] = "EUR", ["per"] = "message" })
            .With("time_zone", Midday()));
    }

    public int Taken(SmsGateway gateway) => Record.CountOf(gateway.Name, SmsFate.Taken);

    /// <summary>What is used of the longest of a provider's windows, and of how much.</summary>
    public async Task<(decimal Used, decimal Limit)> UsageAsync(Api api, SmsGateway gateway)
    {
        var usage = (await api.ReadAsync($"/v1/providers/{_ids[gateway.Name]}"))["usage"]!.AsArray().Last()!;
        return (Amount("used"), Amount("limit"));

        decimal Amount(string name) => decimal.Parse(usage[name]!.ToString(), CultureInfo.InvariantCulture);
    }

    /// <summary>From here on the first takes all that there is.</summary>
    public async Task RaiseLimitAsync(Api api)
    {
        Throttling.Script = _ => null;
        (await api.PutAsync($"/v1/providers/{_ids[Throttling.Name]}", Limited(1_000_000, 1_000_000))).Success();
    }

    /// <summary>Ordinary ones in batches, and a trickle of critical ones; of both half with stop.</summary>
    /// <param name="digit">Clients that send at once have one each, below 8.</param>
    /// <param name="messages">How many ordinary ones there are.</param>
    public (LoadClient Ordinary, LoadClient Critical) CreateLoad(ServerSetup setup, int digit, TimeSpan pace, int messages) =>
        (new LoadClient(setup, Scale.Seed, pace, $"ordinary{digit}", number => [.. Enumerable.Range(0, Batch).Select(i => Ordinary(digit, (number * Batch) + i))])
        {
            MostRequests = messages / Batch,
        },
            new LoadClient(setup, Scale.Seed, TimeSpan.FromMilliseconds(25), $"critical{digit}", number => [Bodies.Sms(Number(digit + 1, number), "critical", Unknown(number))])
            {
                Promised = (_, id) => _critical[id] = (Record.Count, TimeProvider.System.GetUtcNow()),
            });

    /// <summary>What must hold of every message that was promised, whatever the gateways did. Returns the log.</summary>
    /// <param name="doubles">How many may have been taken twice, and how many with stop may have been taken although nobody knows: for kills.</param>
    public async Task<Dictionary<string, JsonNode>> AssertKeptAsync(Api api, int doubles, params LoadClient[] loads)
    {
        Assert.Empty(loads.SelectMany(l => l.Surprises));
        Assert.All(loads, l => Assert.Equal(0, l.Unanswered));
        var accepted = loads.SelectMany(l => l.Accepted).ToList();
        var requests = Record.All().ToLookup(r => r.Message, StringComparer.Ordinal);
        var log = (await api.MessagesAsync()).ToDictionary(m => (string)m["id"]!, StringComparer.Ordinal);
        var (twice, unknown, unheard) = (0, 0, 0);
        foreach (var (number, id) in accepted)
        {
            var taken = requests[id].Count(r => r.Fate == SmsFate.Taken);
            var cut = requests[id].Count(r => r.Fate == SmsFate.Cut);
            var (status, reason) = ((string?)log[id]["status"], (string?)log[id]["reason"]);
            if (IsStop(number))
            {
                Assert.InRange(taken + cut, 0, 1);
                if (status == "sent")
                {
                    Assert.Equal((1, 0), (taken, cut));
                    continue;
                }

                Assert.Equal(("failed", "outcome_unknown"), (status, reason));
                unknown++;
                unheard += taken;
            }
            else
            {
                Assert.Equal("sent", status);
                Assert.InRange(taken, 1, int.MaxValue);
                twice += taken - 1;
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{accepted.Count} accepted; taken by {string.Join(", ", new[] { Throttling, Dying, Recovering }.Select(g => $"{g.Name} {Record.CountOf(g.Name, SmsFate.Taken)}"))}; "
            + $"throttled {Record.CountOf(Throttling.Name, SmsFate.Refused)}, cut {Record.CountOf(Dying.Name, SmsFate.Cut)}; {unknown} unknown with stop, {twice} doubled beyond what was cut");
        Assert.InRange(twice, 0, doubles);
        Assert.InRange(unheard, 0, doubles);
        var ids = accepted.Select(a => a.Value).ToHashSet(StringComparer.Ordinal);
        Assert.DoesNotContain(requests, r => !ids.Contains(r.Key));
        Assert.Equal(ids.Count, log.Count);
        return log;
    }

    /// <summary>
    /// A send counts for the second in which it leaves, and comes a moment later: of what left in a second at most as many as may be under way come in the
    /// next one, and all in all no more have come by the end of a second than the limit allowed until then.
    /// </summary>
    /// <param name="byOurClock">Seconds end by another clock where the database's counts: all in all there may be those of one second more.</param>
    public void AssertSecondsKept(bool byOurClock = true)
    {
        var seconds = Record.All().Where(r => r.Gateway == Throttling.Name).CountBy(r => r.At.ToUnixTimeSeconds()).ToDictionary();
        if (seconds.Count == 0) return;
        var (begin, total) = (seconds.Keys.Min(), 0L);
        for (var second = begin; second <= seconds.Keys.Max(); second++)
        {
            var count = seconds.GetValueOrDefault(second);
            total += count;
            if (byOurClock) Assert.InRange(count, 0, PerSecond + AtOnce);
            Assert.InRange(total, 0, PerSecond * (second - begin + (byOurClock ? 1 : 2)));
        }
    }

    /// <summary>Critical messages overtake: of what was accepted before no more leaves first than may be under way.</summary>
    /// <param name="underWay">Null where that is only told: what a killed node had comes late.</param>
    public async Task AssertCriticalOvertookAsync(Api api, int? underWay)
    {
        var requests = Record.All();
        var first = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < requests.Count; i++) first.TryAdd(requests[i].Message, i);
        var ahead = new Dictionary<string, int>(StringComparer.Ordinal);
        var delays = new List<double>();
        foreach (var (id, (before, at)) in _critical)
        {
            if (!first.TryGetValue(id, out var end))
            {
                // Its node was killed when it was marked as leaving, and had not left.
                Assert.Null(underWay);
                continue;
            }

            ahead.Add(id, Enumerable.Range(before, Math.Max(0, end - before)).Count(i => !_critical.ContainsKey(requests[i].Message)));
            delays.Add((requests[end].At - at).TotalMilliseconds);
        }

        delays.Sort();
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{ahead.Count} critical: at most {ahead.Values.Max()} others before one; from accept to send {delays[delays.Count / 2]:0} ms in the middle, "
            + $"{delays[delays.Count * 99 / 100]:0} ms at 99 %, {delays[^1]:0} ms at most");
        if (underWay is not { } most) return;
        foreach (var (id, count) in ahead.Where(a => a.Value > most).Take(3))
            Assert.Fail($"{count} went before a critical one: {(await api.MessageAsync(id)).ToJsonString()}");
    }

    /// <summary>The traces of all critical messages, of those that were cut, and of some others.</summary>
    /// <param name="isWhole">No node was killed: every request that a gateway saw stands in a trace.</param>
    public async Task AssertTracesAsync(Api api, IReadOnlyDictionary<string, JsonNode> log, bool isWhole)
    {
        var requests = Record.All().ToLookup(r => r.Message, StringComparer.Ordinal);
        var sample = log.Keys.Where((id, i) => _critical.ContainsKey(id) || i % 97 == 0 || requests[id].Any(r => r.Fate == SmsFate.Cut)).ToList();
        var reader = new TraceReader(_ids);
        foreach (var id in sample) reader.Read(await api.MessageAsync(id), [.. requests[id]], isWhole);
        TestContext.Current.TestOutputHelper?.WriteLine($"{sample.Count} traces: {reader.Words}");
        Assert.Contains("limited second", reader.Words, StringComparison.Ordinal);
        Assert.Contains("resting", reader.Words, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        await Throttling.DisposeAsync();
        await Dying.DisposeAsync();
        await Recovering.DisposeAsync();
    }

    private JsonObject Limited(int perDay, int perSecond = PerSecond) => Bodies.SmsProvider(Throttling, 1, AtOnce)
        .With("limits", new JsonObject { ["per_second"] = perSecond, ["per_day"] = perDay }).With("time_zone", Midday());

    // In each third second it takes fewer than it may be sent.
    private bool IsTooMany()
    {
        lock (_ids)
        {
            var second = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
            if (second != _second) (_second, _inSecond) = (second, 0);
            return ++_inSecond > (second % 3 == 0 ? PerSecond / 3 : int.MaxValue);
        }
    }

    private async Task AddAsync(Api api, SmsGateway gateway, JsonObject provider) => _ids[gateway.Name] = (string)(await api.CreateAsync("/v1/providers", provider))["id"]!;

    private static JsonObject Ordinary(int digit, int number) =>
        Bodies.Sms(Number(digit, number), (number % 10) switch { 0 => "high", 1 => "low", _ => "normal" }, Unknown(number));

    private static string Number(int digit, int number) => string.Create(CultureInfo.InvariantCulture, $"+5255{digit}{number:D7}");

    private static string Unknown(int number) => number % 2 == 1 ? "stop" : "resend";

    private static string Text(decimal amount) => amount.ToString(CultureInfo.InvariantCulture);

    /// <summary>A zone in which no day ends while the test runs.</summary>
    private static string Midday()
    {
        var east = 12 - TimeProvider.System.GetUtcNow().Hour;
        return string.Create(CultureInfo.InvariantCulture, $"Etc/GMT{(east > 0 ? '-' : '+')}{Math.Abs(east)}");
    }
}
