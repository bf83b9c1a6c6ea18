using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Carillon.Bench.Processes;

/// <summary>The real server, as a user starts it, on a data directory of its own.</summary>
internal sealed partial class ServerProcess : IDisposable
{
    private readonly ChildProcess _process;

    private ServerProcess(ChildProcess process, int port, string dataDirectory, string adminKey)
    {
        _process = process;
        Port = port;
        DataDirectory = dataDirectory;
        AdminKey = adminKey;
    }

    public int Id => _process.Id;

    public int Port { get; }

    public string DataDirectory { get; }

    public string AdminKey { get; }

    public string DatabasePath => Path.Combine(DataDirectory, "carillon.db");

    public ProcessUsage Usage => ProcessUsage.Of(_process.Id);

    public bool HasEnded => _process.HasEnded;

    public string Output => _process.Output();

    /// <summary>On data that is empty.</summary>
    public static async Task<ServerProcess> StartAsync(BenchOptions options, string directory)
    {
        if (options.Database is { } database) await Raw.PostgreSqlHandle.ClearAsync(database);
        return await StartAsync(options, directory, knownKey: null);
    }

    /// <summary>Beside a node that has begun, on the same database.</summary>
    public static Task<ServerProcess> JoinAsync(BenchOptions options, string directory, ServerProcess first) =>
        StartAsync(options, directory, first.AdminKey);

    private static async Task<ServerProcess> StartAsync(BenchOptions options, string directory, string? knownKey)
    {
        var program = options.Server ?? FindProgram();
        if (!File.Exists(program)) throw new BenchException($"There is no server at {program}: build it with dotnet build -c Release src/Carillon.Server.");
        var data = Path.Combine(directory, "data-" + Path.GetRandomFileName());
        Directory.CreateDirectory(data);
        var port = FreePort.Find();
        var number = port.ToString(CultureInfo.InvariantCulture);
        var process = ChildProcess.Start(
            Path.Combine(directory, $"server-{port}.log"),
            ["dotnet", program],
            ("CARILLON_DATA", data), ("CARILLON_PORT", number), ("NOTIFICATIONS_PORT", number), ("NOTIFICATIONS_HOST", "127.0.0.1"),
            ("DATABASE_URL", options.Database ?? ""), ("ENCRYPTION_KEY", options.Database is null ? "" : "the same on all nodes of this bench"));
        var started = Stopwatch.GetTimestamp();
        using var client = new HttpClient();
        while (true)
        {
            if (process.HasEnded || Stopwatch.GetElapsedTime(started) > TimeSpan.FromSeconds(60))
            {
                var output = process.Output();
                process.Dispose();
                throw new BenchException($"The server does not start:\n{output}");
            }

            // The key is printed once, at the first start, and this is one.
            var key = knownKey ?? AdminKeyPattern().Match(process.Output()) switch { { Success: true, Value: var found } => found, _ => null };
            if (key is not null && await IsReadyAsync(client, port)) return new ServerProcess(process, port, data, key);
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }
    }

    /// <summary>Asks it to end, and says how long that took.</summary>
    public TimeSpan Stop()
    {
        var started = Stopwatch.GetTimestamp();
        if (!_process.Stop(TimeSpan.FromSeconds(60))) throw new BenchException("The server did not end within 60 s of SIGTERM.");
        return Stopwatch.GetElapsedTime(started);
    }

    public void Dispose() => _process.Dispose();

    private static async Task<bool> IsReadyAsync(HttpClient client, int port)
    {
        try
        {
            using var answer = await client.GetAsync(new Uri($"http://127.0.0.1:{port}/health/ready"));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static string FindProgram()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Carillon.slnx")))
                return Path.Combine(at.FullName, "src", "Carillon.Server", "bin", "Release", "net10.0", "Carillon.Server.dll");
        }

        throw new BenchException("The sources were not found above the bench: name the server's Carillon.Server.dll with --server.");
    }

    [GeneratedRegex("ck_[A-Za-z0-9_-]{16,}", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex AdminKeyPattern();
}
