using System.Globalization;
using Carillon.EndToEnd.Tests.Rig;

namespace Carillon.EndToEnd.Tests.Nodes;

/// <summary>Several nodes on one PostgreSQL database, with a sink that takes what they send.</summary>
internal sealed class Cluster : IAsyncDisposable
{
    public const int MaxUnrecorded = 16;

    private readonly List<DataDirectory> _data = [];
    private string? _key;

    private Cluster(PostgreSqlServer database) => Database = database;

    public PostgreSqlServer Database { get; }

    public SmtpSink Sink { get; } = new();

    public static async Task<Cluster> StartAsync(string? directory = null)
    {
        var cluster = new Cluster(await PostgreSqlServer.StartAsync(directory));
        // Slow enough that nodes have sends under way whenever something befalls them.
        cluster.Sink.Script = scene => scene.Moment == SmtpMoment.FinalDot && scene.Message % 3 == 0 ? new SmtpAct.Wait(TimeSpan.FromMilliseconds(5)) : null;
        return cluster;
    }

    /// <param name="url">Where the node finds the database; straight unless given.</param>
    public ServerSetup Setup(string encryptionKey = "the key of all nodes of this test", string? url = null)
    {
        var data = new DataDirectory();
        _data.Add(data);
        return new ServerSetup(data.Path)
        {
            Key = _key,
            Environment =
            {
                ["DATABASE_URL"] = url ?? Database.Url,
                ["ENCRYPTION_KEY"] = encryptionKey,
                ["CARILLON_MAX_UNRECORDED"] = MaxUnrecorded.ToString(CultureInfo.InvariantCulture),
                ["CARILLON_WINDOW"] = "512",
            },
        };
    }

    /// <summary>The first node, with a provider that leads to the sink.</summary>
    public async Task<ServerProcess> FirstAsync(string? url = null)
    {
        var node = await ServerProcess.StartAsync(Setup(url: url));
        _key = node.Setup.Key;
        using var api = node.CreateApi();
        // Patient, so that a machine which is slow to answer is not taken for a gateway that leaves sends unanswered: those may be doubled.
        await api.CreateAsync("/v1/providers", Bodies.Smtp(Sink.Port, connections: 32, replySeconds: 60, finalSeconds: 60));
        return node;
    }

    public Task<ServerProcess> NextAsync(string? url = null) => ServerProcess.StartAsync(Setup(url: url));

    /// <summary>What every fault must leave true, once all is quiet: nothing promised is lost, nothing is stuck, few are doubled, none with stop.</summary>
    /// <param name="doubles">How many may have been sent twice.</param>
    public async Task AssertKeptAsync(Api api, int doubles, params LoadClient[] loads)
    {
        await Eventually.TrueAsync(
            async () =>
            {
                foreach (var load in loads) await load.RepeatAsync();
                return loads.All(l => l.Unanswered == 0);
            },
            "every request to be answered");
        await api.WaitUntilEmptyAsync(TimeSpan.FromMinutes(5));
        var accepted = loads.SelectMany(l => l.Accepted).ToDictionary(StringComparer.Ordinal);
        var taken = Sink.CountByRecipient();
        TestContext.Current.TestOutputHelper?.WriteLine($"{accepted.Count} accepted, {Sink.Count} taken, {taken.Sum(t => t.Value - 1)} doubled (at most {doubles})");
        Assert.NotEmpty(accepted);
        Assert.Empty(loads.SelectMany(l => l.Surprises));
        Assert.DoesNotContain(accepted.Keys, r => !LoadClient.IsStop(r) && !taken.ContainsKey(r));
        Assert.DoesNotContain(taken, t => LoadClient.IsStop(t.Key) && t.Value > 1);
        Assert.DoesNotContain(taken.Keys, r => !accepted.ContainsKey(r));
        await ExplainAsync(api, accepted);
        Assert.InRange(taken.Sum(t => t.Value - 1), 0, doubles);
        // With stop, what did not come is known not to be known.
        var unknown = (await api.MessagesAsync("&status=failed")).ToDictionary(m => (string)m["address"]!, m => (string?)m["reason"], StringComparer.Ordinal);
        Assert.All(
            accepted.Keys.Where(r => LoadClient.IsStop(r) && !taken.ContainsKey(r)), r => Assert.Equal("outcome_unknown", unknown.GetValueOrDefault(r)));
    }

    /// <summary>Writes down what the log says of some that were sent twice.</summary>
    public async Task ExplainAsync(Api api, IReadOnlyDictionary<string, string> accepted)
    {
        foreach (var (recipient, _) in Sink.CountByRecipient().Where(t => t.Value > 1 && accepted.ContainsKey(t.Key)).Take(3))
            TestContext.Current.TestOutputHelper?.WriteLine((await api.MessageAsync(accepted[recipient])).ToJsonString());
    }

    public async ValueTask DisposeAsync()
    {
        await Sink.DisposeAsync();
        await Database.DisposeAsync();
        foreach (var data in _data) data.Dispose();
    }
}
