using Carillon.Quotas;

namespace Carillon.Tests.Quotas;

public sealed class MinuteWindowTests
{
    private readonly ManualTime _time = new(new DateTimeOffset(2026, 3, 14, 9, 0, 0, TimeSpan.Zero));

    [Fact]
    public void So_many_are_taken_as_are_left()
    {
        var window = new MinuteWindow(_time);

        Assert.Equal((7, 3, 0), (window.Take(7, 10, out _), window.Take(7, 10, out _), window.Take(1, 10, out _)));
    }

    [Fact]
    public void They_are_there_again_once_no_minute_holds_them_any_more()
    {
        var window = new MinuteWindow(_time);
        window.Take(6, 10, out _);
        _time.Advance(TimeSpan.FromSeconds(30));
        window.Take(4, 10, out _);
        Assert.Equal((0, TimeSpan.FromSeconds(31)), window.Look(10));

        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(0, window.Take(10, 10, out _));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((6, TimeSpan.Zero), window.Look(10));
        Assert.Equal(6, window.Take(10, 10, out _));
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(10, window.Take(10, 10, out _));
    }

    [Fact]
    public void What_is_given_back_is_there_again_and_only_once()
    {
        var window = new MinuteWindow(_time);
        window.Take(10, 10, out var second);
        window.GiveBack(4, second);
        Assert.Equal(4, window.Take(9, 10, out _));

        _time.Advance(TimeSpan.FromSeconds(61));
        window.GiveBack(6, second);
        Assert.Equal(10, window.Take(99, 10, out _));
    }

    [Fact]
    public void A_limit_that_was_lowered_counts_at_once_and_one_that_was_raised_too()
    {
        var window = new MinuteWindow(_time);
        window.Take(10, 10, out _);

        Assert.Equal((0, 5), (window.Take(1, 5, out _), window.Take(9, 15, out _)));
        Assert.Equal((0, TimeSpan.FromSeconds(61)), window.Look(5));
    }

    [Fact]
    public void Within_no_minute_is_it_ever_more_than_the_limit()
    {
        var random = new Random(20260314);
        for (var run = 0; run < 200; run++)
        {
            var (window, limit) = (new MinuteWindow(_time), random.Next(1, 40));
            var taken = new List<(DateTimeOffset At, int Count, long Second)>();
            for (var i = 0; i < 200; i++)
            {
                _time.Advance(TimeSpan.FromMilliseconds(random.Next(0, 4000)));
                if (taken.Count > 0 && random.Next(5) == 0)
                {
                    var (at, count, second) = taken[^1];
                    var back = random.Next(0, count + 1);
                    window.GiveBack(back, second);
                    taken[^1] = (at, count - back, second);
                }

                taken.Add((_time.GetUtcNow(), window.Take(random.Next(1, 20), limit, out var now), now));
            }

            foreach (var (begin, _, _) in taken)
                Assert.InRange(taken.Where(t => t.At >= begin && t.At <= begin.AddSeconds(60)).Sum(t => t.Count), 0, limit);
        }
    }

    [Fact]
    public async Task Many_at_once_get_no_more_than_there_are()
    {
        var window = new MinuteWindow(_time);

        var taken = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Enumerable.Range(0, 1000).Sum(_ => window.Take(1, 777, out var _)))));

        Assert.Equal(777, taken.Sum());
    }
}
