namespace Carillon.Dispatch;

/// <summary>
/// What this node holds in memory, in messages and bytes, and whether a lane may hold more of it. Written under the lock of the
/// <see cref="LaneScheduler"/>.
/// </summary>
internal sealed class LaneWindow(CarillonOptions options)
{
    /// <summary>What each lane may hold also where others have filled the window.</summary>
    public const int Foothold = 16;

    /// <summary>The least that a lane's even share is.</summary>
    private const int LeastShare = 64;

    private int _messages;
    private long _bytes;

    /// <summary>May be read without the lock.</summary>
    public int Messages => Volatile.Read(ref _messages);

    /// <summary>Bytes that are left of the window.</summary>
    public long BytesLeft => options.WindowBytes - _bytes;

    /// <summary>
    /// A lane may hold its even share of the window, and at least 64 messages; critical lanes may go a quarter beyond the window.
    /// Bytes count as messages do. A window that others have filled, perhaps with messages for a provider that is down, still leaves each lane a foothold, up to
    /// twice the window in all.
    /// </summary>
    /// <param name="lanes">That share it.</param>
    public bool HasRoom(Lane lane, int lanes)
    {
        if (lane.IsCritical) return Fits(options.Window + (options.Window / 4));
        return Fits(options.Window)
            ? lane.InMemory < EvenShare(lanes)
            : lane.InMemory < Foothold && Fits(options.Window * 2L);
    }

    /// <summary>How many messages a lane may hold now.</summary>
    public int ShareOf(Lane lane, int lanes) =>
        lane.IsCritical ? options.Window / 4 : Fits(options.Window) ? EvenShare(lanes) : Foothold;

    /// <summary>A message of the lane takes its room.</summary>
    public void Add(Lane lane, long bytes)
    {
        Hold(lane, 1, bytes);
        lane.UsualWeight = lane.UsualWeight is { } usual ? ((usual * 7) + bytes) / 8 : bytes;
    }

    public void Remove(Lane lane, long bytes) => Hold(lane, -1, -bytes);

    /// <summary>Room for messages that have not come yet; or it is given back, where both are negative.</summary>
    public void Hold(Lane lane, int messages, long bytes)
    {
        lane.InMemory += messages;
        _messages += messages;
        _bytes += bytes;
    }

    private bool Fits(long window) => _messages < window && _bytes < options.WindowBytes / options.Window * window;

    private int EvenShare(int lanes) => Math.Max(LeastShare, options.Window / Math.Max(1, lanes));
}
