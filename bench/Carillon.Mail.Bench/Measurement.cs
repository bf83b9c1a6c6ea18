using System.Diagnostics;

namespace Carillon.Mail.Bench;

/// <summary>How many messages, in what time, at what cost to this process (the sink's is not counted).</summary>
internal sealed record Measurement(long Messages, TimeSpan Time, TimeSpan Processor, long Allocated)
{
    public double PerSecond => Messages / Time.TotalSeconds;

    public static async Task<Measurement> OfAsync(int seconds, Func<CancellationToken, Task<long>> send)
    {
        using var process = Process.GetCurrentProcess();
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        TimeSpan processor = process.TotalProcessorTime;
        long allocated = GC.GetTotalAllocatedBytes();
        long start = Stopwatch.GetTimestamp();
        long messages = await send(stop.Token);
        TimeSpan time = Stopwatch.GetElapsedTime(start);
        process.Refresh();
        return new Measurement(messages, time, process.TotalProcessorTime - processor, GC.GetTotalAllocatedBytes() - allocated);
    }

    public override string ToString() =>
        $"{PerSecond,10:N0} messages/s, {Processor.TotalMicroseconds / Messages,6:0.0} µs of processor and {Allocated / Messages:N0} octets allocated each";
}
