using Carillon.Messages;
using Carillon.Providers;

namespace Carillon.Storage;

/// <summary>A node's figures of a quarter hour as they are stored.</summary>
internal sealed class FigureRow
{
    public long Quarter { get; set; }

    public long Accepted { get; set; }

    public long Rejected { get; set; }

    public long Unavailable { get; set; }

    public long RetryAfter { get; set; }

    public long Unknown { get; set; }

    public long ObservedMs { get; set; }

    public long DownMs { get; set; }

    public byte[] Times { get; set; } = [];

    /// <summary>Adds up what nodes have of the same quarter hour. The rows stand in the order of their quarter hours.</summary>
    public static IReadOnlyList<ProviderQuarter> Sum(Guid provider, IEnumerable<FigureRow> rows)
    {
        var sums = new List<ProviderQuarter>();
        foreach (var row in rows)
        {
            var quarter = row.ToQuarter(provider);
            if (sums.Count == 0 || sums[^1].Begin != quarter.Begin)
            {
                sums.Add(quarter);
                continue;
            }

            var sum = sums[^1];
            sum.Times.Add(quarter.Times);
            sums[^1] = sum with { Sends = sum.Sends + quarter.Sends, Observed = sum.Observed + quarter.Observed, Down = sum.Down + quarter.Down };
        }

        return sums;
    }

    private ProviderQuarter ToQuarter(Guid provider) => new(
        provider, DateTimeOffset.FromUnixTimeMilliseconds(Quarter), new SendCounts(Accepted, Rejected, Unavailable, RetryAfter, Unknown),
        LatencyHistogram.FromBytes(Times), TimeSpan.FromMilliseconds(ObservedMs), TimeSpan.FromMilliseconds(DownMs));
}

/// <summary>A sum of counters as it is read.</summary>
internal sealed class ProviderCountRow
{
    public long Quarter { get; set; }

    public long Status { get; set; }

    public long Count { get; set; }

    public ProviderCount ToCount() => new(DateTimeOffset.FromUnixTimeMilliseconds(Quarter), (MessageStatus)Status, Count);
}
