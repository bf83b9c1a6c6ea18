using Dapper;

namespace Carillon.Storage.PostgreSql;

internal sealed class PostgreSqlNodeStore(Func<PostgreSqlDatabase> database) : INodeStore
{
    private static readonly SqlFile Sql = SqlFile.Load("PostgreSql/Nodes.sql");

    public async ValueTask<long> StartAsync(string name, DateTimeOffset now, CancellationToken cancellationToken = default) =>
        await database().WriteAsync(
            async transaction => await (await transaction.ConnectionAsync())
                .QuerySingleAsync<long>(Sql["start_node"].Text, new { name, now = now.ToStored() }),
            cancellationToken);

    public async ValueTask HeartbeatAsync(long epoch, DateTimeOffset now, CancellationToken cancellationToken = default) =>
        await database().WriteAsync(
            async transaction => await (await transaction.ConnectionAsync()).ExecuteAsync(Sql["heartbeat"].Text, new { epoch, now = now.ToStored() }),
            cancellationToken);

    public async ValueTask StopAsync(long epoch, CancellationToken cancellationToken = default) =>
        await database().WriteAsync(
            async transaction => await (await transaction.ConnectionAsync()).ExecuteAsync(Sql["stop_node"].Text, new { epoch }), cancellationToken);

    public async ValueTask<byte[]?> GetSettingAsync(string name, CancellationToken cancellationToken = default) =>
        await database().ReadAsync(
            connection => connection.QuerySingleOrDefaultAsync<byte[]?>(Sql["get_setting"].Text, new { name }), cancellationToken);

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
}
