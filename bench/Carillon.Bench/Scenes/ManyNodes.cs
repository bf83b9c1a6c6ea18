using System.Diagnostics;
using System.Globalization;
using Carillon.Bench.Load;
using Carillon.Bench.Processes;
using Carillon.Bench.Raw;
using Carillon.Bench.Work;

namespace Carillon.Bench.Scenes;

/// <summary>Several nodes on one database: what they cost it while they idle, then the whole job, each with its share of the intake.</summary>
internal static class ManyNodes
{
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(20);

    public static async Task<IReadOnlyList<Measurement>> RunAsync(BenchOptions options)
    {
        var url = options.Database ?? throw new BenchException("nodes takes --database: what nodes share is a PostgreSQL database.");
        var results = new List<Measurement>();
        foreach (var count in options.Nodes) results.Add(await RunAsync(options, url, (int)count));
        return results;
    }

    private static async Task<Measurement> RunAsync(BenchOptions options, string url, int count)
    {
        using var stage = await Stage.SetAsync(options);
        await stage.StartSinkAsync();
        var nodes = new List<ServerProcess> { stage.Server };
        try
        {
            while (nodes.Count < count) nodes.Add(await ServerProcess.JoinAsync(options, stage.Directory, stage.Server));
            var form = stage.Installation.Form(options.Way, options.Recipient);
            if (options.WarmUp > 0) stage.Before = (await LoadAsync(nodes, options, options.WarmUp, form)).Sum(l => l.Accepted);
            await stage.Installation.DrainedAsync(options.Limit);

            var database = await PostgreSqlProcesses.FindAsync(url);
            var idle = await IdleAsync(url, database);
            var whole = await MeasureAsync(stage, options, nodes, database, form, idle);
            foreach (var node in nodes) node.Stop();
            var ledger = await Ledger.ReadAsync(url);
            ledger.Expect(stage.Before + whole.Messages);
            return whole with
            {
                Notes = string.Create(CultureInfo.InvariantCulture, $"{whole.Notes}; exact; {ledger.Bytes / ledger.Notifications:N0} octets of database a message"),
            };
        }
        finally
        {
            foreach (var node in nodes) node.Dispose();
        }
    }

    private static async Task<string> IdleAsync(string url, PostgreSqlProcesses database)
    {
        var (transactions, processor) = (await TransactionsAsync(url), database.Processor());
        var started = Stopwatch.GetTimestamp();
        await Task.Delay(IdleTime, TimeProvider.System);
        var (after, used) = (await TransactionsAsync(url), database.Processor() - processor);
        var time = Stopwatch.GetElapsedTime(started);
        return string.Create(CultureInfo.InvariantCulture, $"idle {(after - transactions) / time.TotalSeconds:0.0} transactions/s, {used / time:0.00%} of a core at PostgreSQL");
    }

    private static async Task<long> TransactionsAsync(string url)
    {
        await using var handle = await PostgreSqlHandle.OpenAsync(url);
        return await handle.CountAsync("SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()");
    }

    private static async Task<Measurement> MeasureAsync(
        Stage stage, BenchOptions options, List<ServerProcess> nodes, PostgreSqlProcesses database, RequestForm form, string idle)
    {
        var taken = stage.Sink.Count();
        var (servers, sink, self, processor) = (nodes.ConvertAll(n => n.Usage), stage.Sink.Usage, ProcessUsage.OfSelf(), database.Processor());
        var started = Stopwatch.GetTimestamp();
        var loads = await LoadAsync(nodes, options, options.Messages, form);
        var intake = Stopwatch.GetElapsedTime(started);
        var accepted = loads.Sum(l => l.Accepted);
        await stage.TakenAsync(taken + accepted);
        var time = Stopwatch.GetElapsedTime(started, await stage.Installation.DrainedAsync(options.Limit));
        var used = database.Processor() - processor;
        var count = stage.Sink.Count() - taken;
        if (count != accepted) throw new BenchException($"{accepted} were accepted, but {count} came to the sink.");
        return new Measurement(WholeJob.Describe(options with { Command = string.Create(CultureInfo.InvariantCulture, $"whole, nodes: {nodes.Count}") }))
        {
            Messages = accepted,
            Time = time,
            Server = nodes.Zip(servers, (node, before) => node.Usage.Since(before)).Aggregate((a, b) => a.Plus(b)),
            Sink = stage.Sink.Usage.Since(sink),
            Load = ProcessUsage.OfSelf().Since(self),
            Notes = string.Create(
                CultureInfo.InvariantCulture, $"intake {accepted / intake.TotalSeconds:N0}/s; PostgreSQL {used.TotalMicroseconds / accepted:0.0} µs a message; before that {idle}"),
        };
    }

    private static async Task<LoadResult[]> LoadAsync(List<ServerProcess> nodes, BenchOptions options, long messages, RequestForm form)
    {
        var requests = ((messages / nodes.Count) + form.Items - 1) / form.Items;
        return await Task.WhenAll(nodes.Select(
            node => new LoadGenerator(node.Port, form, requests, Math.Max(1, options.Connections / nodes.Count), options.Tenants).RunAsync(1)));
    }
}
