using Carillon.Channels;
using Carillon.Storage;

namespace Carillon.Providers;

/// <summary>
/// Sums what this node sees of a provider by quarter hours, until it is written. A quarter hour in which the node sent nothing through it is
/// not counted at all: nobody knows how the provider was. Thread-safe.
/// </summary>
internal sealed class ProviderMeter
{
    /// <summary>Ten days: what is older while the store takes nothing is given up.</summary>
    private const int MostKept = 960;

    private readonly Lock _lock = new();
    private readonly Queue<Sum> _ended = new();
    private Sum? _current;
    private DateTimeOffset _watchedUntil;
    private bool _isClosed = true;

    public void Note(SendOutcome outcome, TimeSpan took, DateTimeOffset now)
    {
        lock (_lock)
        {
            var sum = Advance(now);
            sum.Sends = sum.Sends.With(outcome);
            sum.Times.Add(took);
        }
    }

    /// <summary>Counts from the moment that was noted last.</summary>
    public void SetCircuit(bool isClosed)
    {
        lock (_lock) _isClosed = isClosed;
    }

    /// <summary>What is to be written, each quarter hour with all that this node has seen of it so far, earliest first.</summary>
    public IReadOnlyList<ProviderQuarter> Unwritten(Guid provider, DateTimeOffset now)
    {
        lock (_lock)
        {
            if (_current is null) return [];
            var current = Advance(now);
            var sums = current.Sends.Total > 0 ? _ended.Append(current) : _ended;
            return [.. sums.Select(s => new ProviderQuarter(provider, s.Begin, s.Sends, s.Times.Copy(), s.Observed, s.Down))];
        }
    }

    /// <summary>These are in the store: those that have ended need not be kept.</summary>
    public void Written(IReadOnlyList<ProviderQuarter> quarters)
    {
        lock (_lock)
        {
            // What ended since they were taken is not yet there in full, and stands behind them.
            while (_ended.TryPeek(out var first) && quarters.Any(q => q.Begin == first.Begin && q.Observed == first.Observed && q.Sends == first.Sends))
                _ended.Dequeue();
        }
    }

    private Sum Advance(DateTimeOffset now)
    {
        var begin = Quarter.BeginOf(now);
        if (_current is null)
        {
            _watchedUntil = now;
            return _current = new Sum(begin);
        }

        // A clock that steps back adds nothing until it is where it was.
        if (begin > _current.Begin)
        {
            Watch(_current, _current.Begin + Quarter.Length);
            if (_current.Sends.Total > 0) _ended.Enqueue(_current);
            if (_ended.Count > MostKept) _ended.Dequeue();
            _current = new Sum(begin);
            _watchedUntil = begin;
        }

        Watch(_current, now);
        return _current;
    }

    private void Watch(Sum sum, DateTimeOffset until)
    {
        if (until <= _watchedUntil) return;
        sum.Observed += until - _watchedUntil;
        if (!_isClosed) sum.Down += until - _watchedUntil;
        _watchedUntil = until;
    }

    private sealed class Sum(DateTimeOffset begin)
    {
        public DateTimeOffset Begin => begin;

        public SendCounts Sends { get; set; }

        public LatencyHistogram Times { get; } = new();

        public TimeSpan Observed { get; set; }

        public TimeSpan Down { get; set; }
    }
}
