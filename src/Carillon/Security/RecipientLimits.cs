namespace Carillon.Security;

/// <summary>How many recipients may be addressed: accepted notifications, whatever their channels. Null is without a limit.</summary>
/// <param name="PerMinute">1 to 1,000,000, within any 60 seconds, on each node.</param>
/// <param name="PerDay">1 to 1,000,000,000, within a day of UTC, on all nodes together.</param>
public sealed record RecipientLimits(int? PerMinute, int? PerDay)
{
    public const int MaxPerMinute = 1_000_000;
    public const int MaxPerDay = 1_000_000_000;

    public static readonly RecipientLimits None = new(null, null);

    public bool IsNone => PerMinute is null && PerDay is null;
}
