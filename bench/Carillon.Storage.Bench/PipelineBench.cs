using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Carillon.Channels;
using Carillon.Dispatch;
using Carillon.Messages;
using Carillon.Providers;
using Carillon.Security;

namespace Carillon.Storage.Bench;

/// <summary>The whole pipeline within this process, from the request to the recorded outcome, with a gateway that takes everything at once.</summary>
internal static class PipelineBench
{
    private const int Batch = 100;
    private const int Callers = 8;

    public static async Task RunAsync(BenchOptions options, double floor)
    {
        var storage = options.Make("pipeline");
        if (!KeyRing.TryParse("a key that is only for the bench", out var keys, out _)) throw new InvalidOperationException("The key is wrong.");
        await using var engine = new CarillonEngine(
            storage, keys, new CarillonOptions(), TimeProvider.System, new Defects(), new GatewayCatalog([Instant()]));
        await engine.StartAsync();
        await engine.Providers.CreateAsync(
            TenantId.Installation,
            new ProviderDraft { Name = "instant", Channel = Channel.Email, Kind = "instant", Settings = JsonDocument.Parse("{}").RootElement },
            CancellationToken.None);
        await LoadAsync(engine, options, Math.Min(options.Count, 20_000));

        var server = options.Url is null ? default : PostgreSqlServer.Processor(options.Url);
        var meter = new Meter();
        await LoadAsync(engine, options, options.Count);
        if (options.Url is not null) server = PostgreSqlServer.Processor(options.Url) - server;
        var rate = meter.Report("whole pipeline, instant gateway", options.Count, options.SizeOf("pipeline"), string.Create(CultureInfo.InvariantCulture, $"server {server.TotalMicroseconds / options.Count:N1} us"));
        if (floor > 0) Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{"",-34} {rate / floor,9:N2} of the raw life"));
    }

    private static async Task LoadAsync(CarillonEngine engine, BenchOptions options, int count)
    {
        var before = await SentAsync(engine);
        var left = count / Batch;
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                var items = Enumerable.Range(0, Batch).Select(_ => Make(options)).ToList();
                var results = await engine.Intake.AcceptManyAsync(
                    TenantId.Installation, items, Guid.CreateVersion7(TimeProvider.System.GetUtcNow()), true, null, _ => [], CancellationToken.None);
                if (results.Any(r => r is not AcceptResult.Accepted)) throw new InvalidOperationException($"Not accepted: {results[0]}");
            }
        })));

        var started = Stopwatch.GetTimestamp();
        while (await SentAsync(engine) - before < count / Batch * Batch)
        {
            if (Stopwatch.GetElapsedTime(started) > TimeSpan.FromMinutes(2)) throw new InvalidOperationException("Not all were sent.");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }

    private static async Task<long> SentAsync(CarillonEngine engine) =>
        (await engine.Storage.Log.SumsAsync()).Where(s => s.Status == MessageStatus.Sent).Sum(s => s.Count);

    private static NotificationRequest Make(BenchOptions options) => new()
    {
        Recipient = new RecipientRequest { Email = string.Create(CultureInfo.InvariantCulture, $"customer{Random.Shared.Next(5_000_000)}@mail.example.org") },
        Channels = [Channel.Email],
        Subject = "Welcome",
        Message = options.SampleText,
    };

    private static GatewayKind Instant() => new()
    {
        Name = "instant",
        Label = "Instant",
        Channels = [Channel.Email],
        SettingsSchema = "{}",
        Check = _ => [],
        Create = (_, _) => new InstantGateway(),
    };

    private sealed class InstantGateway : IGateway
    {
        public ValueTask<SendResult> SendAsync(GatewayMessage message, CancellationToken cancellationToken) =>
            new(SendResult.Accepted(Random.Shared.NextInt64().ToString("X", CultureInfo.InvariantCulture)));

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class Defects : IDefectLog
    {
        public void Report(string where, Exception exception) => Console.Error.WriteLine($"{where}: {exception}");
    }
}
