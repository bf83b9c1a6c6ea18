using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Carillon.Bench.Load;
using Carillon.Bench.Processes;
using Carillon.Bench.Work;

namespace Carillon.Bench.Scenes;

/// <summary>
/// SMS at a steady rate by three gateways: the first throttles, the second dies in the middle of an answer, the third is down and comes back. Beside
/// that the same load by one gateway without limits.
/// </summary>
internal static class ThreeGateways
{
    private const int TakenPerSecond = 1200;
    private const int LimitPerSecond = 1500;
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan DownAfterDeath = TimeSpan.FromSeconds(3);

    public static async Task<IReadOnlyList<Measurement>> RunAsync(BenchOptions options) =>
        [await PlainAsync(options), await TroubledAsync(options)];

    private static async Task<Measurement> PlainAsync(BenchOptions options)
    {
        using var stage = await Stage.SetAsync(options);
        await stage.StartSinkAsync();
        await stage.WarmUpAsync();
        var before = stage.Sink.Count();
        var (result, urgent) = await MeasureAsync("one gateway, no limits", stage, options, static _ => Task.CompletedTask);
        var (_, delays) = ((HttpSinkProcess)stage.Sink).Urgent();
        var taken = stage.Sink.Count() - before;
        if (taken != result.Messages) throw new BenchException($"{result.Messages} were accepted, but {taken} came to the sink.");
        await ExpectAsync(stage, options, result.Messages);
        return result with { Notes = $"{result.Notes}; {Describe(delays, urgent)}; exact" };
    }

    private static async Task<Measurement> TroubledAsync(BenchOptions options)
    {
        using var stage = await Stage.SetAsync(options);
        await stage.StartSinkAsync();
        await stage.WarmUpAsync();
        stage.StopSink();
        var dying = options.Messages / 5;
        using var throttles = await HttpSinkProcess.StartAsync(stage.Directory, FreePort.Find(), new HttpSinkTrouble(TakenPerSecond));
        using var dies = await HttpSinkProcess.StartAsync(stage.Directory, FreePort.Find(), new HttpSinkTrouble(DiesAfter: dying));
        await AddAsync(stage, "throttles", 1, throttles, LimitPerSecond);
        await AddAsync(stage, "dies", 2, dies, 20_000);
        var used = throttles.Usage;
        var begun = Stopwatch.GetTimestamp();

        var (result, urgent) = await MeasureAsync("three in trouble", stage, options, async load =>
        {
            while (!dies.HasEnded && !load.IsCompleted) await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
            if (!dies.HasEnded) throw new BenchException("The second gateway never came to its end: more --messages, or a higher --rate.");
            await Task.Delay(DownAfterDeath, TimeProvider.System);
            await stage.StartSinkAsync();
        });
        var seconds = Math.Ceiling(Stopwatch.GetElapsedTime(begun).TotalSeconds) + 1;
        var (refused, first) = throttles.Urgent();
        var (_, third) = ((HttpSinkProcess)stage.Sink).Urgent();
        var (one, three) = (throttles.Count(), stage.Sink.Count());
        if (one + refused > LimitPerSecond * seconds) throw new BenchException($"{one + refused} came to a gateway that may have {LimitPerSecond * seconds}.");
        var doubled = one + dying + three - result.Messages;
        // Those that died with it were taken, or not.
        if (doubled is < -128 or > 128) throw new BenchException($"{result.Messages} were accepted, but {one} + {dying} + {three} came to the gateways.");
        await ExpectAsync(stage, options, result.Messages);
        return result with
        {
            Sink = result.Sink is { } sink ? sink.Plus(throttles.Usage.Since(used)) : null,
            Notes = string.Create(CultureInfo.InvariantCulture,
                $"{result.Notes}; {Describe([.. first, .. third], urgent)}; taken {one:N0} (and {refused:N0} throttled), {dying:N0} before its death, {three:N0}; all sent, limits kept"),
        };
    }

    private static async Task<(Measurement Result, long Urgent)> MeasureAsync(string name, Stage stage, BenchOptions options, Func<Task, Task> meanwhile)
    {
        var (server, self) = (stage.Server.Usage, ProcessUsage.OfSelf());
        using var stop = new CancellationTokenSource();
        var urgent = new UrgentLoad(stage.Server.Port, stage.Server.AdminKey, Pace);
        var urging = urgent.RunAsync(stop.Token);
        var loading = Task.Run(() => stage.LoadAsync(options.Messages, stage.Installation.Form(options.Way, options.Recipient), perSecond: options.Rate));
        await meanwhile(loading);
        var intake = await loading;
        await stop.CancelAsync();
        await urging;
        var ended = await stage.Installation.DrainedAsync(options.Limit);
        var messages = intake.Accepted + urgent.Accepted;
        var time = Stopwatch.GetElapsedTime(intake.Started, ended);
        return (new Measurement($"routing, {name}")
        {
            Messages = messages,
            Time = time,
            Server = stage.Server.Usage.Since(server),
            Load = ProcessUsage.OfSelf().Since(self),
            Intake = intake,
            Notes = string.Create(CultureInfo.InvariantCulture, $"intake {intake.PerSecond:N0}/s"),
        }, urgent.Accepted);
    }

    private static async Task AddAsync(Stage stage, string name, int priority, HttpSinkProcess gateway, int perSecond)
    {
        var provider = PaymentSms.Provider(gateway.Port, [], name);
        provider["priority"] = priority;
        provider["limits"] = new JsonObject { ["per_second"] = perSecond, ["per_day"] = 50_000_000 };
        provider["budget"] = new JsonObject { ["amount"] = "1000000", ["currency"] = "EUR", ["period"] = "month" };
        provider["cost"] = new JsonObject { ["amount"] = "0.01", ["currency"] = "EUR", ["per"] = "segment" };
        await stage.Installation.PostAsync("/v1/providers", stage.Server.AdminKey, provider);
    }

    private static async Task ExpectAsync(Stage stage, BenchOptions options, long messages)
    {
        stage.Server.Stop();
        var ledger = options.Database is { } url ? await Ledger.ReadAsync(url) : Ledger.Read(stage.Server.DatabasePath);
        ledger.Expect(stage.Before + messages);
    }

    private static string Describe(IReadOnlyList<double> delays, long accepted)
    {
        var sorted = delays.Order().ToList();
        return string.Create(CultureInfo.InvariantCulture,
            $"{accepted:N0} critical, from request to gateway p50 {sorted[sorted.Count / 2]:0} ms, p99 {sorted[sorted.Count * 99 / 100]:0} ms, at most {sorted[^1]:0} ms");
    }
}
