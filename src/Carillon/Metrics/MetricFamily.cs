namespace Carillon.Metrics;

public enum MetricKind
{
    /// <summary>Only rises, but for a restart.</summary>
    Counter,

    Gauge,
}

/// <summary>A figure with its name, what it means, and how it is found: the same wherever it is shown.</summary>
/// <param name="Samples">Its values at a moment, each with other labels.</param>
public sealed record MetricFamily(string Name, MetricKind Kind, string Help, Func<MetricState, IEnumerable<MetricSample>> Samples);

/// <param name="Labels">Names and values, in the order in which they are shown.</param>
public readonly record struct MetricSample(double Value, params (string Name, string Value)[] Labels);

/// <summary>What figures are found from.</summary>
/// <param name="Stored">Null where the store cannot be asked: then figures of it have no samples.</param>
public sealed record MetricState(CarillonEngine Engine, InstallationFigures.Figures? Stored, DateTimeOffset Now);
