using System.Diagnostics;
using System.Globalization;
using Carillon.Bench.Load;
using Carillon.Bench.Raw;
using Carillon.Bench.Work;

namespace Carillon.Bench.Scenes;

/// <summary>From the first request to the last recorded outcome, beside the raw limits of the same minute.</summary>
internal static class WholeJob
{
    private static readonly TimeSpan RawTime = TimeSpan.FromSeconds(3);

    public static async Task<IReadOnlyList<Measurement>> RunAsync(BenchOptions options)
    {
        using var stage = await Stage.SetAsync(options);
        var content = await CaptureAsync(stage, options);
        await stage.StartSinkAsync();
        await stage.WarmUpAsync();

        var rawBefore = await RawSmtp.RunAsync(stage.Sink, content, RawTime);
        stage.Pause();
        var whole = await MeasureAsync(stage, options);
        await CheckAsync(stage, whole.Intake!, "html", "Calle Mayor");
        var rawAfter = await RawSmtp.RunAsync(stage.Sink, content, RawTime);

        var stopped = stage.Server.Stop();
        var ledger = options.Database is { } url ? await Ledger.ReadAsync(url) : Ledger.Read(stage.Server.DatabasePath);
        ledger.Expect(stage.Before + whole.Messages);
        IReadOnlyList<Measurement> sqlite = options.Database is null ? [RawSqlite.Run(stage.Server.DatabasePath, stage.Directory)] : [];
        var limit = (rawBefore.PerSecond + rawAfter.PerSecond) / 2;
        return
        [
            whole with
            {
                Limit = limit,
                Notes = string.Create(CultureInfo.InvariantCulture,
                    $"{whole.Notes}; exact; {ledger.Bytes / ledger.Notifications:N0} octets kept a message; SIGTERM took {stopped.TotalSeconds:0.0} s"),
            },
            rawBefore with { Name = "raw SMTP, before" },
            rawAfter with { Name = "raw SMTP, after" },
            .. sqlite,
        ];
    }

    private static async Task<byte[]> CaptureAsync(Stage stage, BenchOptions options)
    {
        using var listener = CapturedMail.Listen(stage.SinkPort);
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var captured = CapturedMail.TakeAsync(listener, stop.Token);
        var form = stage.Installation.Form(RequestWay.Single, options.Recipient == RecipientWay.Contact ? RecipientWay.MakeContact : options.Recipient);
        stage.Before += (await stage.LoadAsync(1, form, connections: 1)).Accepted;
        var content = await captured;
        await stage.Installation.DrainedAsync(TimeSpan.FromSeconds(20));
        return content;
    }

    public static async Task<Measurement> MeasureAsync(Stage stage, BenchOptions options)
    {
        var form = stage.Installation.Form(options.Way, options.Recipient);
        var taken = stage.Sink.Count();
        var (server, sink, self) = (stage.Server.Usage, stage.Sink.Usage, Processes.ProcessUsage.OfSelf());
        var intake = await stage.LoadAsync(options.Messages, form);
        await stage.TakenAsync(taken + intake.Accepted);
        var ended = await stage.Installation.DrainedAsync(options.Limit);
        var result = new Measurement(Describe(options))
        {
            Messages = intake.Accepted,
            Time = Stopwatch.GetElapsedTime(intake.Started, ended),
            Server = stage.Server.Usage.Since(server),
            Sink = stage.Sink.Usage.Since(sink),
            Load = Processes.ProcessUsage.OfSelf().Since(self),
            Intake = intake,
            Notes = string.Create(CultureInfo.InvariantCulture, $"intake {intake.PerSecond:N0}/s"),
        };
        var count = stage.Sink.Count() - taken;
        return count == intake.Accepted ? result : throw new BenchException($"{intake.Accepted} were accepted, but {count} came to the sink.");
    }

    /// <summary>Messages can be read with their content and trace, and the batches count what they should.</summary>
    public static async Task CheckAsync(Stage stage, LoadResult intake, string part, string words)
    {
        foreach (var (id, key) in intake.Samples)
        {
            var message = await stage.Installation.GetAsync($"/v1/messages/{id}", stage.Installation.Keys[key]);
            if (message.GetProperty("status").GetString() != "sent") throw new BenchException($"{id} is not sent: {message}");
            var content = await stage.Installation.GetAsync($"/v1/messages/{id}/content", stage.Installation.Keys[key]);
            if (content.GetProperty(part).GetString()?.Contains(words, StringComparison.Ordinal) != true)
                throw new BenchException($"{id} cannot be read again as it was sent: {content}");
        }

        long sent = 0;
        foreach (var (id, key) in intake.Batches)
        {
            var batch = await stage.Installation.GetAsync($"/v1/batches/{id}", stage.Installation.Keys[key]);
            sent += batch.GetProperty("by_status").GetProperty("sent").GetInt64();
        }

        if (intake.Batches.Count > 0 && sent != intake.Accepted) throw new BenchException($"The batches count {sent} sent messages of {intake.Accepted}.");
        if (intake.Samples.Count == 0) throw new BenchException("No message's id was seen in the answers.");
    }

    public static string Describe(BenchOptions options)
    {
        var way = options.Way == RequestWay.Single ? "single" : string.Create(CultureInfo.InvariantCulture, $"{options.Way.ToString().ToLowerInvariant()} of {options.Batch:N0}");
        var who = options.Recipient switch { RecipientWay.Address => "bare addresses", RecipientWay.Contact => "known contacts", _ => "new contacts" };
        return $"{options.Command}, {way}, {who}" + (options.Tenants > 1 ? string.Create(CultureInfo.InvariantCulture, $", {options.Tenants:N0} tenants") : "");
    }
}
