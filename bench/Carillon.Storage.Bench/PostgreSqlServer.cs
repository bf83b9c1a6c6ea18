using Dapper;
using Npgsql;

namespace Carillon.Storage.Bench;

/// <summary>The PostgreSQL server that is measured.</summary>
internal static class PostgreSqlServer
{
    public static void Clear(string url) => With(url, connection => connection.Execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public; CHECKPOINT"));

    public static long Size(string url) => With(url, connection => connection.ExecuteScalar<long>("SELECT pg_database_size(current_database())"));

    /// <summary>Processor time of all the server's processes, so far.</summary>
    public static TimeSpan Processor(string url)
    {
        // The pids of the backends that serve us, and of what works behind them.
        var pids = With(url, connection => connection.Query<int>("SELECT pid FROM pg_stat_activity").AsList());
        var ticks = 0L;
        foreach (var pid in pids)
        {
            try
            {
                var fields = File.ReadAllText($"/proc/{pid}/stat").Split(") ")[1].Split(' ');
                ticks += long.Parse(fields[11]) + long.Parse(fields[12]);
            }
            catch (IOException)
            {
                // It has ended.
            }
        }

        return TimeSpan.FromSeconds(ticks / 100.0);
    }

    public static NpgsqlConnection Connect(string url)
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
        }.ToString());
        connection.Open();
        return connection;
    }

    private static T With<T>(string url, Func<NpgsqlConnection, T> work)
    {
        using var connection = Connect(url);
        return work(connection);
    }
}
