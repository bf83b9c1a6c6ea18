using System.Diagnostics;
using System.Globalization;
using Xunit.Sdk;

namespace Carillon.EndToEnd.Tests.Rig;

/// <summary>A PostgreSQL server of one test's own, which can be stopped at any moment. Its directory goes with it.</summary>
internal sealed class PostgreSqlServer : IAsyncDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("carillon-pg-");
    private readonly int _port = FreePort.Find();

    private PostgreSqlServer()
    {
    }

    public string Url => string.Create(CultureInfo.InvariantCulture, $"postgresql://carillon@127.0.0.1:{_port}/carillon");

    private string Data => Path.Combine(_directory.FullName, "data");

    public static async Task<PostgreSqlServer> StartAsync()
    {
        Assert.SkipWhen(Programs is null, "PostgreSQL is not installed: apt-get install postgresql");
        var server = new PostgreSqlServer();
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

        _directory.Delete(recursive: true);
    }

    private string PortText => _port.ToString(CultureInfo.InvariantCulture);

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
