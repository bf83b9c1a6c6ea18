using System.CommandLine;
using System.Text.Json.Nodes;
using Carillon.Client;

namespace Carillon.Server.Commands;

/// <summary><c>carillon batch</c>: sends a file of notifications, whatever its length.</summary>
internal static class BatchCommand
{
    /// <summary>Refusals that are shown; of more only the number.</summary>
    private const int ShownRefusals = 100;

    private static readonly Argument<string> File = new("file") { Description = "JSON, one notification a line (.ndjson, .jsonl), or CSV with a header (.csv); - reads lines of JSON from the input." };
    private static readonly Option<string?> Template = new("--template", "-t") { Description = "The template of every row that names none.", HelpName = "key" };
    private static readonly Option<string?> Channel = new("--channel") { Description = "The channel of every row that names none." };
    private static readonly Option<int> Size = new("--size") { Description = "Notifications a request, up to 10,000.", DefaultValueFactory = _ => new BatchOptions().Size };
    private static readonly Option<string?> IdempotencyKey = new("--idempotency-key")
    {
        Description = "Repeated with the same key within a day, what is missing is sent and nothing twice. By default each row has one, from what it says.",
        HelpName = "key",
    };

    private static readonly Option<bool> Again = new("--again") { Description = "Sends the file although it was sent before." };
    private static readonly Option<bool> Wait = new("--wait", "-w") { Description = "Waits until all of it is sent or has failed." };

    public static Command Make(Terminal terminal) => CommandRunner.Connected(
        terminal, "batch", "Sends a file of notifications.", [File, Template, Channel, Size, IdempotencyKey, Again, Wait], RunAsync);

    private static async Task<int> RunAsync(Session session, CancellationToken cancellationToken)
    {
        var path = session.Value(File);
        var size = session.Value(Size);
        if (size is < 1 or > BatchOptions.MaxSize) throw new UsageException($"--size must lie between 1 and {Terminal.Number(BatchOptions.MaxSize)}.");
        var key = session.Value(IdempotencyKey);
        // A file has the same keys each time, so that a run that broke off can be repeated without a thought.
        var keyed = key is null && !session.Value(Again) && path != "-";
        await using var file = new BatchFile(path, session.Terminal, new BatchDefaults(session.Value(Template), session.Value(Channel), keyed));
        var options = new BatchOptions { Size = size, IdempotencyKey = key };
        var sum = new Sum();
        await ProgressBar.RunAsync(session, "Sending", async (set, token) =>
        {
            await foreach (var result in session.Client.Notifications.SendManyAsync(file.ReadAsync(token), options, token))
            {
                sum.Add(result);
                if (result.Problem is not null) Refused(session, file, result, sum.Refused);
                else if (session.IsJson) WriteAccepted(session, file, result);
                set(file.Progress);
            }
        }, cancellationToken);

        if (sum.Total == 0) throw new UsageException($"{path} has no notifications.");
        if (!session.IsJson)
        {
            if (sum.Refused > ShownRefusals) session.Terminal.Errors.WriteLine(FormattableString.Invariant($"… and {sum.Refused - ShownRefusals:N0} more."));
            session.Terminal.Line(FormattableString.Invariant($"{sum.Accepted:N0} accepted, {sum.Refused:N0} refused."));
            foreach (var id in sum.Batches) session.Terminal.Line($"  carillon status {id}");
        }

        var failed = session.Value(Wait) ? await WaitAsync(session, sum.Batches, cancellationToken) : 0;
        return sum.Refused == 0 && failed == 0 ? ExitCode.Done : sum.Accepted == 0 ? ExitCode.Failed : ExitCode.Partly;
    }

    private static void Refused(Session session, BatchFile file, BatchResult result, int count)
    {
        if (count > ShownRefusals && !session.IsJson) return;
        var line = file.LineOf(result.Index);
        if (session.IsJson)
        {
            session.Terminal.Output.WriteLine(new JsonObject
            {
                ["line"] = line,
                ["problem"] = System.Text.Json.JsonSerializer.SerializeToNode(result.Problem!, CarillonJson.Default.ApiProblem),
            }.ToJsonString());
            return;
        }

        var problem = result.Problem!;
        var faults = problem.Errors is { Count: > 0 } errors ? string.Join(' ', errors.Select(f => $"{f.Field}: {f.Message}")) : problem.Detail ?? problem.Title;
        session.Terminal.Errors.WriteLine(Terminal.Printable(FormattableString.Invariant($"line {line}: {faults}")));
    }

    private static void WriteAccepted(Session session, BatchFile file, BatchResult result) => session.Terminal.Output.WriteLine(new JsonObject
    {
        ["line"] = file.LineOf(result.Index),
        ["batch_id"] = result.BatchId,
        ["id"] = result.Accepted!.Id,
    }.ToJsonString());

    /// <summary>How many messages came to a bad end.</summary>
    private static async Task<long> WaitAsync(Session session, IReadOnlyList<string> batches, CancellationToken cancellationToken)
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        await ProgressBar.RunAsync(session, "Delivering", async (set, token) =>
        {
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(300), session.Terminal.Time);
            var open = new List<string>(batches);
            var settled = new List<Batch>();
            while (open.Count > 0)
            {
                var found = new List<Batch>();
                foreach (var id in open) found.Add(await session.Client.Batches.GetAsync(id, token));
                settled.AddRange(found.Where(b => !IsLive(b)));
                open = [.. found.Where(IsLive).Select(b => b.Id)];
                var all = found.Where(IsLive).Concat(settled).SelectMany(b => b.ByStatus).ToList();
                var total = all.Sum(s => s.Value);
                set(total == 0 ? 1 : (double)all.Where(s => !KnownStatuses.IsLive(s.Key)).Sum(s => s.Value) / total);
                if (open.Count > 0) await timer.WaitForNextTickAsync(token);
            }

            foreach (var (status, count) in settled.SelectMany(b => b.ByStatus)) counts[status] = counts.GetValueOrDefault(status) + count;
        }, cancellationToken);

        if (!session.IsJson) session.Terminal.Table(["status", "messages"], counts.Select(c => (string?[])[c.Key, Terminal.Number(c.Value)]));
        return counts.Where(c => c.Key is not (KnownStatuses.Sent or KnownStatuses.Delivered or KnownStatuses.Read or KnownStatuses.Scheduled)).Sum(c => c.Value);
    }

    // What is scheduled for later is not waited for.
    private static bool IsLive(Batch batch) => batch.ByStatus.Any(s => KnownStatuses.IsLive(s.Key) && s.Key != KnownStatuses.Scheduled && s.Value > 0);

    private sealed class Sum
    {
        private readonly List<string> _batches = [];

        public int Accepted { get; private set; }

        public int Refused { get; private set; }

        public int Total => Accepted + Refused;

        public IReadOnlyList<string> Batches => _batches;

        public void Add(BatchResult result)
        {
            if (result.Accepted is null) Refused++;
            else Accepted++;
            if (result.BatchId is { } id && (_batches.Count == 0 || _batches[^1] != id)) _batches.Add(id);
        }
    }
}
