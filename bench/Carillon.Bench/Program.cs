using Carillon.Bench;
using Carillon.Bench.Load;
using Carillon.Bench.Processes;
using Carillon.Bench.Scenes;
using Carillon.Bench.Work;

if (args.Contains("--help"))
{
    Console.WriteLine(BenchOptions.Help);
    return 0;
}

if (args is [HttpSinkProcess.Command, var sinkPort, var perSecond, var diesAfter])
    return HttpSink.Run(int.Parse(sinkPort, System.Globalization.CultureInfo.InvariantCulture), HttpSinkTrouble.Parse(perSecond, diesAfter));

// Ctrl-C ends this process, and its end ends its children.
Console.CancelKeyPress += (_, _) => ChildProcess.KillAll();
try
{
    var options = BenchOptions.Parse(args);
    var report = new Report(options.Json);
    foreach (var (scene, run) in Runs(options))
    {
        for (var round = 0; round < options.Rounds; round++)
        {
            var measurements = await scene(run).WaitAsync(run.Limit + TimeSpan.FromSeconds(60));
            foreach (var measurement in measurements) report.Add(measurement);
        }
    }

    return 0;
}
catch (Exception e) when (e is BenchException or TimeoutException or IOException or System.Net.Sockets.SocketException)
{
    Console.Error.WriteLine(e is BenchException ? e.Message : e.ToString());
    return 1;
}
finally
{
    ChildProcess.KillAll();
}

static IEnumerable<(Func<BenchOptions, Task<IReadOnlyList<Measurement>>> Scene, BenchOptions Options)> Runs(BenchOptions options)
{
    if (options.Command != "all") return [(SceneOf(options.Command), options)];
    var whole = options with { Command = "whole" };
    var accept = options with { Command = "accept" };
    return
    [
        (WholeJob.RunAsync, whole),
        (WholeJob.RunAsync, whole with { Recipient = RecipientWay.Contact }),
        (WholeJob.RunAsync, whole with { Recipient = RecipientWay.NewContact }),
        (WholeJob.RunAsync, whole with { Tenants = 1000 }),
        (WholeJob.RunAsync, whole with { Way = RequestWay.NdJson, Batch = 5000 }),
        (WholeJob.RunAsync, whole with { Way = RequestWay.Single }),
        (WholeJob.RunAsync, whole with { Way = RequestWay.Single, Recipient = RecipientWay.Contact }),
        (AcceptAlone.RunAsync, accept with { Way = RequestWay.Single }),
        (AcceptAlone.RunAsync, accept),
        (SlowSink.RunAsync, options with { Command = "backlog" }),
        (Claims.RunAsync, options with { Command = "claims" }),
    ];
}

static Func<BenchOptions, Task<IReadOnlyList<Measurement>>> SceneOf(string command) => command switch
{
    "whole" => WholeJob.RunAsync,
    "sms" => SmsJob.RunAsync,
    "accept" => AcceptAlone.RunAsync,
    "backlog" => SlowSink.RunAsync,
    "claims" => Claims.RunAsync,
    "nodes" => ManyNodes.RunAsync,
    "routing" => ThreeGateways.RunAsync,
    "smtp" => RawAlone.SmtpAsync,
    "sqlite" => RawAlone.SqliteAsync,
    _ => throw new BenchException($"There is no '{command}'.\n\n{BenchOptions.Help}"),
};
