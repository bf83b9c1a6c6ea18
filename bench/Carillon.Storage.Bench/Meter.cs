using System.Diagnostics;
using System.Globalization;

namespace Carillon.Storage.Bench;

/// <summary>Wall time, processor time and allocation of one part.</summary>
internal sealed class Meter
{
    private readonly Process _process = Process.GetCurrentProcess();
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly long _allocated = GC.GetTotalAllocatedBytes(precise: true);
    private readonly TimeSpan _processor;

    public Meter() => _processor = _process.TotalProcessorTime;

    /// <summary>Prints a line; returns messages per second.</summary>
    public double Report(string what, int messages, long size = 0, string more = "")
    {
        var elapsed = Stopwatch.GetElapsedTime(_start);
        _process.Refresh();
        var processor = _process.TotalProcessorTime - _processor;
        var rate = messages / elapsed.TotalSeconds;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{what,-34} {rate,9:N0}/s  {processor.TotalMicroseconds / messages,6:N1} us cpu  {(GC.GetTotalAllocatedBytes(true) - _allocated) / messages,6:N0} B alloc  {size / (double)messages,6:N0} B disk  rss {Environment.WorkingSet >> 20} MB  {more}"));
        return rate;
    }
}
