using Carillon.Channels;

namespace Carillon.Providers;

/// <summary>How a provider has done of late on this node: outcomes and times of the last five minutes, by the minute. Thread-safe.</summary>
public sealed class ProviderHealth
{
    private const int Slices = 5;
    private const int KeptErrors = 5;
    private static readonly TimeSpan SliceLength = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Slice[] _slices = [.. Enumerable.Range(0, Slices).Select(_ => new Slice())];
    private readonly Queue<ProviderError> _errors = new();
    private readonly long[] _totals = new long[Enum.GetValues<SendOutcome>().Length];
    private double _latency;
    private DateTimeOffset _latencyAt;

    /// <summary>The same for good: what is written to the store.</summary>
    internal ProviderMeter Meter { get; } = new();

    /// <summary>Sends since the start, by their outcome's number.</summary>
    public IReadOnlyList<long> Totals
    {
        get
        {
            lock (_lock) return [.. _totals];
        }
    }

    internal void Note(SendResult result, TimeSpan took, DateTimeOffset now)
    {
        Meter.Note(result.Outcome, took, now);
        lock (_lock)
        {
            var number = now.UtcTicks / SliceLength.Ticks;
            var slice = _slices[(int)(number % Slices)];
            if (slice.Number != number) slice.Begin(number);
            slice.Sends++;
            _totals[(int)result.Outcome]++;
            var isGood = result.Outcome is SendOutcome.Accepted or SendOutcome.Rejected;
            if (isGood) slice.Good++;
            slice.Times.Add(took);
            // What failed fast is not fast.
            if (isGood)
            {
                _latency = _latencyAt == default ? took.TotalMilliseconds : (_latency * 0.9) + (took.TotalMilliseconds * 0.1);
                _latencyAt = now;
            }

            if (result.Outcome is not (SendOutcome.Unavailable or SendOutcome.Unknown or SendOutcome.RetryAfter)) return;
            if (_errors.Count == KeptErrors) _errors.Dequeue();
            _errors.Enqueue(new ProviderError(now, result.Outcome, result.Answer));
        }
    }

    /// <summary>Moving average in milliseconds. It fades by half each minute without a send, so that a slow one gets another chance.</summary>
    internal double Latency(DateTimeOffset now)
    {
        lock (_lock) return _latencyAt == default ? 0 : _latency * double.Exp2(-Math.Max(0, (now - _latencyAt).TotalMinutes));
    }

    public HealthFigures Figures(DateTimeOffset now)
    {
        lock (_lock)
        {
            var number = now.UtcTicks / SliceLength.Ticks;
            var times = new LatencyHistogram();
            long sends = 0, good = 0;
            foreach (var slice in _slices)
            {
                if (slice.Number <= number - Slices || slice.Number > number) continue;
                sends += slice.Sends;
                good += slice.Good;
                times.Add(slice.Times);
            }

            return new HealthFigures(
                sends, sends == 0 ? null : (double)good / sends, times.Percentile(0.5), times.Percentile(0.95), times.Percentile(0.99),
                [.. _errors.Reverse()]);
        }
    }

    private sealed class Slice
    {
        public long Number { get; private set; } = -1;

        public long Sends { get; set; }

        public long Good { get; set; }

        public LatencyHistogram Times { get; } = new();

        public void Begin(long number)
        {
            Number = number;
            Sends = Good = 0;
            Times.Clear();
        }
    }
}

/// <param name="SuccessRate">Of the sends of the last five minutes, how many the gateway decided: accepted or rejected. Null without a send.</param>
/// <param name="P50">Milliseconds.</param>
/// <param name="Errors">The last ones, newest first.</param>
public sealed record HealthFigures(long Sends, double? SuccessRate, double? P50, double? P95, double? P99, IReadOnlyList<ProviderError> Errors);

public sealed record ProviderError(DateTimeOffset At, SendOutcome Outcome, string? Answer);
