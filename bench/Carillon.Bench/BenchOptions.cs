using System.Globalization;
using Carillon.Bench.Load;
using Carillon.Bench.Work;

namespace Carillon.Bench;

/// <summary>What the command line says. <see cref="Help"/> has the defaults.</summary>
internal sealed record BenchOptions
{
    public const string Help = """
        usage: Carillon.Bench whole|sms|accept|backlog|claims|nodes|routing|smtp|sqlite|all [options]

        whole    the whole job: HTTP in, SMTP out, outcome recorded; beside raw SMTP and raw SQLite of the same run
        sms      the whole job with SMS: HTTP in, an SMS gateway over HTTP out; beside raw HTTP of the same run
        accept   intake alone: everything is scheduled a year ahead
        backlog  a sink that is slower than the intake: how fast it is taken in, and in what memory
        claims   a backlog falls due at one moment: how fast it drains, for each size of --backlog
        nodes    for each number of --nodes: what they cost the database while they idle, then the whole job; with --database
        routing  SMS at a steady --rate, and critical ones among them, by three gateways with limits: one throttles, one dies in the middle of an
                 answer, one is down and comes back; beside the same load by one gateway without limits
        smtp     raw pipelined SMTP alone
        sqlite   raw SQLite alone, on rows of a short run of the server
        all      whole and accept in every way, backlog, claims

          --messages N      notifications to send                                  200000
          --way WAY         batch, single or ndjson                                batch
          --batch N         notifications of one batch request, 1 to 10000         100
          --connections N   HTTP connections, one request under way on each        8, with single 128
          --threads N       threads of the load generator                          1
          --recipient WHO   address, contact (known by id) or new-contact          address
          --contacts N      contacts that are made before, for contact             10000
          --tenants N       tenants that take turns                                1
          --warm-up N       notifications before anything is measured              30000
          --rounds N        so many times, each on a fresh server                  1
          --backlog N,N     sizes for claims                                       10000,1000000
          --nodes N,N       numbers of nodes                                       1,2,4
          --rate N          notifications a second of routing                      6000
          --sink-delay S    seconds that the sink of backlog waits at each message 1
          --provider JSON   further settings of the provider, an object               {}
          --concurrency N   sends that the provider may have under way             the server's default
          --database URL    PostgreSQL in place of SQLite; all that is in its schema public is dropped first
          --directory DIR   where data is kept while it runs                       /tmp
          --server FILE     Carillon.Server.dll                                    the Release build of these sources
          --limit S         seconds that one run may take                          240
          --pause           says the server's process id and waits for a line before it measures, so that a profiler can be attached
          --keep            leaves the data directory
          --json            one JSON object a line in place of the table
        """;

    public string Command { get; init; } = "";

    public long Messages { get; init; } = 200_000;

    public RequestWay Way { get; init; }

    public int Batch { get; init; } = 100;

    public int? ConnectionsGiven { get; init; }

    public int Threads { get; init; } = 1;

    public RecipientWay Recipient { get; init; }

    public int Contacts { get; init; } = 10_000;

    public int Tenants { get; init; } = 1;

    public long WarmUp { get; init; } = 30_000;

    public int Rounds { get; init; } = 1;

    public IReadOnlyList<long> Backlog { get; init; } = [10_000, 1_000_000];

    public IReadOnlyList<long> Nodes { get; init; } = [1, 2, 4];

    public int Rate { get; init; } = 6000;

    public int SinkDelay { get; init; } = 1;

    public string Provider { get; init; } = "{}";

    public int? Concurrency { get; init; }

    public string? Database { get; init; }

    public string Directory { get; init; } = "/tmp";

    public string? Server { get; init; }

    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(240);

    public bool Pause { get; init; }

    public bool Keep { get; init; }

    public bool Json { get; init; }

    /// <summary>SMS in place of mail.</summary>
    public bool IsSms => Command is "sms" or "routing";

    public int Connections => ConnectionsGiven ?? (Way == RequestWay.Single ? 128 : 8);

    public int ItemsPerRequest => Way == RequestWay.Single ? 1 : Batch;

    public static BenchOptions Parse(string[] arguments)
    {
        if (arguments.Length == 0 || arguments[0].StartsWith('-')) throw new BenchException(Help);
        var options = new BenchOptions { Command = arguments[0] };
        for (var i = 1; i < arguments.Length; i++)
        {
            var name = arguments[i];
            options = name switch
            {
                "--pause" => options with { Pause = true },
                "--keep" => options with { Keep = true },
                "--json" => options with { Json = true },
                "--messages" => options with { Messages = Number(1) },
                "--way" => options with { Way = Word<RequestWay>() },
                "--batch" => options with { Batch = (int)Number(1, 10_000) },
                "--connections" => options with { ConnectionsGiven = (int)Number(1, 900) },
                "--threads" => options with { Threads = (int)Number(1, 64) },
                "--recipient" => options with { Recipient = Word<RecipientWay>() },
                "--contacts" => options with { Contacts = (int)Number(100) },
                "--tenants" => options with { Tenants = (int)Number(1, 10_000) },
                "--warm-up" => options with { WarmUp = Number(0) },
                "--rounds" => options with { Rounds = (int)Number(1, 100) },
                "--backlog" => options with { Backlog = [.. Value().Split(',').Select(v => Read(v, 1))] },
                "--nodes" => options with { Nodes = [.. Value().Split(',').Select(v => Read(v, 1, 16))] },
                "--rate" => options with { Rate = (int)Number(1, 1_000_000) },
                "--sink-delay" => options with { SinkDelay = (int)Number(1, 3600) },
                "--provider" => options with { Provider = Value() },
                "--concurrency" => options with { Concurrency = (int)Number(1, 10_000) },
                "--database" => options with { Database = Value() },
                "--directory" => options with { Directory = Value() },
                "--server" => options with { Server = Value() },
                "--limit" => options with { Limit = TimeSpan.FromSeconds(Number(5)) },
                _ => throw new BenchException($"{name} is not an option.\n\n{Help}"),
            };

            string Value() => ++i < arguments.Length ? arguments[i] : throw new BenchException($"{name} takes a value.");
            long Number(long least, long most = 99_999_999) => Read(Value(), least, most);
            T Word<T>() where T : struct, Enum => Enum.TryParse(Value().Replace("-", "", StringComparison.Ordinal), ignoreCase: true, out T word)
                ? word : throw new BenchException($"{name} is one of: {string.Join(", ", Enum.GetNames<T>()).ToLowerInvariant()}.");
            long Read(string text, long least, long most = 99_999_999) =>
                long.TryParse(text, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
                    ? number : throw new BenchException($"{name} is a number from {least} to {most}.");
        }

        return options;
    }
}
