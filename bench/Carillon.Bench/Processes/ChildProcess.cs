using System.Diagnostics;
using System.Globalization;

namespace Carillon.Bench.Processes;

/// <summary>
/// A program that the bench starts and always ends. Its output goes straight into a file: reading it through a pipe would cost the
/// processor time that is being measured.
/// </summary>
internal sealed class ChildProcess : IDisposable
{
    private static readonly Lock Living = new();
    private static readonly HashSet<ChildProcess> All = [];

    private readonly Process _process;

    static ChildProcess() => AppDomain.CurrentDomain.ProcessExit += (_, _) => KillAll();

    private ChildProcess(Process process, string outputPath)
    {
        _process = process;
        OutputPath = outputPath;
    }

    public int Id => _process.Id;

    public string OutputPath { get; }

    public bool HasEnded => _process.HasExited;

    public static ChildProcess Start(string outputPath, IEnumerable<string> command, params (string Name, string Value)[] environment)
    {
        // The shell gives way to the program (exec), so that the process id is the program's.
        var start = new ProcessStartInfo("/bin/sh", ["-c", "out=$1; shift; exec \"$@\" >\"$out\" 2>&1", "sh", outputPath, .. command])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        var child = new ChildProcess(Process.Start(start)!, outputPath);
        lock (Living) All.Add(child);
        return child;
    }

    /// <summary>Everything that it has said.</summary>
    public string Output()
    {
        if (!File.Exists(OutputPath)) return "";
        using var stream = new FileStream(OutputPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <summary>Asks it to end (SIGTERM); false when it has not within the time, and is killed.</summary>
    public bool Stop(TimeSpan within)
    {
        if (!HasEnded)
        {
            using var kill = Process.Start("/bin/kill", ["-TERM", Id.ToString(CultureInfo.InvariantCulture)]);
            kill.WaitForExit();
        }

        return _process.WaitForExit(within);
    }

    public void Dispose()
    {
        lock (Living) All.Remove(this);
        Kill();
        _process.Dispose();
    }

    public static void KillAll()
    {
        lock (Living)
        {
            foreach (var child in All) child.Kill();
        }
    }

    private void Kill()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit(TimeSpan.FromSeconds(5));
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself.
        }
    }
}
