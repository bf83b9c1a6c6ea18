using System.Globalization;

namespace Carillon.Bench.Processes;

/// <summary>What a process has used so far, as Linux counts it (in steps of 10 ms).</summary>
internal readonly record struct ProcessUsage(TimeSpan Processor, TimeSpan Kernel, long PeakBytes, long WrittenBytes)
{
    private const double TicksPerSecond = 100;

    public static ProcessUsage Of(int processId)
    {
        // The name in parentheses may hold blanks: count the fields behind it. utime and stime are the 14th and 15th of all.
        var stat = File.ReadAllText($"/proc/{processId}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var user = double.Parse(fields[11], CultureInfo.InvariantCulture);
        var kernel = double.Parse(fields[12], CultureInfo.InvariantCulture);
        return new ProcessUsage(
            TimeSpan.FromSeconds((user + kernel) / TicksPerSecond), TimeSpan.FromSeconds(kernel / TicksPerSecond),
            Field($"/proc/{processId}/status", "VmHWM:") * 1024, Field($"/proc/{processId}/io", "write_bytes:"));
    }

    public static ProcessUsage OfSelf() => Of(Environment.ProcessId);

    public ProcessUsage Since(ProcessUsage before) =>
        new(Processor - before.Processor, Kernel - before.Kernel, PeakBytes, WrittenBytes - before.WrittenBytes);

    public ProcessUsage Plus(ProcessUsage other) =>
        new(Processor + other.Processor, Kernel + other.Kernel, PeakBytes + other.PeakBytes, WrittenBytes + other.WrittenBytes);

    private static long Field(string path, string name)
    {
        try
        {
            var line = File.ReadLines(path).FirstOrDefault(l => l.StartsWith(name, StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line[name.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
        }
        catch (UnauthorizedAccessException)
        {
            // A process under another user (the sink) does not show everything.
            return 0;
        }
    }
}
