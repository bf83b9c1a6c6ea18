using Npgsql;

namespace Carillon.Bench.Raw;

/// <summary>A look into the server's PostgreSQL database, beside the server.</summary>
internal sealed class PostgreSqlHandle(NpgsqlConnection connection) : IAsyncDisposable
{
    public static async Task<PostgreSqlHandle> OpenAsync(string url)
    {
        var uri = new Uri(url);
        var user = uri.UserInfo.Split(':');
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder
        {
            Host = uri.Host,
            Port = uri.Port,
            Username = Uri.UnescapeDataString(user[0]),
            Password = user.Length > 1 ? Uri.UnescapeDataString(user[1]) : null,
            Database = uri.AbsolutePath.Trim('/'),
            Pooling = false,
            CommandTimeout = 600,
        }.ToString());
        await connection.OpenAsync();
        return new PostgreSqlHandle(connection);
    }

    public static async Task ClearAsync(string url)
    {
        await using var handle = await OpenAsync(url);
        await using var command = new NpgsqlCommand("DROP SCHEMA public CASCADE; CREATE SCHEMA public; CHECKPOINT", handle.Connection);
        await command.ExecuteNonQueryAsync();
    }

    private NpgsqlConnection Connection => connection;

    public async Task<long> CountAsync(string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    public async Task<Dictionary<long, long>> CountsAsync(string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var counts = new Dictionary<long, long>();
        while (await reader.ReadAsync()) counts.Add(reader.GetInt64(0), reader.GetInt64(1));
        return counts;
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();
}
