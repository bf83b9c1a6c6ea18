namespace Carillon.Storage;

/// <summary>The quarter hours by which counters and figures are kept: the offsets of all time zones are multiples of them.</summary>
public static class Quarter
{
    public const long Milliseconds = 15 * 60 * 1000;

    public static readonly TimeSpan Length = TimeSpan.FromMilliseconds(Milliseconds);

    /// <summary>Its beginning, as it is stored.</summary>
    public static long Of(DateTimeOffset time)
    {
        var milliseconds = time.ToUnixTimeMilliseconds();
        return milliseconds - (milliseconds % Milliseconds);
    }

    /// <summary>Its beginning.</summary>
    public static DateTimeOffset BeginOf(DateTimeOffset time) => DateTimeOffset.FromUnixTimeMilliseconds(Of(time));
}
