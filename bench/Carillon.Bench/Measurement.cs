using Carillon.Bench.Load;
using Carillon.Bench.Processes;

namespace Carillon.Bench;

/// <summary>One line of the table.</summary>
internal sealed record Measurement(string Name)
{
    public required long Messages { get; init; }

    public required TimeSpan Time { get; init; }

    public double PerSecond => Messages / Time.TotalSeconds;

    /// <summary>What this is set against, messages a second; null for a limit itself.</summary>
    public double? Limit { get; init; }

    public double? OfLimit => PerSecond / Limit;

    public ProcessUsage? Server { get; init; }

    public ProcessUsage? Sink { get; init; }

    public ProcessUsage? Load { get; init; }

    public LoadResult? Intake { get; init; }

    public string? Notes { get; init; }
}
