using System.Globalization;
using Carillon.Bench.Load;
using Carillon.Bench.Raw;
using Carillon.Bench.Work;

namespace Carillon.Bench.Scenes;

/// <summary>The whole job with SMS: HTTP in, an SMS gateway over HTTP out, beside the same requests by bare sockets.</summary>
internal static class SmsJob
{
    private static readonly TimeSpan RawTime = TimeSpan.FromSeconds(3);

    public static async Task<IReadOnlyList<Measurement>> RunAsync(BenchOptions options)
    {
        using var stage = await Stage.SetAsync(options);
        var request = await CaptureAsync(stage, options);
        await stage.StartSinkAsync();
        await stage.WarmUpAsync();

        var rawBefore = await RawHttp.RunAsync(stage.Sink, request, RawTime);
        stage.Pause();
        var whole = await WholeJob.MeasureAsync(stage, options);
        await WholeJob.CheckAsync(stage, whole.Intake!, "text", "M-Pesa 400200, invoice F-");
        var rawAfter = await RawHttp.RunAsync(stage.Sink, request, RawTime);

        var stopped = stage.Server.Stop();
        var ledger = Ledger.Read(stage.Server.DatabasePath);
        ledger.Expect(stage.Before + whole.Messages);
        return
        [
            whole with
            {
                Limit = (rawBefore.PerSecond + rawAfter.PerSecond) / 2,
                Notes = string.Create(CultureInfo.InvariantCulture,
                    $"{whole.Notes}; exact; {ledger.Bytes / ledger.Notifications:N0} octets kept a message; SIGTERM took {stopped.TotalSeconds:0.0} s"),
            },
            rawBefore with { Name = "raw HTTP, before" },
            rawAfter with { Name = "raw HTTP, after" },
        ];
    }

    private static async Task<byte[]> CaptureAsync(Stage stage, BenchOptions options)
    {
        using var listener = CapturedMail.Listen(stage.SinkPort);
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var captured = CapturedRequest.TakeAsync(listener, stop.Token);
        var form = stage.Installation.Form(RequestWay.Single, options.Recipient == RecipientWay.Contact ? RecipientWay.MakeContact : options.Recipient);
        stage.Before += (await stage.LoadAsync(1, form, connections: 1)).Accepted;
        var request = await captured;
        await stage.Installation.DrainedAsync(TimeSpan.FromSeconds(20));
        return request;
    }
}
