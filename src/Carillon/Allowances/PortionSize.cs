namespace Carillon.Allowances;

/// <summary>
/// How many messages a portion is for: about what is sent in a second, for what a crash leaves of one counts as sent. It doubles while portions
/// are used up within a second, and shrinks when one lasts ten. Guarded by its <see cref="Allowance"/>.
/// </summary>
/// <remarks>With a limit of 1,000 a day no more than 125 are out at once.</remarks>
internal sealed class PortionSize
{
    private const int First = 8;
    private const int Largest = 10_000;
    private static readonly TimeSpan Brisk = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(10);

    private DateTimeOffset _grantedAt;

    /// <summary>Of the portion that was asked for last.</summary>
    public long Last { get; private set; } = First;

    /// <summary>The portion that was asked for has come.</summary>
    public void Granted(DateTimeOffset now) => _grantedAt = now;

    /// <summary>Neither given nor used for so long that it goes back.</summary>
    public bool IsIdle(DateTimeOffset takenAt, DateTimeOffset now) => now - takenAt > Slow && now - _grantedAt > Slow;

    /// <param name="cost">What one message is thought to cost, in millionths; 0 when nobody knows.</param>
    public long Next(LimitWindow[] windows, long cost, DateTimeOffset now)
    {
        var age = now - _grantedAt;
        if (_grantedAt != default) Last = age < Brisk ? Math.Min(Largest, Last * 2) : age > Slow ? Math.Max(First, Last / 4) : Last;
        foreach (var window in windows)
        {
            var most = window.IsMoney ? (cost > 0 ? window.Limit / 8 / cost : long.MaxValue)
                : window.Kind == LimitKind.Second ? window.Limit : window.Limit / 8;
            Last = Math.Clamp(Last, 1, Math.Max(1, most));
        }

        return Last;
    }
}
