using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;

namespace Carillon.EndToEnd.Tests.Rig;

/// <summary>The real server as a process of its own, which can be killed at any moment. Disposing kills it.</summary>
internal sealed partial class ServerProcess : IAsyncDisposable
{
    private const int MaxOutput = 64 << 10;

    // Whatever happens to the tests, no server outlives them.
    private static readonly HashSet<Process> Alive = [];

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly Lock _lock = new();

    static ServerProcess() => AppDomain.CurrentDomain.ProcessExit += (_, _) => KillAll();

    private ServerProcess(ServerSetup setup)
    {
        Setup = setup;
        Address = new Uri($"http://127.0.0.1:{setup.Port}");
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.ArgumentList.Add(ServerProgram.Path);
        foreach (var argument in setup.Arguments) start.ArgumentList.Add(argument);
        setup.ApplyTo(start.Environment);
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Add(line.Data);
        _process.ErrorDataReceived += (_, line) => Add(line.Data);
        lock (Alive) Alive.Add(_process);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public ServerSetup Setup { get; }

    public Uri Address { get; }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <summary>What it has printed, on both streams.</summary>
    public string Output
    {
        get
        {
            lock (_lock) return _output.ToString();
        }
    }

    /// <summary>Starts it and does not wait for anything.</summary>
    public static ServerProcess Launch(ServerSetup setup) => new(setup);

    /// <summary>Starts it and waits until it is ready; learns the key of a first start.</summary>
    public static async Task<ServerProcess> StartAsync(ServerSetup setup)
    {
        var server = new ServerProcess(setup);
        try
        {
            await server.WaitUntilReadyAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async Task WaitUntilReadyAsync()
    {
        using var http = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(5) };
        await Eventually.TrueAsync(
            async () =>
            {
                if (HasExited) Assert.Fail($"The server ended with code {ExitCode} instead of becoming ready:\n{Output}");
                try
                {
                    using var answer = await http.GetAsync("/health/ready", TestContext.Current.CancellationToken);
                    if (answer.StatusCode != HttpStatusCode.OK) return false;
                }
                catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
                {
                    return false;
                }

                return Setup.Key is not null || LearnKey();
            },
            "the server to become ready and to have an API key",
            state: () => Output);
    }

    /// <summary>SIGKILL: nothing of it runs any more when this returns.</summary>
    public void Kill()
    {
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit();
        Forget();
    }

    /// <summary>SIGTERM; it has ended when this returns.</summary>
    public async Task TerminateAsync()
    {
        await SignalAsync("-TERM");
        await WaitForExitAsync();
    }

    /// <summary>SIGSTOP: it stands still where it is, until <see cref="ContinueAsync"/>.</summary>
    public Task SuspendAsync() => SignalAsync("-STOP");

    public Task ContinueAsync() => SignalAsync("-CONT");

    public async Task WaitForExitAsync()
    {
        await Eventually.TrueAsync(() => _process.HasExited, "the server to end", state: () => Output);
        // Also until its output is read to the end.
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Forget();
    }

    /// <summary>Processor time that it has used since its start.</summary>
    public TimeSpan ProcessorTime()
    {
        _process.Refresh();
        return _process.TotalProcessorTime;
    }

    /// <summary>The most memory that it has had (VmHWM), in bytes; 0 where the system does not tell.</summary>
    public long PeakMemory()
    {
        var status = $"/proc/{Id}/status";
        if (!File.Exists(status)) return 0;
        var line = File.ReadLines(status).FirstOrDefault(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
        return line is null ? 0 : long.Parse(line["VmHWM:".Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), System.Globalization.CultureInfo.InvariantCulture) << 10;
    }

    /// <summary>A client with the administrator's key.</summary>
    public HttpClient CreateClient(string? key = null) => new()
    {
        BaseAddress = Address,
        Timeout = TimeSpan.FromSeconds(60),
        DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", key ?? Setup.Key) },
    };

    public Api CreateApi(string? key = null) => new(CreateClient(key));

    public ValueTask DisposeAsync()
    {
        Kill();
        _process.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [signal, Id.ToString(System.Globalization.CultureInfo.InvariantCulture)])!;
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    private bool LearnKey()
    {
        var match = KeyPattern().Match(Output);
        if (match.Success) Setup.Key = match.Value;
        return match.Success;
    }

    private void Add(string? line)
    {
        if (line is null) return;
        lock (_lock)
        {
            if (_output.Length < MaxOutput) _output.AppendLine(line);
        }
    }

    private void Forget()
    {
        lock (Alive) Alive.Remove(_process);
    }

    private static void KillAll()
    {
        lock (Alive)
        {
            foreach (var process in Alive)
            {
                try
                {
                    process.Kill();
                }
                catch (InvalidOperationException)
                {
                    // It has ended already.
                }
            }
        }
    }

    [GeneratedRegex("ck_[A-Za-z0-9_-]{16,}", RegexOptions.None, 1000)]
    private static partial Regex KeyPattern();
}
