using Carillon.Allowances;
using Carillon.Messages;
using Carillon.Storage;
using NodaTime;

namespace Carillon.Providers;

/// <summary>The days of a provider, from the figures of all nodes and the counters of messages.</summary>
/// <param name="TimeZone">IANA name of the zone whose days they are.</param>
/// <param name="Total">All of them together.</param>
public sealed record ProviderDays(string TimeZone, IReadOnlyList<ProviderDay> Days, ProviderDay Total)
{
    /// <summary>Today, in the provider's time zone.</summary>
    public static DateOnly Today(Provider provider, DateTimeOffset now) =>
        Instant.FromDateTimeOffset(now).InZone(LimitCalendar.ZoneOf(provider.Policy.TimeZone)).Date.ToDateOnly();

    /// <summary>
    /// Those from one day to another, both included. A quarter hour belongs to the day in which it begins: with the offsets of today's zones
    /// no quarter hour lies in two. A day that a zone has left out is left out.
    /// </summary>
    public static async Task<ProviderDays> ReadAsync(
        IFigureStore store, Provider provider, DateOnly from, DateOnly to, CancellationToken cancellationToken)
    {
        var zone = LimitCalendar.ZoneOf(provider.Policy.TimeZone);
        var days = new List<ProviderDay>();
        for (var date = LocalDate.FromDateOnly(from); date <= LocalDate.FromDateOnly(to); date = date.PlusDays(1))
        {
            var (begin, end) = (LimitCalendar.BeginOf(date, zone), LimitCalendar.BeginOf(date.PlusDays(1), zone));
            if (begin < end) days.Add(new ProviderDay { Date = date.ToDateOnly(), Begin = begin, End = end });
        }

        var (first, last) = (days[0].Begin, days[^1].End);
        var total = new ProviderDay { Date = from, Begin = first, End = last };
        var day = 0;
        foreach (var quarter in await store.ListAsync(provider.Id, first, last, cancellationToken))
        {
            while (quarter.Begin >= days[day].End) day++;
            days[day].Add(quarter);
            total.Add(quarter);
        }

        day = 0;
        // The installation's providers serve whoever has none of his own.
        TenantId? tenant = provider.Tenant == TenantId.Installation ? null : provider.Tenant;
        foreach (var count in await store.CountsAsync(tenant, provider.Id, first, last, cancellationToken))
        {
            while (count.Quarter >= days[day].End) day++;
            days[day].Add(count);
            total.Add(count);
        }

        return new ProviderDays(zone.Id, days, total);
    }
}
