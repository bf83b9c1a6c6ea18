using System.Diagnostics.Metrics;
using Carillon.Storage;

namespace Carillon.Metrics;

/// <summary>
/// The engine's figures: read at once (<see cref="ReadAsync"/>), or by whoever listens to the meter <see cref="MeterName"/>, which has an
/// instrument for each of <see cref="MetricFamilies"/>. Nothing is counted twice for it, and nothing done while nobody asks. Thread-safe.
/// </summary>
public sealed class EngineMetrics : IDisposable
{
    public const string MeterName = "Carillon";

    private readonly Meter _meter;
    private readonly CarillonEngine _engine;
    private readonly InstallationFigures _stored;

    internal EngineMetrics(CarillonEngine engine)
    {
        _engine = engine;
        _stored = new InstallationFigures(engine.Storage, engine.Time);
        _meter = new Meter(new MeterOptions(MeterName) { Scope = engine });
        foreach (var family in MetricFamilies.All)
        {
            if (family.Kind == MetricKind.Counter) _meter.CreateObservableCounter(family.Name, () => Observe(family), description: family.Help);
            else _meter.CreateObservableGauge(family.Name, () => Observe(family), description: family.Help);
        }
    }

    /// <summary>All that figures are found from. What is read from the store may be five seconds old.</summary>
    /// <exception cref="StorageUnavailableException">The store cannot be read.</exception>
    public async ValueTask<MetricState> ReadAsync(CancellationToken cancellationToken = default) =>
        new(_engine, await _stored.GetAsync(cancellationToken), _engine.Time.GetUtcNow());

    public void Dispose()
    {
        _meter.Dispose();
        _stored.Dispose();
    }

    private IEnumerable<Measurement<double>> Observe(MetricFamily family) =>
        [.. family.Samples(new MetricState(_engine, Stored(), _engine.Time.GetUtcNow())).Select(
            sample => new Measurement<double>(sample.Value, [.. sample.Labels.Select(l => new KeyValuePair<string, object?>(l.Name, l.Value))]))];

    // Whoever listens asks from a thread of his own, and an instrument cannot be awaited.
    private InstallationFigures.Figures? Stored()
    {
        if (!_engine.IsRunning) return null;
        try
        {
            return _stored.GetAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is StorageUnavailableException or ObjectDisposedException)
        {
            return null;
        }
    }
}
