using Carillon.Quotas;
using Carillon.Storage;
using Carillon.Tests.Storage.PostgreSql;
using Carillon.Tests.Storage.Sqlite;
using Carillon.Tests.Storage.StorageConformance;

namespace Carillon.Tests.Quotas;

public sealed class SqliteDayWindowTests() : DayWindowTests(new SqliteFactory());

public sealed class PostgreSqlDayWindowTests() : DayWindowTests(new PostgreSqlFactory());

/// <summary>Two windows over one store stand for two nodes.</summary>
public abstract class DayWindowTests(StorageFactory factory) : StorageTest(factory)
{
    private readonly Guid _id = Guid.CreateVersion7();
    private readonly Tests.ManualTime _time = new(new DateTimeOffset(2026, 3, 14, 9, 0, 0, TimeSpan.Zero));

    private DayWindow Window() => new(_id, Store.Limits, _time);

    private static async Task<int> TakeAsync(DayWindow window, int wanted, long limit) => (await window.TakeAsync(wanted, limit, Cancellation)).Taken;

    [Fact]
    public async Task Nodes_together_take_what_the_day_has_and_not_one_more()
    {
        DayWindow[] nodes = [Window(), Window()];

        var taken = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(async () =>
        {
            var sum = 0;
            for (var j = 0; j < 150; j++) sum += await TakeAsync(nodes[i % 2], 1, 1000);
            return sum;
        })));

        // 1,200 were wanted: what is missing of 1,000 lies in the portion of a node that wanted no more of it.
        Assert.InRange(taken.Sum(), 990, 1000);
        foreach (var node in nodes) await TakeAsync(node, 1000, 1000);
        Assert.Equal((0, 0), (await TakeAsync(nodes[0], 1, 1000), await TakeAsync(nodes[1], 1, 1000)));
    }

    [Fact]
    public async Task A_node_that_dies_costs_a_hundredth_of_the_day_at_most_and_one_that_leaves_nothing()
    {
        await TakeAsync(Window(), 1, 500);
        Assert.Equal(495, await TakeAsync(Window(), 1000, 500));

        _time.Advance(TimeSpan.FromDays(1));
        var leaving = Window();
        await TakeAsync(leaving, 1, 500);
        await Store.Limits.ReserveAsync([leaving.Leave()!], Cancellation);
        Assert.Equal(499, await TakeAsync(Window(), 1000, 500));
    }

    [Fact]
    public async Task Tomorrow_there_is_all_of_it_again_and_what_is_given_back_of_yesterday_is_nothing()
    {
        var window = Window();
        var (taken, day) = await window.TakeAsync(10, 10, Cancellation);
        Assert.Equal((10, 0), (taken, await TakeAsync(window, 1, 10)));
        Assert.Equal((0, TimeSpan.FromHours(15)), window.Look(10));

        _time.Advance(TimeSpan.FromHours(15));
        window.GiveBack(5, day);

        Assert.Equal((10, 0), (await TakeAsync(window, 20, 10), await TakeAsync(window, 1, 10)));
    }

    [Fact]
    public async Task What_is_given_back_is_there_again()
    {
        var window = Window();
        var (_, day) = await window.TakeAsync(10, 10, Cancellation);
        window.GiveBack(3, day);

        Assert.Equal((3, TimeSpan.FromHours(15)), window.Look(10));
        Assert.Equal((3, 0), (await TakeAsync(window, 5, 10), await TakeAsync(window, 5, 10)));
    }

    [Fact]
    public async Task A_limit_counts_from_its_change_on()
    {
        var window = Window();
        Assert.Equal(20, await TakeAsync(window, 20, 100));

        Assert.Equal((0, 5), (await TakeAsync(window, 10, 15), await TakeAsync(window, 10, 25)));
        Assert.Equal(75, await TakeAsync(window, 100, 100));
    }
}
