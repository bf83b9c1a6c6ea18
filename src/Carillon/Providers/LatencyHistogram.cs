namespace Carillon.Providers;

/// <summary>
/// How long sends took, counted in buckets that grow by a quarter: percentiles are within an eighth of the truth, and the counts of several
/// nodes and hours add up. Not thread-safe.
/// </summary>
public sealed class LatencyHistogram
{
    // From 0.1 ms on; the last takes what is longer, 100 s and more.
    private const int Buckets = 64;
    private const double First = 0.1;
    private const double Growth = 1.25;

    private readonly long[] _counts = new long[Buckets];

    public long Count { get; private set; }

    public void Add(TimeSpan took)
    {
        _counts[BucketOf(took)]++;
        Count++;
    }

    public void Add(LatencyHistogram other)
    {
        for (var i = 0; i < Buckets; i++) _counts[i] += other._counts[i];
        Count += other.Count;
    }

    public void Clear()
    {
        Array.Clear(_counts);
        Count = 0;
    }

    public LatencyHistogram Copy()
    {
        var copy = new LatencyHistogram();
        copy.Add(this);
        return copy;
    }

    /// <summary>In milliseconds, the middle of the bucket in which it lies; null where nothing was counted.</summary>
    public double? Percentile(double part)
    {
        if (Count == 0) return null;
        var rank = (long)Math.Ceiling(Count * part);
        var bucket = 0;
        for (var seen = _counts[0]; seen < rank; seen += _counts[bucket]) bucket++;
        return First * Math.Pow(Growth, bucket - 0.5);
    }

    /// <summary>Of each bucket that is not empty its number, a byte, and its count in groups of seven bits, lowest first.</summary>
    public byte[] ToBytes()
    {
        var bytes = new List<byte>();
        for (var i = 0; i < Buckets; i++)
        {
            if (_counts[i] == 0) continue;
            bytes.Add((byte)i);
            var rest = (ulong)_counts[i];
            for (; rest >= 0x80; rest >>= 7) bytes.Add((byte)(rest | 0x80));
            bytes.Add((byte)rest);
        }

        return [.. bytes];
    }

    /// <exception cref="FormatException">These are none of <see cref="ToBytes"/>.</exception>
    public static LatencyHistogram FromBytes(ReadOnlySpan<byte> bytes)
    {
        var histogram = new LatencyHistogram();
        for (var at = 0; at < bytes.Length;)
        {
            int bucket = bytes[at++];
            ulong count = 0;
            for (var shift = 0; ; shift += 7)
            {
                if (bucket >= Buckets || at == bytes.Length || shift > 56) throw new FormatException("This is no histogram of latencies.");
                var part = bytes[at++];
                count |= (ulong)(part & 0x7F) << shift;
                if (part < 0x80) break;
            }

            histogram._counts[bucket] += (long)count;
            histogram.Count += (long)count;
        }

        return histogram;
    }

    private static int BucketOf(TimeSpan took) =>
        Math.Clamp((int)Math.Ceiling(Math.Log(Math.Max(took.TotalMilliseconds, First) / First) / Math.Log(Growth)), 0, Buckets - 1);
}
