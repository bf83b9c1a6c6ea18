using System.Globalization;
using Carillon.Bench.Processes;
using Carillon.Bench.Work;

namespace Carillon.Bench.Scenes;

/// <summary>Intake alone: all is scheduled a year ahead, so that nothing is sent meanwhile.</summary>
internal static class AcceptAlone
{
    public static async Task<IReadOnlyList<Measurement>> RunAsync(BenchOptions options)
    {
        using var stage = await Stage.SetAsync(options);
        var scheduled = TimeProvider.System.GetUtcNow().AddYears(1).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        return [await MeasureAsync(stage, options, scheduled, WholeJob.Describe(options))];
    }

    public static async Task<Measurement> MeasureAsync(Stage stage, BenchOptions options, string? scheduled, string name)
    {
        // To be known they need only have been accepted once; the capacity for sending plays no part.
        var ahead = TimeProvider.System.GetUtcNow().AddYears(1).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        if (options.Recipient == RecipientWay.Contact)
            stage.Before += (await stage.LoadAsync((long)options.Contacts * stage.Installation.Keys.Count, stage.Installation.Form(Load.RequestWay.Batch, RecipientWay.MakeContact, ahead))).Accepted;
        if (options.WarmUp > 0) stage.Before += (await stage.LoadAsync(options.WarmUp, stage.Installation.Form(options.Way, options.Recipient, ahead))).Accepted;

        stage.Pause();
        var (server, self) = (stage.Server.Usage, ProcessUsage.OfSelf());
        var intake = await stage.LoadAsync(options.Messages, stage.Installation.Form(options.Way, options.Recipient, scheduled));
        return new Measurement(name)
        {
            Messages = intake.Accepted,
            Time = intake.Time,
            Server = stage.Server.Usage.Since(server),
            Load = ProcessUsage.OfSelf().Since(self),
            Intake = intake,
        };
    }
}
