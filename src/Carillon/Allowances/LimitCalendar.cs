using Carillon.Providers;
using NodaTime;

namespace Carillon.Allowances;

/// <summary>
/// The windows of a provider's limits. Seconds, minutes and hours are those of UTC; days and months begin in the provider's time zone,
/// where a day may have 23 or 25 hours, and need not begin at midnight.
/// </summary>
internal sealed class LimitCalendar
{
    private readonly List<(LimitKind Kind, long Limit)> _limits = [];
    private readonly DateTimeZone _zone;

    public LimitCalendar(ProviderPolicy policy)
    {
        _zone = ZoneOf(policy.TimeZone);
        if (policy.Limits is { } limits)
        {
            Add(LimitKind.Second, limits.PerSecond);
            Add(LimitKind.Minute, limits.PerMinute);
            Add(LimitKind.Hour, limits.PerHour);
            Add(LimitKind.Day, limits.PerDay);
            Add(LimitKind.Month, limits.PerMonth);
        }

        if (policy.Budget is { } budget)
            Add(budget.Period == BudgetPeriod.Day ? LimitKind.DailyBudget : LimitKind.MonthlyBudget, Money.ToMicro(budget.Amount));
    }

    public bool IsEmpty => _limits.Count == 0;

    public static bool IsZone(string id) => DateTimeZoneProviders.Tzdb.GetZoneOrNull(id) is not null;

    /// <summary>Where midnight, or the whole day, is left out: when the clocks go on.</summary>
    public static DateTimeOffset BeginOf(LocalDate date, DateTimeZone zone)
    {
        var midnight = zone.MapLocal(date.AtMidnight());
        return (midnight.Count == 0 ? midnight.EarlyInterval.End : midnight.First().ToInstant()).ToDateTimeOffset();
    }

    /// <summary>UTC for none, and for one that was stored when another version of the zones knew it.</summary>
    public static DateTimeZone ZoneOf(string? id) => id is null ? DateTimeZone.Utc : DateTimeZoneProviders.Tzdb.GetZoneOrNull(id) ?? DateTimeZone.Utc;

    /// <summary>The windows of one moment, shortest first, money last.</summary>
    public LimitWindow[] At(DateTimeOffset now) => [.. _limits.Select(l => Window(l.Kind, now, l.Limit))];

    /// <summary>When the window of this kind ends in which a moment lies.</summary>
    public DateTimeOffset EndOf(LimitKind kind, DateTimeOffset moment) => Window(kind, moment, 0).End;

    private LimitWindow Window(LimitKind kind, DateTimeOffset now, long limit)
    {
        var (start, end) = kind switch
        {
            LimitKind.Second => Even(now, TimeSpan.TicksPerSecond),
            LimitKind.Minute => Even(now, TimeSpan.TicksPerMinute),
            LimitKind.Hour => Even(now, TimeSpan.TicksPerHour),
            LimitKind.Day or LimitKind.DailyBudget => Day(now),
            _ => Month(now),
        };
        return new LimitWindow(kind, start, end, limit);
    }

    private static (DateTimeOffset, DateTimeOffset) Even(DateTimeOffset now, long length)
    {
        var start = now.UtcTicks - (now.UtcTicks % length);
        return (new DateTimeOffset(start, TimeSpan.Zero), new DateTimeOffset(start + length, TimeSpan.Zero));
    }

    private (DateTimeOffset, DateTimeOffset) Day(DateTimeOffset now)
    {
        var today = Today(now);
        return (BeginOf(today, _zone), BeginOf(today.PlusDays(1), _zone));
    }

    private (DateTimeOffset, DateTimeOffset) Month(DateTimeOffset now)
    {
        var first = Today(now).With(DateAdjusters.StartOfMonth);
        return (BeginOf(first, _zone), BeginOf(first.PlusMonths(1), _zone));
    }

    private LocalDate Today(DateTimeOffset now) => Instant.FromDateTimeOffset(now).InZone(_zone).Date;

    private void Add(LimitKind kind, long? limit)
    {
        if (limit is { } most) _limits.Add((kind, most));
    }
}
