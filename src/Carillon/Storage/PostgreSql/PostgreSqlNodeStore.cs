using Dapper;

namespace Carillon.Storage.PostgreSql;

internal sealed class PostgreSqlNodeStore(Func<PostgreSqlDatabase> database, TimeProvider time) : INodeStore
{
    private static readonly SqlFile Sql = SqlFile.Load("PostgreSql/Nodes.sql");

    public async ValueTask<long> StartAsync(string name, DateTimeOffset now, CancellationToken cancellationToken = default) =>
        await database().WriteAsync(
            async transaction => await (await transaction.ConnectionAsync()).QuerySingleAsync<long>(Sql["start_node"].Text, new { name }),
            cancellationToken);

    public async ValueTask<Pulse?> HeartbeatAsync(long epoch, DateTimeOffset now, CancellationToken cancellationToken = default) =>
        await database().WriteAsync(
            async transaction =>
            {
                var connection = await transaction.ConnectionAsync();
                if (await connection.QuerySingleOrDefaultAsync<long?>(Sql["heartbeat"].Text, new { epoch }) is not { } storeTime) return null;
                var live = await connection.QueryAsync<(long Epoch, long At)>(Sql["live_nodes"].Text);
                var changes = await connection.QueryAsync<(string Topic, long Version)>(Sql["changes"].Text);
                return new Pulse(
                    PostgreSqlValues.ToTime(storeTime), live.ToDictionary(n => n.Epoch, n => PostgreSqlValues.ToTime(n.At)),
                    changes.ToDictionary(c => c.Topic, c => c.Version, StringComparer.Ordinal));
            },
            cancellationToken);

    public async ValueTask StopAsync(long epoch, CancellationToken cancellationToken = default) =>
        await database().ExecuteAsync(Sql["stop_node"], new { epoch }, cancellationToken);

    public async ValueTask<bool> EndAsync(long epoch, DateTimeOffset heard, CancellationToken cancellationToken = default) =>
        await database().ExecuteAsync(Sql["end_node"], new { epoch, heard = heard.ToStored() }, cancellationToken) == 1;

    public async ValueTask<IReadOnlyList<StoredNode>> ListAsync(CancellationToken cancellationToken = default) =>
        [.. (await database().ListAsync<NodeRow>(Sql["list_nodes"], null, cancellationToken)).Select(n => n.ToNode())];

    public async ValueTask<long?> TakeLeaseAsync(string name, long epoch, TimeSpan duration, CancellationToken cancellationToken = default) =>
        await database().WriteAsync(
            async transaction => await (await transaction.ConnectionAsync()).QuerySingleOrDefaultAsync<long?>(
                Sql["take_lease"].Text, new { name, epoch, duration = (long)duration.TotalMilliseconds }),
            cancellationToken);

    public IAsyncDisposable? Listen(Action<string> changed) => database().IsPooled ? null : new PostgreSqlListener(database(), changed, time);

    public async ValueTask TellAsync(string topic, CancellationToken cancellationToken = default) =>
        await database().ReadAsync(connection => connection.ExecuteAsync(Sql["notify"].Text, new { topic }), cancellationToken);

    public async ValueTask<byte[]?> GetSettingAsync(string name, CancellationToken cancellationToken = default) =>
        await database().ReadAsync(
            connection => connection.QuerySingleOrDefaultAsync<byte[]?>(Sql["get_setting"].Text, new { name }), cancellationToken);

    public async ValueTask<IReadOnlyList<KeyValuePair<string, byte[]>>> ListSettingsAsync(string prefix, CancellationToken cancellationToken = default) =>
        (await database().ListAsync<(string, byte[])>(Sql["list_settings"], new { prefix, length = prefix.Length }, cancellationToken))
            .ConvertAll(row => KeyValuePair.Create(row.Item1, row.Item2));

    public async ValueTask<byte[]> AddSettingAsync(string name, byte[] value, CancellationToken cancellationToken = default) =>
        await database().WriteAsync(
            async transaction =>
            {
                var connection = await transaction.ConnectionAsync();
                await connection.ExecuteAsync(Sql["add_setting"].Text, new { name, value });
                return await connection.QuerySingleAsync<byte[]>(Sql["get_setting"].Text, new { name });
            },
            cancellationToken);

    public async ValueTask PutSettingAsync(string name, byte[] value, CancellationToken cancellationToken = default) =>
        await database().ExecuteAsync(Sql["put_setting"], new { name, value }, cancellationToken);

    private sealed class NodeRow
    {
        public long Epoch { get; set; }

        public string Name { get; set; } = "";

        public long StartedAt { get; set; }

        public long HeartbeatAt { get; set; }

        public long? StoppedAt { get; set; }

        public long Owned { get; set; }

        public StoredNode ToNode() => new(
            Epoch, Name, PostgreSqlValues.ToTime(StartedAt), PostgreSqlValues.ToTime(HeartbeatAt), PostgreSqlValues.ToTime(StoppedAt), Owned);
    }
}
