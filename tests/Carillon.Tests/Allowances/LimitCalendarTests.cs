using Carillon.Allowances;
using Carillon.Providers;

namespace Carillon.Tests.Allowances;

public sealed class LimitCalendarTests
{
    [Theory]
    [InlineData("UTC", "2026-03-08T05:30:00Z", "2026-03-08T00:00:00Z", "2026-03-09T00:00:00Z")]
    [InlineData("America/Mexico_City", "2026-03-08T05:30:00Z", "2026-03-07T06:00:00Z", "2026-03-08T06:00:00Z")]
    // The clocks go forward at 2:00: a day of 23 hours.
    [InlineData("America/New_York", "2026-03-08T12:00:00Z", "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z")]
    // And back: one of 25.
    [InlineData("America/New_York", "2026-11-01T12:00:00Z", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z")]
    // The hour from midnight on is left out: the day begins at 1:00.
    [InlineData("America/Sao_Paulo", "2018-11-04T12:00:00Z", "2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z")]
    // The hour before midnight comes twice: the day before has 25 hours.
    [InlineData("America/Sao_Paulo", "2018-02-17T12:00:00Z", "2018-02-17T02:00:00Z", "2018-02-18T03:00:00Z")]
    // A whole day was left out.
    [InlineData("Pacific/Apia", "2011-12-30T05:00:00Z", "2011-12-29T10:00:00Z", "2011-12-30T10:00:00Z")]
    [InlineData("Asia/Kathmandu", "2026-01-01T18:14:59Z", "2025-12-31T18:15:00Z", "2026-01-01T18:15:00Z")]
    public void A_day_begins_and_ends_where_the_provider_is(string zone, string now, string start, string end)
    {
        var window = Assert.Single(Make(zone, new ProviderLimits { PerDay = 5 }).At(Time(now)));

        Assert.Equal(new LimitWindow(LimitKind.Day, Time(start), Time(end), 5), window);
    }

    [Theory]
    [InlineData("UTC", "2026-02-28T23:59:59.999Z", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z")]
    [InlineData("America/New_York", "2026-03-31T23:00:00Z", "2026-03-01T05:00:00Z", "2026-04-01T04:00:00Z")]
    [InlineData("Europe/Berlin", "2025-12-31T23:00:00Z", "2025-12-31T23:00:00Z", "2026-01-31T23:00:00Z")]
    public void So_does_a_month(string zone, string now, string start, string end)
    {
        var window = Assert.Single(Make(zone, new ProviderLimits { PerMonth = 5 }).At(Time(now)));

        Assert.Equal(new LimitWindow(LimitKind.Month, Time(start), Time(end), 5), window);
    }

    [Fact]
    public void Shorter_ones_are_those_of_UTC()
    {
        var windows = Make("Asia/Kathmandu", new ProviderLimits { PerSecond = 1, PerMinute = 2, PerHour = 3 }).At(Time("2026-01-01T10:20:30.456Z"));

        Assert.Equal(
            [
                new(LimitKind.Second, Time("2026-01-01T10:20:30Z"), Time("2026-01-01T10:20:31Z"), 1),
                new(LimitKind.Minute, Time("2026-01-01T10:20:00Z"), Time("2026-01-01T10:21:00Z"), 2),
                new(LimitKind.Hour, Time("2026-01-01T10:00:00Z"), Time("2026-01-01T11:00:00Z"), 3),
            ],
            windows);
    }

    [Fact]
    public void A_budget_is_counted_in_millionths_over_its_period()
    {
        var calendar = new LimitCalendar(new ProviderPolicy { Budget = new ProviderBudget(12.3456789m, "EUR", BudgetPeriod.Month) });

        Assert.Equal(
            new LimitWindow(LimitKind.MonthlyBudget, Time("2026-05-01T00:00:00Z"), Time("2026-06-01T00:00:00Z"), 12_345_679),
            Assert.Single(calendar.At(Time("2026-05-20T00:00:00Z"))));
    }

    [Fact]
    public void Every_moment_lies_in_its_window_and_windows_follow_one_another()
    {
        foreach (var zone in new[] { "America/Sao_Paulo", "Africa/Cairo", "Australia/Lord_Howe", "Asia/Beirut", "America/Havana", "Pacific/Apia" })
        {
            var calendar = Make(zone, new ProviderLimits { PerDay = 1, PerMonth = 1 });
            for (var now = Time("2011-01-01T00:00:00Z"); now < Time("2013-01-01T00:00:00Z"); now = now.AddHours(7.3))
            {
                foreach (var window in calendar.At(now))
                {
                    Assert.InRange(now, window.Start, window.End.AddTicks(-1));
                    Assert.Equal(window.End, calendar.At(window.End).Single(w => w.Kind == window.Kind).Start);
                    Assert.Equal(window.End, calendar.EndOf(window.Kind, window.Start));
                }
            }
        }
    }

    private static LimitCalendar Make(string zone, ProviderLimits limits) => new(new ProviderPolicy { Limits = limits, TimeZone = zone });

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
