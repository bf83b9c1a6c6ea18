using Carillon.Messages;

namespace Carillon.Allowances;

/// <summary>What a limit counts, and over which time. Stored; the numbers never change.</summary>
public enum LimitKind : byte
{
    Second = 0,
    Minute = 1,
    Hour = 2,
    Day = 3,
    Month = 4,

    /// <summary>Money of a day, in millionths of the currency.</summary>
    DailyBudget = 5,

    /// <summary>Money of a month, in millionths of the currency.</summary>
    MonthlyBudget = 6,
}

public static class LimitKindNames
{
    public static readonly WireNames<LimitKind> All = new(
        (LimitKind.Second, "second"),
        (LimitKind.Minute, "minute"),
        (LimitKind.Hour, "hour"),
        (LimitKind.Day, "day"),
        (LimitKind.Month, "month"),
        (LimitKind.DailyBudget, "daily_budget"),
        (LimitKind.MonthlyBudget, "monthly_budget"));

    /// <summary>Counts money, not messages.</summary>
    public static bool IsMoney(this LimitKind kind) => kind >= LimitKind.DailyBudget;
}

/// <summary>A limit within one of its times.</summary>
/// <param name="Start">From then, inclusive.</param>
/// <param name="End">Until then, exclusive: the next window begins.</param>
/// <param name="Limit">Messages, or millionths of the currency.</param>
public readonly record struct LimitWindow(LimitKind Kind, DateTimeOffset Start, DateTimeOffset End, long Limit)
{
    public bool IsMoney => Kind.IsMoney();
}
