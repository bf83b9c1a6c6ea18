using System.Net.Sockets;
using Dapper;
using Npgsql;

namespace Carillon.Storage.PostgreSql;

/// <summary>Looks, before anything is written, whether the server can keep what Carillon promises; and says in words what is wrong.</summary>
internal static class PostgreSqlStart
{
    private const int OldestVersion = 130_000;

    public static async Task CheckAsync(NpgsqlConnection connection, string name)
    {
        var server = await connection.QuerySingleAsync<Server>("""
            SELECT current_setting('server_version_num')::int AS Version, current_setting('server_version') AS VersionText,
              current_setting('server_encoding') AS Encoding, current_setting('synchronous_commit') AS SynchronousCommit,
              pg_is_in_recovery() AS IsStandby, current_setting('transaction_read_only') = 'on' AS IsReadOnly
            """);
        if (server.Version < OldestVersion)
            throw new StorageStartException($"{name} is PostgreSQL {server.VersionText}. Carillon needs version 13 or later.");
        if (server.Encoding != "UTF8")
        {
            throw new StorageStartException(
                $"{name} keeps its text as {server.Encoding}. Make a database with the encoding UTF8: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0.");
        }

        if (server.SynchronousCommit == "off")
        {
            throw new StorageStartException(
                $"{name} has synchronous_commit = off: what Carillon acknowledges could be lost with the power. Turn it on for its database or role: "
                + "ALTER DATABASE … SET synchronous_commit = on.");
        }

        if (server.IsStandby)
            throw new StorageStartException($"{name} is a standby and takes no writes. Name the primary; or name all servers, and target_session_attrs=read-write in the URL.");
        if (server.IsReadOnly)
            throw new StorageStartException($"{name} is read-only (default_transaction_read_only). Let Carillon's role write.");
    }

    public static StorageStartException Fault(Exception e, string name, NpgsqlConnectionStringBuilder to)
    {
        var text = e is PostgresException { MessageText: var message } ? message : (e.InnerException ?? e).Message;
        return new StorageStartException(
            e switch
            {
                PostgresException { SqlState: PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification } =>
                    $"{name} does not let the user '{to.Username}' in: {text}. Check user and password in database_url, and the server's pg_hba.conf.",
                PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } =>
                    $"{name} does not exist. Make it: createdb --encoding UTF8 --owner {to.Username} {to.Database}.",
                PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } =>
                    $"The user '{to.Username}' lacks a right in {name}: {text}. Make it the owner of the database: ALTER DATABASE {to.Database} OWNER TO {to.Username}.",
                PostgresException { SqlState: PostgresErrorCodes.TooManyConnections } => $"{name} has no connection left: {text}. Raise max_connections, or put a pooler between.",
                PostgresException { SqlState: PostgresErrorCodes.CannotConnectNow } => $"{name} is starting or stopping: {text}. Start again when it is up.",
                PostgresException => $"{name} cannot be used: {text}",
                _ when e is SocketException || e.InnerException is SocketException => $"{name} cannot be reached: {text}. Check host and port in database_url, and whether the server runs and listens there.",
                _ when e is TimeoutException || e.InnerException is TimeoutException => $"{name} does not answer in time. Check host and port in database_url, and the firewalls between.",
                _ when e.InnerException is System.Security.Authentication.AuthenticationException => $"The encrypted connection to {name} failed: {text}. Check sslmode and sslrootcert in database_url.",
                _ => $"{name} cannot be used: {text}",
            },
            e);
    }

    private sealed class Server
    {
        public int Version { get; set; }

        public string VersionText { get; set; } = "";

        public string Encoding { get; set; } = "";

        public string SynchronousCommit { get; set; } = "";

        public bool IsStandby { get; set; }

        public bool IsReadOnly { get; set; }
    }
}
