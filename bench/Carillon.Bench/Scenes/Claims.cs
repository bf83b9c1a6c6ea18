using System.Diagnostics;
using System.Globalization;
using Carillon.Bench.Load;
using Carillon.Bench.Processes;
using Carillon.Bench.Work;

namespace Carillon.Bench.Scenes;

/// <summary>A backlog falls due at one moment, and is claimed and sent: does its size slow the claims?</summary>
internal static class Claims
{
    /// <summary>Enough to see the pace; a million need not be seen to their end.</summary>
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(15);

    public static async Task<IReadOnlyList<Measurement>> RunAsync(BenchOptions options)
    {
        var results = new List<Measurement>();
        foreach (var backlog in options.Backlog)
        {
            using var stage = await Stage.SetAsync(options);
            await stage.StartSinkAsync();
            // The claims, too, are to be compiled by then.
            await LoadAheadAsync(stage, options, Math.Max(1000, options.WarmUp));
            await stage.Installation.DrainedAsync(options.Limit);
            results.Add(await MeasureAsync(stage, options, backlog));
        }

        return results;
    }

    private static async Task<Measurement> MeasureAsync(Stage stage, BenchOptions options, long backlog)
    {
        var before = stage.Sink.Count();
        var (due, intake) = await LoadAheadAsync(stage, options, backlog);
        var wait = due - TimeProvider.System.GetUtcNow();
        if (wait < TimeSpan.Zero) throw new BenchException("The backlog fell due before it had all been taken in.");
        await Task.Delay(wait, TimeProvider.System);

        var (server, sink, self) = (stage.Server.Usage, stage.Sink.Usage, ProcessUsage.OfSelf());
        var started = Stopwatch.GetTimestamp();
        while (stage.Sink.Count() < before + intake.Accepted && Stopwatch.GetElapsedTime(started) < Window)
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        var (taken, time) = (stage.Sink.Count() - before, Stopwatch.GetElapsedTime(started));
        return new Measurement(string.Create(CultureInfo.InvariantCulture, $"drain of {backlog:N0} by claims"))
        {
            Messages = taken,
            Time = time,
            Server = stage.Server.Usage.Since(server),
            Sink = stage.Sink.Usage.Since(sink),
            Load = ProcessUsage.OfSelf().Since(self),
            Notes = string.Create(CultureInfo.InvariantCulture, $"taken in at {intake.PerSecond:N0}/s"),
        };
    }

    private static async Task<(DateTimeOffset Due, LoadResult Intake)> LoadAheadAsync(Stage stage, BenchOptions options, long count)
    {
        // A pace that any intake in batches should keep.
        var pace = options.Database is null ? 8000.0 : 3000.0;
        var due = TimeProvider.System.GetUtcNow() + TimeSpan.FromSeconds(Math.Ceiling(3 + (count / pace)));
        var scheduled = due.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        return (due, await stage.LoadAsync(count, stage.Installation.Form(RequestWay.Batch, RecipientWay.Address, scheduled), connections: 8));
    }
}
