using System.Globalization;
using System.Text.Json.Nodes;
using Carillon.EndToEnd.Tests.Kills;
using Carillon.EndToEnd.Tests.Rig;

[assembly: AssemblyFixture(typeof(KillRun))]

namespace Carillon.EndToEnd.Tests.Kills;

/// <summary>
/// One long run, looked at by several tests: a server under load is killed at random moments, again and again, and started on the
/// same data, while it delivers to a sink that behaves. Half of the messages may be sent again when nobody knows, half may not.
/// It runs when the first test asks for it.
/// </summary>
public sealed class KillRun : IAsyncDisposable
{
    /// <summary>The least that there is, so that a bound which does not hold shows.</summary>
    public const int MaxUnrecorded = 16;

    private const int Senders = 4;

    // Some 6,000 messages a second for a few kills, fewer for many: what was promised is remembered to the end.
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(15) * Math.Max(1, Scale.Kills / 40.0);

    private readonly DataDirectory _data = new();
    private readonly SmtpSink _sink = new();
    private readonly Random _random = new(Scale.Seed);
    private Task? _run;

    /// <summary>Recipient to message id, of all that were answered 202.</summary>
    internal IReadOnlyDictionary<string, string> Accepted { get; private set; } = new Dictionary<string, string>(StringComparer.Ordinal);

    internal IReadOnlyCollection<SunkMail> Delivered => _sink.Mails;

    /// <summary>The log at the end, by recipient.</summary>
    internal ILookup<string, JsonNode> Log { get; private set; } = Array.Empty<JsonNode>().ToLookup(_ => "", StringComparer.Ordinal);

    internal IReadOnlyCollection<string> Surprises { get; private set; } = [];

    internal int Repeated { get; private set; }

    internal int Replayed { get; private set; }

    internal int Kills { get; private set; }

    internal Task CompletedAsync() => _run ??= RunAsync();

    public async ValueTask DisposeAsync()
    {
        await _sink.DisposeAsync();
        _data.Dispose();
    }

    private async Task RunAsync()
    {
        var output = TestContext.Current.TestOutputHelper;
        output?.WriteLine($"CARILLON_SEED={Scale.Seed} CARILLON_KILLS={Scale.Kills}");
        // A sink that takes a moment for some leaves sends under way to be killed.
        _sink.Script = scene => scene.Moment == SmtpMoment.FinalDot && scene.Message % 3 == 0 ? new SmtpAct.Wait(TimeSpan.FromMilliseconds(3)) : null;
        var setup = new ServerSetup(_data.Path)
        {
            Environment =
            {
                ["CARILLON_MAX_UNRECORDED"] = MaxUnrecorded.ToString(CultureInfo.InvariantCulture),
                // Small, so that messages wait in the store too and are claimed from it.
                ["CARILLON_WINDOW"] = "512",
            },
        };
        await using (var first = await ServerProcess.StartAsync(setup))
        {
            using var api = first.CreateApi();
            await api.CreateAsync("/v1/providers", Bodies.Smtp(_sink.Port, connections: 64));
            first.Kill();
        }

        using var load = new LoadClient(setup, Scale.Seed, Pace);
        for (; Kills < Scale.Kills; Kills++) await LiveAndDieAsync(setup, load);

        _sink.Life++;
        await using var last = await ServerProcess.StartAsync(setup);
        using var client = last.CreateApi();
        await load.RepeatAsync();
        await client.WaitUntilEmptyAsync(TimeSpan.FromMinutes(2));
        Log = (await client.MessagesAsync()).ToLookup(m => (string)m["address"]!, StringComparer.Ordinal);
        (Accepted, Surprises, Repeated, Replayed) = (load.Accepted, load.Surprises, load.Repeated, load.Replayed);
        output?.WriteLine(
            $"{Accepted.Count} accepted, {_sink.Count} taken by the sink, {Repeated} answers lost, {Replayed} of those requests known already, "
            + $"{Log.Sum(g => g.Count(m => (string?)m["reason"] == "outcome_unknown"))} unknown");
        Assert.Equal(0, load.Unanswered);
        await last.TerminateAsync();
        Assert.Equal(0, last.ExitCode);
    }

    private async Task LiveAndDieAsync(ServerSetup setup, LoadClient load)
    {
        _sink.Life++;
        await using var server = ServerProcess.Launch(setup);
        if (_random.Next(6) == 0)
        {
            // Into the start, perhaps into the recovery from the kill before.
            await Eventually.PassAsync(TimeSpan.FromMilliseconds(_random.Next(100, 900)));
            server.Kill();
            return;
        }

        await server.WaitUntilReadyAsync();
        using var stop = new CancellationTokenSource();
        var sending = load.RunAsync(Senders, stop.Token);
        await Eventually.PassAsync(TimeSpan.FromMilliseconds(_random.Next(20, 1500)));
        Assert.False(server.HasExited, $"The server ended by itself:\n{server.Output}");
        server.Kill();
        await stop.CancelAsync();
        await sending;
    }
}
