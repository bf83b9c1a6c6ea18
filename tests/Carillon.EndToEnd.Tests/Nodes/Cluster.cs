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

    public static async Task<Cluster> StartAsync() => new(await PostgreSqlServer.StartAsync());

    public ServerSetup Setup(string encryptionKey = "the key of all nodes of this test")
    {
        var data = new DataDirectory();
        _data.Add(data);
        return new ServerSetup(data.Path)
        {
            Key = _key,
            Environment =
            {
                ["DATABASE_URL"] = Database.Url,
                ["ENCRYPTION_KEY"] = encryptionKey,
                ["CARILLON_MAX_UNRECORDED"] = MaxUnrecorded.ToString(CultureInfo.InvariantCulture),
                ["CARILLON_WINDOW"] = "512",
            },
        };
    }

    /// <summary>The first node, with a provider that leads to the sink.</summary>
    public async Task<ServerProcess> FirstAsync()
    {
        var node = await ServerProcess.StartAsync(Setup());
        _key = node.Setup.Key;
        using var api = node.CreateApi();
        await api.CreateAsync("/v1/providers", Bodies.Smtp(Sink.Port, connections: 32));
        return node;
    }

    public Task<ServerProcess> NextAsync() => ServerProcess.StartAsync(Setup());

    public async ValueTask DisposeAsync()
    {
        await Sink.DisposeAsync();
        await Database.DisposeAsync();
        foreach (var data in _data) data.Dispose();
    }
}
