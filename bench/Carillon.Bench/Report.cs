using System.Globalization;
using System.Text.Json;

namespace Carillon.Bench;

/// <summary>Prints measurements, as a table or as JSON lines, as they come.</summary>
internal sealed class Report(bool json)
{
    private const string Head =
        "                                                   messages   seconds  messages/s  of limit   p50 ms   p99 ms  server µs  sink µs  load µs  peak MB";

    private bool _begun;

    public void Add(Measurement measurement)
    {
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(new
            {
                name = measurement.Name,
                messages = measurement.Messages,
                seconds = measurement.Time.TotalSeconds,
                per_second = measurement.PerSecond,
                limit = measurement.Limit,
                of_limit = measurement.OfLimit,
                p50_ms = measurement.Intake?.Percentile(0.5),
                p99_ms = measurement.Intake?.Percentile(0.99),
                refused = measurement.Intake?.Refused,
                server_microseconds = Each(measurement, measurement.Server),
                server_kernel_microseconds = measurement.Server?.Kernel.TotalMicroseconds / measurement.Messages,
                sink_microseconds = Each(measurement, measurement.Sink),
                load_microseconds = Each(measurement, measurement.Load),
                peak_bytes = measurement.Server?.PeakBytes,
                written_bytes = measurement.Server?.WrittenBytes,
                notes = measurement.Notes,
            }));
            return;
        }

        if (!_begun) Console.WriteLine(Head);
        _begun = true;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{measurement.Name,-48} {measurement.Messages,10:N0} {measurement.Time.TotalSeconds,9:0.00} {measurement.PerSecond,11:N0} {measurement.OfLimit,9:0.00}"
            + $" {measurement.Intake?.Percentile(0.5),8:0.0} {measurement.Intake?.Percentile(0.99),8:0.0}"
            + $" {Each(measurement, measurement.Server),10:0.0} {Each(measurement, measurement.Sink),8:0.0} {Each(measurement, measurement.Load),8:0.0}"
            + $" {measurement.Server?.PeakBytes / 1e6,8:0}"));
        if (Notes(measurement) is { } notes) Console.WriteLine($"    {notes}");
    }

    private static string? Notes(Measurement measurement)
    {
        var notes = measurement.Notes ?? "";
        if (measurement.Server is { } server)
            notes += string.Create(CultureInfo.InvariantCulture,
                $"; server {server.Processor / measurement.Time:0.00} cores, {server.Kernel / server.Processor:0%} of it kernel, {server.WrittenBytes / measurement.Messages:N0} octets written a message");
        if (measurement.Intake is { Refused: > 0 } intake) notes += string.Create(CultureInfo.InvariantCulture, $"; {intake.Refused:N0} requests refused and sent again");
        return notes.Length == 0 ? null : notes.TrimStart(';', ' ');
    }

    private static double? Each(Measurement measurement, Processes.ProcessUsage? usage) => usage?.Processor.TotalMicroseconds / measurement.Messages;
}
