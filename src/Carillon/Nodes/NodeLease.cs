namespace Carillon.Nodes;

/// <summary>
/// This node's right to send. Renewed by each heartbeat; when it lapses the node stops by its own monotonic clock, before others take
/// over what it owns. Where nobody else uses the store it never lapses. Thread-safe.
/// </summary>
internal sealed class NodeLease(TimeProvider time, bool isShared)
{
    /// <summary>How long a node may go on without having been heard.</summary>
    public static readonly TimeSpan Duration = TimeSpan.FromSeconds(10);

    /// <summary>How long others wait beyond that, each by its own clock, before they take over.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(14);

    private long _renewedAt = time.GetTimestamp();
    private long _epoch;

    /// <summary>This node's incarnation; another after it was taken for dead.</summary>
    public long Epoch => Interlocked.Read(ref _epoch);

    public bool IsHeld => !isShared || time.GetElapsedTime(Interlocked.Read(ref _renewedAt)) < Duration;

    public void Begin(long epoch, long asked)
    {
        Interlocked.Exchange(ref _epoch, epoch);
        Renew(asked);
    }

    /// <param name="asked">The timestamp from before the heartbeat was sent: the lease counts from there.</param>
    public void Renew(long asked) => Interlocked.Exchange(ref _renewedAt, asked);
}
