using Dapper;

namespace Carillon.Storage.Sqlite;

internal sealed class SqliteNodeStore(Func<SqliteWriter> writer, SqliteReaders readers) : INodeStore
{
    private static readonly SqlFile Sql = SqlFile.Load("Sqlite/Nodes.sql");

    public async ValueTask<long> StartAsync(string name, DateTimeOffset now, CancellationToken cancellationToken = default) =>
        await writer().RunAsync(
            session => session.Connection.QuerySingle<long>(Sql["start_node"].Text, new { name, now = now.ToStored() }), cancellationToken);

    public async ValueTask HeartbeatAsync(long epoch, DateTimeOffset now, CancellationToken cancellationToken = default) =>
        await writer().RunAsync(
            session => session.Connection.Execute(Sql["heartbeat"].Text, new { epoch, now = now.ToStored() }), cancellationToken);

    public async ValueTask StopAsync(long epoch, CancellationToken cancellationToken = default) =>
        await writer().RunAsync(session => session.Connection.Execute(Sql["stop_node"].Text, new { epoch }), cancellationToken);

    public async ValueTask<byte[]?> GetSettingAsync(string name, CancellationToken cancellationToken = default) =>
        await readers.ReadAsync(
            connection => connection.QuerySingleOrDefault<byte[]>(Sql["get_setting"].Text, new { name }), cancellationToken);

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
}
