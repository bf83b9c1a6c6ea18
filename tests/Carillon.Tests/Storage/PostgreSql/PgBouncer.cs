using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Carillon.Tests.Storage.PostgreSql;

/// <summary>PgBouncer in transaction mode before a server: each transaction may meet another session.</summary>
internal sealed class PgBouncer : IAsyncDisposable
{
    private readonly string _directory;
    private readonly Process _process;

    private PgBouncer(string directory, Process process, int port) => (_directory, _process, Port) = (directory, process, port);

    public int Port { get; }

    /// <summary>Skips the test where PgBouncer is not installed.</summary>
    public static async Task<PgBouncer> StartAsync(PostgreSqlCluster cluster)
    {
        var program = new[] { "/usr/sbin/pgbouncer", "/usr/bin/pgbouncer" }.FirstOrDefault(File.Exists);
        Assert.SkipWhen(program is null, "PgBouncer is not installed: apt-get install pgbouncer");
        var directory = Directory.CreateTempSubdirectory("carillon-pgbouncer-").FullName;
        var port = FreePort();
        await File.WriteAllTextAsync(Path.Combine(directory, "users.txt"), $"\"{PostgreSqlCluster.User}\" \"{PostgreSqlCluster.Password}\"\n");
        await File.WriteAllTextAsync(Path.Combine(directory, "pgbouncer.ini"), $"""
            [databases]
            * = host=127.0.0.1 port={cluster.Port}
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = {port}
            unix_socket_dir =
            auth_type = scram-sha-256
            auth_file = {directory}/users.txt
            pool_mode = transaction
            default_pool_size = 3
            logfile = {directory}/log
            pidfile = {directory}/pid
            """);
        string[] command = Environment.IsPrivilegedProcess ? ["runuser", "-u", "postgres", "--", program!] : [program!];
        if (Environment.IsPrivilegedProcess) await Process.Start("chown", ["-R", "postgres", directory])!.WaitForExitAsync();
        var process = Process.Start(command[0], [.. command.Skip(1), "-q", Path.Combine(directory, "pgbouncer.ini")])!;
        var bouncer = new PgBouncer(directory, process, port);
        await bouncer.UntilReadyAsync();
        return bouncer;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private async Task UntilReadyAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        for (var i = 0; i < 500; i++)
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, Port);
                return;
            }
            catch (SocketException)
            {
                await timer.WaitForNextTickAsync();
            }
        }

        throw new NpgsqlException("PgBouncer does not start: " + await File.ReadAllTextAsync(Path.Combine(_directory, "log")));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
