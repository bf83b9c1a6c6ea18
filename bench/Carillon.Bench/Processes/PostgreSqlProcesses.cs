using System.Globalization;
using Carillon.Bench.Raw;

namespace Carillon.Bench.Processes;

/// <summary>A PostgreSQL server on this machine: the processor time of all its processes, those that have ended among them.</summary>
internal sealed class PostgreSqlProcesses(int postmaster)
{
    private const double TicksPerSecond = 100;

    /// <summary>The one behind the URL; it must run on this machine.</summary>
    public static async Task<PostgreSqlProcesses> FindAsync(string url)
    {
        await using var handle = await PostgreSqlHandle.OpenAsync(url);
        var backend = await handle.CountAsync("SELECT pg_backend_pid()::bigint");
        var fields = Fields($"/proc/{backend}/stat") ?? throw new BenchException("PostgreSQL does not run on this machine: its processor time cannot be seen.");
        return new PostgreSqlProcesses(int.Parse(fields[1], CultureInfo.InvariantCulture));
    }

    public TimeSpan Processor()
    {
        var parent = postmaster.ToString(CultureInfo.InvariantCulture);
        // Of the first process also what its children that have ended used.
        var ticks = Ticks($"/proc/{parent}/stat", 11, 12, 13, 14);
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (!char.IsAsciiDigit(Path.GetFileName(directory)[0])) continue;
            var stat = directory + "/stat";
            if (Fields(stat) is { } fields && fields[1] == parent) ticks += Ticks(stat, 11, 12);
        }

        return TimeSpan.FromSeconds(ticks / TicksPerSecond);
    }

    private static double Ticks(string stat, params int[] fields) =>
        Fields(stat) is { } all ? fields.Sum(f => double.Parse(all[f], CultureInfo.InvariantCulture)) : 0;

    /// <summary>From the state on, which follows the name in parentheses; null when the process has ended.</summary>
    private static string[]? Fields(string path)
    {
        try
        {
            var stat = File.ReadAllText(path);
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }
}
