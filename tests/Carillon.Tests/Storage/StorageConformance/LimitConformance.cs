using Carillon.Allowances;
using Carillon.Storage;

namespace Carillon.Tests.Storage.StorageConformance;

public abstract class LimitConformance(StorageFactory factory) : StorageTest(factory)
{
    private static readonly Guid One = new("0192aaaa-0000-7000-8000-000000000001");
    private static readonly Guid Two = new("0192aaaa-0000-7000-8000-000000000002");

    [Fact]
    public async Task A_grant_is_what_every_window_still_has()
    {
        LimitWindow[] windows = [Day(10), Hour(4)];

        Assert.Equivalent(new LimitGrant(3, 0, [3, 3]), await ReserveAsync(One, windows, 3), strict: true);
        Assert.Equivalent(new LimitGrant(1, 0, [4, 4]), await ReserveAsync(One, windows, 3), strict: true);
        Assert.Equivalent(new LimitGrant(0, 0, [4, 4]), await ReserveAsync(One, windows, 3), strict: true);
        Assert.Equivalent(new LimitGrant(4, 0, [8, 4]), await ReserveAsync(One, [Day(10), Hour(4, later: 1)], 9), strict: true);
        Assert.Equivalent(new LimitGrant(2, 0, [10, 2]), await ReserveAsync(One, [Day(10), Hour(4, later: 2)], 9), strict: true);
    }

    [Fact]
    public async Task Money_and_messages_are_granted_apart()
    {
        LimitWindow[] windows = [Day(100), Budget(1000)];

        Assert.Equivalent(new LimitGrant(5, 900, [5, 900]), await ReserveAsync(One, windows, 5, 900), strict: true);
        Assert.Equivalent(new LimitGrant(5, 100, [10, 1000]), await ReserveAsync(One, windows, 5, 900), strict: true);
    }

    [Fact]
    public async Task Providers_do_not_share_and_all_of_a_commit_are_answered()
    {
        var grants = await Store.Limits.ReserveAsync([Request(Two, [Day(5)], 9), Request(One, [Day(7)], 9)], Cancellation);

        Assert.Equal([5, 7], grants.Select(g => g.Messages));
    }

    [Fact]
    public async Task What_was_granted_counts_through_a_restart()
    {
        await ReserveAsync(One, [Day(10)], 6);

        await ReopenAsync();

        Assert.Equal(4, (await ReserveAsync(One, [Day(10)], 9)).Messages);
    }

    [Fact]
    public async Task Corrections_come_before_the_grant_and_never_make_less_than_nothing()
    {
        await ReserveAsync(One, [Day(10), Budget(100)], 10, 100);
        var request = Request(One, [Day(10), Budget(100)], 9, 90) with
        {
            Corrections =
            [
                new(LimitKind.Day, Now.Date(), -4), new(LimitKind.DailyBudget, Now.Date(), 50), new(LimitKind.Hour, Now.Date(), -7),
                new(LimitKind.Minute, Now.Date(), 3),
            ],
        };

        Assert.Equivalent(new LimitGrant(4, 0, [10, 150]), Assert.Single(await Store.Limits.ReserveAsync([request], Cancellation)), strict: true);
        await Store.Limits.ReserveAsync([Request(One, [], 0) with { Corrections = [new(LimitKind.Day, Now.Date(), -99)] }], Cancellation);
        Assert.Equal(10, (await ReserveAsync(One, [Day(10)], 99)).Messages);
        Assert.Equal(3, (await Store.Limits.UsageAsync([One], Cancellation)).Single(u => u.Kind == LimitKind.Minute).Used);
    }

    [Fact]
    public async Task A_limit_that_was_lowered_grants_nothing_and_takes_nothing_back()
    {
        await ReserveAsync(One, [Day(10)], 8);

        Assert.Equivalent(new LimitGrant(0, 0, [8]), await ReserveAsync(One, [Day(5)], 1), strict: true);
        Assert.Equal(2, (await ReserveAsync(One, [Day(10)], 9)).Messages);
    }

    [Fact]
    public async Task Usage_tells_the_last_two_windows_of_each_kind()
    {
        for (var hour = 0; hour < 4; hour++) await ReserveAsync(One, [Hour(9, later: hour)], hour + 1);
        await ReserveAsync(One, [Day(9)], 2);
        await ReserveAsync(Two, [Day(9)], 5);

        var uses = await Store.Limits.UsageAsync([One], Cancellation);

        Assert.Equal([(LimitKind.Hour, 3L), (LimitKind.Hour, 4L), (LimitKind.Day, 2L)], uses.Select(u => (u.Kind, u.Used)));
        Assert.Equal(Hour(9, later: 3).Start, uses[1].Start);
        Assert.All(uses, u => Assert.Equal(One, u.ProviderId));
        Assert.Equal(5, Assert.Single(await Store.Limits.UsageAsync([Two], Cancellation)).Used);
        Assert.Empty(await Store.Limits.UsageAsync([], Cancellation));
    }

    [Fact]
    public async Task Many_who_ask_at_once_never_get_more_than_there_is()
    {
        var got = await Task.WhenAll(Enumerable.Range(0, 24).Select(i => Task.Run(async () =>
            (await Store.Limits.ReserveAsync([Request(i % 2 == 0 ? One : Two, [Day(50)], 7), Request(i % 2 == 0 ? Two : One, [Day(50)], 7)], Cancellation))
            .Sum(g => g.Messages))));

        Assert.Equal(100, got.Sum());
    }

    private static LimitWindow Day(long limit) => new(LimitKind.Day, Now.Date(), Now.Date().AddDays(1), limit);

    private static LimitWindow Budget(long limit) => new(LimitKind.DailyBudget, Now.Date(), Now.Date().AddDays(1), limit);

    private static LimitWindow Hour(long limit, int later = 0)
    {
        var start = Now.Date().AddHours(12 + later);
        return new(LimitKind.Hour, start, start.AddHours(1), limit);
    }

    private static LimitRequest Request(Guid provider, IReadOnlyList<LimitWindow> windows, long messages, long money = 0) =>
        new() { ProviderId = provider, Windows = windows, Messages = messages, Money = money };

    private async Task<LimitGrant> ReserveAsync(Guid provider, IReadOnlyList<LimitWindow> windows, long messages, long money = 0) =>
        Assert.Single(await Store.Limits.ReserveAsync([Request(provider, windows, messages, money)], Cancellation));
}

file static class Days
{
    public static DateTimeOffset Date(this DateTimeOffset time) => new(time.UtcDateTime.Date, TimeSpan.Zero);
}
