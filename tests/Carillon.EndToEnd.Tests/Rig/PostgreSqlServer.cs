using System.Diagnostics;
using System.Globalization;
using Xunit.Sdk;

namespace Carillon.EndToEnd.Tests.Rig;

/// <summary>A PostgreSQL server of one test's own, which can be stopped at any moment. Its directory goes with it.</summary>
internal sealed class PostgreSqlServer : IAsyncDisposable
{
    private readonly DirectoryInfo _directory;
    private readonly bool _isOwnDirectory;

    private PostgreSqlServer(string? directory)
    {
        _isOwnDirectory = directory is null;
        _directory = directory is null ? Directory.CreateTempSubdirectory("carillon-pg-") : new DirectoryInfo(directory);
    }

    public int Port { get; } = FreePort.Find();

    public string Url => UrlAt(Port);

    private string Data => Path.Combine(_directory.FullName, "data");

    public static string UrlAt(params int[] ports) =>
        $"postgresql://carillon@{string.Join(',', ports.Select(p => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{p}")))}/carillon";

    /// <param name="directory">Where its data goes; a directory of its own unless given.</param>
    public static async Task<PostgreSqlServer> StartAsync(string? directory = null)
    {
        Assert.SkipWhen(Programs is null, "PostgreSQL is not installed: apt-get install postgresql");
        var server = new PostgreSqlServer(directory);
        try
        {
            // PostgreSQL refuses to run as root.
            await RunAsync("chown", "postgres", server._directory.FullName);
            await RunAsPostgresAsync(Path.Combine(Programs!, "initdb"), "-D", server.Data, "-U", "carillon", "-A", "trust", "-E", "UTF8", "--no-sync");
            await server.UpAsync();
            await RunAsPostgresAsync(Path.Combine(Programs!, "createdb"), "-h", "127.0.0.1", "-p", server.PortText, "-U", "carillon", "carillon");
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>A copy of this server that follows it; this one acknowledges no commit before the copy has it.</summary>
    public async Task<PostgreSqlServer> AddSynchronousStandbyAsync()
    {
        var standby = new PostgreSqlServer(null);
        try
        {
            await RunAsync("chown", "postgres", standby._directory.FullName);
            await RunAsPostgresAsync(Path.Combine(Programs!, "pg_basebackup"), "-h", "127.0.0.1", "-p", PortText, "-U", "carillon", "-D", standby.Data, "-R", "--no-sync", "--checkpoint=fast");
            await standby.UpAsync();
            await QueryAsync("ALTER SYSTEM SET synchronous_standby_names = '*'");
            await QueryAsync("SELECT pg_reload_conf()");
            return standby;
        }
        catch
        {
            await standby.DisposeAsync();
            throw;
        }
    }

    /// <summary>A standby becomes a server of its own, which takes writes.</summary>
    public async Task PromoteAsync()
    {
        // Nobody follows the one that was promoted: waiting for a copy would have no end.
        await QueryAsync("ALTER SYSTEM RESET synchronous_standby_names");
        await RunAsPostgresAsync(Path.Combine(Programs!, "pg_ctl"), "-D", Data, "-w", "promote");
    }

    public Task QueryAsync(string sql) =>
        RunAsPostgresAsync(Path.Combine(Programs!, "psql"), "-h", "127.0.0.1", "-p", PortText, "-U", "carillon", "-c", sql, "carillon");

    public async Task<bool> IsUpAsync()
    {
        try
        {
            await RunAsPostgresAsync(Path.Combine(Programs!, "pg_ctl"), "-D", Data, "status");
            return true;
        }
        catch (XunitException)
        {
            return false;
        }
    }

    public Task UpAsync() => RunAsPostgresAsync(
        Path.Combine(Programs!, "pg_ctl"), "-D", Data, "-w", "-l", Path.Combine(_directory.FullName, "log"),
        "-o", $"-p {PortText} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=200", "start");

    /// <summary>As a crash: nothing is brought to an end in order.</summary>
    public Task CrashAsync() => RunAsPostgresAsync(Path.Combine(Programs!, "pg_ctl"), "-D", Data, "-m", "immediate", "-w", "stop");

    public async ValueTask DisposeAsync()
    {
        try
        {
            await CrashAsync();
        }
        catch (XunitException)
        {
            // It was down already.
        }

        if (_isOwnDirectory) _directory.Delete(recursive: true);
    }

    private string PortText => Port.ToString(CultureInfo.InvariantCulture);

    private static string? Programs { get; } = Directory.Exists("/usr/lib/postgresql")
        ? Directory.GetDirectories("/usr/lib/postgresql").Select(d => Path.Combine(d, "bin")).Where(d => File.Exists(Path.Combine(d, "initdb"))).Order(StringComparer.Ordinal).LastOrDefault()
        : null;

    private static Task RunAsPostgresAsync(string program, params string[] arguments) =>
        Environment.UserName == "root" ? RunAsync("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", program, .. arguments]) : RunAsync(program, arguments);

    private static async Task RunAsync(string program, params string[] arguments)
    {
        // Its output goes nowhere: a server that it leaves behind would keep a pipe open.
        var start = new ProcessStartInfo("sh") { UseShellExecute = false, WorkingDirectory = "/" };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("exec \"$@\" >/dev/null 2>&1");
        start.ArgumentList.Add("sh");
        start.ArgumentList.Add(program);
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with code {process.ExitCode}.");
    }
}
