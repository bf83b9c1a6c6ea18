using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Carillon.Storage.PostgreSql;
using Dapper;
using Npgsql;

[assembly: AssemblyFixture(typeof(Carillon.Tests.Storage.PostgreSql.PostgreSqlClusterEnd))]

namespace Carillon.Tests.Storage.PostgreSql;

/// <summary>A PostgreSQL server of this test run's own, on a loopback port and in a directory that goes with it. Made when first asked for.</summary>
internal sealed class PostgreSqlCluster : IAsyncDisposable
{
    public const string User = "carillon";
    public const string Password = "p@ss:w/rd";
    private const string Template = "carillon_template";
    private static readonly Lazy<Task<PostgreSqlCluster>> Started = new(StartAsync);

    // A new database takes a hundred times as long.
    private const string Empty = """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid();
        DO $$
        DECLARE t regclass;
        BEGIN
          FOR t IN SELECT oid::regclass FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname NOT IN ('schema_version', 'tenant')
          LOOP EXECUTE 'DELETE FROM ' || t; END LOOP;
          DELETE FROM tenant WHERE id <> 0;
          ALTER TABLE tenant ALTER COLUMN id RESTART WITH 1;
        END $$;
        """;

    private readonly string _directory;
    private readonly Process _server;
    private readonly ConcurrentBag<string> _used = [];
    private int _databases;

    private PostgreSqlCluster(string directory, Process server, int port) => (_directory, _server, Port) = (directory, server, port);

    public int Port { get; }

    public static bool IsStarted => Started.IsValueCreated;

    /// <summary>Skips the test where PostgreSQL is not installed.</summary>
    public static async Task<PostgreSqlCluster> GetAsync()
    {
        Assert.SkipWhen(Bin is null, "PostgreSQL is not installed: apt-get install postgresql");
        return await Started.Value;
    }

    public string UrlOf(string database) => $"postgresql://{User}:{Uri.EscapeDataString(Password)}@127.0.0.1:{Port}/{database}";

    /// <summary>A database with the schema of this version and no rows: one that an earlier test gave back, or a new one.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        if (_used.TryTake(out var used))
        {
            await ExecuteAsync(Empty, used);
            return used;
        }

        var name = $"test_{Interlocked.Increment(ref _databases)}";
        await ExecuteAsync($"CREATE DATABASE {name} TEMPLATE {Template}");
        return name;
    }

    /// <summary>A database with nothing in it.</summary>
    public async Task<string> CreateEmptyDatabaseAsync(string options = "")
    {
        var name = $"test_{Interlocked.Increment(ref _databases)}";
        await ExecuteAsync($"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' {options}");
        return name;
    }

    /// <summary>For the next test. Its schema must be as it was made.</summary>
    public void GiveBack(string database) => _used.Add(database);

    public Task DropDatabaseAsync(string name) => ExecuteAsync($"DROP DATABASE IF EXISTS {name} WITH (FORCE)");

    /// <summary>As the superuser.</summary>
    public async Task ExecuteAsync(string sql, string database = "postgres")
    {
        await using var connection = new NpgsqlConnection(StringOf(database));
        await connection.OpenAsync();
        await connection.ExecuteAsync(sql);
    }

    public string StringOf(string database) => StringOf(Port, database);

    public async ValueTask DisposeAsync()
    {
        // The shell that waits at its input ends the server.
        _server.StandardInput.Close();
        await _server.WaitForExitAsync();
        _server.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>One of the server's own programs.</summary>
    public static string ProgramOf(string name) => Path.Combine(Bin!, name);

    private static string? Bin { get; } = FindBin();

    private static string? FindBin()
    {
        var places = Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").OrderDescending(StringComparer.Ordinal).Select(d => d + "/bin") : [];
        places = places.Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator));
        return places.FirstOrDefault(d => File.Exists(Path.Combine(d, "initdb")) && File.Exists(Path.Combine(d, "postgres")));
    }

    private static async Task<PostgreSqlCluster> StartAsync()
    {
        var directory = Directory.CreateTempSubdirectory("carillon-pg-").FullName;
        var data = Path.Combine(directory, "data");
        var password = Path.Combine(directory, "password");
        await File.WriteAllTextAsync(password, Password);
        // PostgreSQL does not run as root.
        if (Environment.IsPrivilegedProcess) await RunAsync("chown", "-R", "postgres", directory);
        await RunAsync([.. AsUser, $"{Bin}/initdb", "-D", data, "-U", User, "--auth=scram-sha-256", "--pwfile=" + password, "--encoding=UTF8", "--locale=C", "--no-sync"]);

        var port = FreePort();
        var script = $"""
            "{Bin}/postgres" -D "{data}" -c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories= \
              -c max_connections=300 -c shared_buffers=64MB -c max_prepared_transactions=0 -c log_min_messages=warning 2>"{directory}/log" &
            server=$!
            cat >/dev/null
            kill -INT $server
            wait $server
            """;
        var start = new ProcessStartInfo { RedirectStandardInput = true, UseShellExecute = false };
        string[] command = [.. AsUser, "/bin/sh", "-c", script];
        start.FileName = command[0];
        foreach (var argument in command.Skip(1)) start.ArgumentList.Add(argument);
        var cluster = new PostgreSqlCluster(directory, Process.Start(start)!, port);
        await cluster.UntilReadyAsync();
        await cluster.ExecuteAsync($"CREATE DATABASE {Template} TEMPLATE template0 ENCODING 'UTF8'");
        await using (var store = new PostgreSqlStorage(new PostgreSqlStorageOptions { Url = cluster.UrlOf(Template) + "?pooling=false" }, TimeProvider.System))
            await store.OpenAsync();
        return cluster;
    }

    private static string[] AsUser => Environment.IsPrivilegedProcess ? ["runuser", "-u", "postgres", "--"] : ["env"];

    private async Task UntilReadyAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        for (var i = 0; ; i++)
        {
            try
            {
                await ExecuteAsync("SELECT 1");
                return;
            }
            catch (NpgsqlException) when (i < 600)
            {
                await timer.WaitForNextTickAsync();
            }
        }
    }

    private static string StringOf(int port, string database) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = port,
        Username = User,
        Password = Password,
        Database = database,
        Pooling = false,
    }.ToString();

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task RunAsync(params string[] command)
    {
        var start = new ProcessStartInfo(command[0]) { RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var argument in command.Skip(1)) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{string.Join(' ', command)}: {errors}{await output}");
    }

    /// <summary>Ends the server, if there is one.</summary>
    public static async ValueTask EndAsync()
    {
        if (IsStarted) await (await Started.Value).DisposeAsync();
    }
}

/// <summary>Ends the server with the test run.</summary>
public sealed class PostgreSqlClusterEnd : IAsyncDisposable
{
    public async ValueTask DisposeAsync()
    {
        await PgBouncerFactory.EndAsync();
        await PostgreSqlCluster.EndAsync();
    }
}
