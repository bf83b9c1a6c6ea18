using Dapper;

namespace Carillon.Storage.Sqlite;

internal sealed class SqliteNodeStore(Func<SqliteWriter> writer, SqliteReaders readers) : INodeStore
{
    private static readonly SqlFile Sql = SqlFile.Load("Sqlite/Nodes.sql");

    public async ValueTask<long> StartAsync(string name, DateTimeOffset now, CancellationToken cancellationToken = default) =>
        await writer().RunAsync(
            session =>
            {
                session.Connection.Execute(Sql["end_nodes"].Text);
                return session.Connection.QuerySingle<long>(Sql["start_node"].Text, new { name, now = now.ToStored() });
            },
            cancellationToken);

    /// <summary>One process has the file: its own word is enough.</summary>
    public async ValueTask<Pulse?> HeartbeatAsync(long epoch, DateTimeOffset now, CancellationToken cancellationToken = default)
    {
        await writer().RunAsync(
            session => session.Connection.Execute(Sql["heartbeat"].Text, new { epoch, now = now.ToStored() }), cancellationToken);
        return new Pulse(now, new Dictionary<long, DateTimeOffset> { [epoch] = now }, new Dictionary<string, long>(StringComparer.Ordinal));
    }

    public async ValueTask StopAsync(long epoch, CancellationToken cancellationToken = default) =>
        await writer().RunAsync(session => session.Connection.Execute(Sql["stop_node"].Text, new { epoch }), cancellationToken);

    public async ValueTask<bool> EndAsync(long epoch, DateTimeOffset heard, CancellationToken cancellationToken = default) =>
        await writer().RunAsync(
            session => session.Connection.Execute(Sql["end_node"].Text, new { epoch, heard = heard.ToStored() }), cancellationToken) == 1;

    public async ValueTask<IReadOnlyList<StoredNode>> ListAsync(CancellationToken cancellationToken = default) =>
        await readers.ReadAsync<IReadOnlyList<StoredNode>>(
            connection => [.. connection.Query<NodeRow>(Sql["list_nodes"].Text).Select(n => n.ToNode())], cancellationToken);

    public ValueTask<long?> TakeLeaseAsync(string name, long epoch, TimeSpan duration, CancellationToken cancellationToken = default) => new(epoch);

    public IAsyncDisposable? Listen(Action<string> changed) => null;

    public ValueTask TellAsync(string topic, CancellationToken cancellationToken = default) => default;

    public async ValueTask<byte[]?> GetSettingAsync(string name, CancellationToken cancellationToken = default) =>
        await readers.ReadAsync(
            connection => connection.QuerySingleOrDefault<byte[]>(Sql["get_setting"].Text, new { name }), cancellationToken);

    public async ValueTask<IReadOnlyList<KeyValuePair<string, byte[]>>> ListSettingsAsync(string prefix, CancellationToken cancellationToken = default) =>
        await readers.ReadAsync<IReadOnlyList<KeyValuePair<string, byte[]>>>(
            connection => [.. connection.Query<(string, byte[])>(Sql["list_settings"].Text, new { prefix, length = prefix.Length }).Select(row => KeyValuePair.Create(row.Item1, row.Item2))],
            cancellationToken);

    public async ValueTask<byte[]> AddSettingAsync(string name, byte[] value, CancellationToken cancellationToken = default) =>
        await writer().RunAsync(
            session =>
            {
                session.Connection.Execute(Sql["add_setting"].Text, new { name, value });
                return session.Connection.QuerySingle<byte[]>(Sql["get_setting"].Text, new { name });
            },
            cancellationToken);

    public async ValueTask PutSettingAsync(string name, byte[] value, CancellationToken cancellationToken = default) =>
        await writer().RunAsync(session => session.Connection.Execute(Sql["put_setting"].Text, new { name, value }), cancellationToken);

    private sealed class NodeRow
    {
        public long Epoch { get; set; }

        public string Name { get; set; } = "";

        public long StartedAt { get; set; }

        public long HeartbeatAt { get; set; }

        public long? StoppedAt { get; set; }

        public long Owned { get; set; }

        public StoredNode ToNode() => new(
            Epoch, Name, SqliteValues.ToTime(StartedAt), SqliteValues.ToTime(HeartbeatAt), SqliteValues.ToTime(StoppedAt), Owned);
    }
}
