using System.Globalization;
using Carillon.Bench.Work;

namespace Carillon.Bench.Scenes;

/// <summary>The sink hardly moves: intake must go on at its pace, in memory that does not grow with what waits.</summary>
internal static class SlowSink
{
    public static async Task<IReadOnlyList<Measurement>> RunAsync(BenchOptions options)
    {
        using var stage = await Stage.SetAsync(options);
        await stage.StartSinkAsync(options.SinkDelay);
        var result = await AcceptAlone.MeasureAsync(stage, options, scheduled: null, WholeJob.Describe(options));
        var waiting = await stage.Installation.QueuedAsync();
        var total = stage.Before + result.Messages;
        var taken = stage.Sink.Count();
        // Between the two readings some go on, and those under way are in both.
        if (Math.Abs(total - waiting - taken) > 2000) throw new BenchException($"Of {total} messages {waiting} wait and {taken} were taken: some are missing.");
        return [result with { Notes = string.Create(CultureInfo.InvariantCulture, $"{waiting:N0} wait at the end") }];
    }
}
