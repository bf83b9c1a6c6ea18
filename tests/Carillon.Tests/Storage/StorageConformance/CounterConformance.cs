using Carillon.Messages;
using Carillon.Storage;

namespace Carillon.Tests.Storage.StorageConformance;

public abstract class CounterConformance(StorageFactory factory) : StorageTest(factory)
{
    private static readonly DateTimeOffset Ever = DateTimeOffset.UnixEpoch.AddYears(1000);
    private static readonly DateTimeOffset Later = Now.AddHours(2);
    private static readonly Guid Provider = new("0192aaaa-0000-7000-8000-000000000001");

    private readonly StorageFactory _factory = factory;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task What_a_random_history_has_counted_is_found_in_the_log(int seed)
    {
        var history = new RandomHistory(Queue, Ids, Clock, seed);
        await history.RunAsync(300);
        var counted = await CountersAsync();

        var sound = await RebuildAsync(Ever, piece: 7);
        Assert.Equal((0, 0, CounterRebuildPhase.Done), (sound.CountersChanged, sound.QuartersLeft, sound.Phase));
        Assert.Equal((sound.MessagesTotal, sound.QuartersTotal), (sound.MessagesRead, sound.QuartersDone));
        Assert.Equal(counted, await CountersAsync());

        await SpoilAsync("UPDATE counter SET count = count + 3 WHERE status = 5");
        await SpoilAsync("DELETE FROM counter WHERE status IN (6, 8)");
        await SpoilAsync("UPDATE counter SET status = 11 WHERE status = 3 AND node_epoch = 1");
        Assert.NotEqual(counted, await CountersAsync());

        var mended = await RebuildAsync(Ever);
        Assert.True(mended.CountersChanged > 0);
        Assert.Equal(counted, await CountersAsync());
        // Everything that there is was among it.
        Assert.Superset(
            new HashSet<MessageStatus>([MessageStatus.Scheduled, MessageStatus.Queued, MessageStatus.Sent, MessageStatus.Delivered, MessageStatus.Failed, MessageStatus.Bounced,
                MessageStatus.Cancelled, MessageStatus.Expired, MessageStatus.Received]),
            counted.Keys.Select(c => c.Status).ToHashSet());
        Assert.True(history.Retries > 3 && history.Steps > 3, $"{history.Retries} retries, {history.Steps} steps");
    }

    [Fact]
    public async Task Quarter_hours_that_may_still_be_counted_into_are_left_alone()
    {
        await SendAsync(Now);
        await SendAsync(Now.AddMinutes(15));
        await SpoilAsync("DELETE FROM counter");

        var rebuilt = await RebuildAsync(Now.AddMinutes(15));

        Assert.Equal(Now.AddMinutes(8) - TimeSpan.FromSeconds(30), rebuilt.Until);
        var counter = Assert.Single(await Log.CountersAsync(Tenant, Now, Cancellation), c => c.Status == MessageStatus.Sent);
        Assert.Equal((Now.AddMinutes(-7) - TimeSpan.FromSeconds(30), 1L, Provider), (counter.Quarter, counter.Count, counter.ProviderId));
    }

    [Fact]
    public async Task A_quarter_hour_into_which_something_is_counted_meanwhile_keeps_what_it_has()
    {
        await SendAsync(Now);
        await SpoilAsync("UPDATE counter SET count = 7 WHERE status = 5");
        await Store.Counters.BeginAsync(Later, Now.AddHours(1), Cancellation);
        // The log is read, and an outcome of that time comes late.
        await Store.Counters.ContinueAsync(Now, 100, Cancellation);
        await SendAsync(Now);

        var rebuilt = await FinishAsync();

        Assert.Equal((1, 0), (rebuilt.QuartersLeft, rebuilt.CountersChanged));
        Assert.Equal(8, (await Log.SumsAsync(Cancellation)).Single(s => s.Status == MessageStatus.Sent).Count);
        Assert.Equal(1, (await RebuildAsync(Now.AddHours(1))).CountersChanged);
        Assert.Equal(2, (await Log.SumsAsync(Cancellation)).Single(s => s.Status == MessageStatus.Sent).Count);
    }

    [Fact]
    public async Task Whoever_asks_again_is_told_of_the_one_under_way_and_a_restart_goes_on_with_it()
    {
        for (var i = 0; i < 5; i++) await SendAsync(Now);
        Assert.Null(await Store.Counters.GetAsync(Cancellation));
        Assert.Null(await Store.Counters.ContinueAsync(Now, 10, Cancellation));
        await Store.Counters.BeginAsync(Later, Now.AddHours(1), Cancellation);
        await Store.Counters.ContinueAsync(Now, 2, Cancellation);

        var again = await Store.Counters.BeginAsync(Later.AddMinutes(1), Now.AddHours(2), Cancellation);
        await ReopenAsync();

        Assert.Equal((Later, 2, CounterRebuildPhase.Reading), (again.StartedAt, again.MessagesRead, again.Phase));
        Assert.Equal(again, await Store.Counters.GetAsync(Cancellation));
        var done = await FinishAsync();
        Assert.Equal((5, 5, 0, 1.0), (done.MessagesTotal, done.MessagesRead, done.CountersChanged, done.Progress));
        Assert.Equal(Later.AddMinutes(1), (await Store.Counters.BeginAsync(Later.AddMinutes(1), Now.AddHours(2), Cancellation)).StartedAt);
    }

    [Fact]
    public async Task Two_at_once_do_each_piece_once()
    {
        for (var i = 0; i < 20; i++) await SendAsync(Now);
        await SpoilAsync("DELETE FROM counter");
        await Store.Counters.BeginAsync(Later, Now.AddHours(1), Cancellation);

        await Task.WhenAll(FinishAsync(3), FinishAsync(3), FinishAsync(3));

        Assert.Equal(20, (await Log.SumsAsync(Cancellation)).Single(s => s.Status == MessageStatus.Sent).Count);
        Assert.Equal(20, (await Store.Counters.GetAsync(Cancellation))!.MessagesRead);
    }

    [Fact]
    public async Task Counting_goes_on_beside_a_rebuild_and_nothing_is_lost()
    {
        for (var i = 0; i < 30; i++) await SendAsync(Now);
        var counting = Task.Run(async () =>
        {
            for (var i = 0; i < 120; i++) await SendAsync(Now.AddMinutes(i));
        });
        while (!counting.IsCompleted) await RebuildAsync(Ever, piece: 20);
        await counting;

        Assert.Equal(150, (await Log.SumsAsync(Cancellation)).Single(s => s.Status == MessageStatus.Sent).Count);
        Assert.Equal((0, 0), (await RebuildAsync(Ever)) is var quiet ? (quiet.CountersChanged, quiet.QuartersLeft) : default);
    }

    [Fact]
    public async Task What_the_log_does_not_know_whole_stays_as_it_was_counted()
    {
        await SendAsync(Now);
        await SendAsync(Now.AddHours(1));
        await SpoilAsync($"UPDATE counter SET count = 7 WHERE status = 5; INSERT INTO counter_floor (quarter) VALUES ({Quarter.Of(Now.AddHours(1))})");

        var rebuilt = await RebuildAsync(Ever);

        Assert.Equal(Quarter.BeginOf(Now.AddHours(1)), rebuilt.From);
        Assert.Equal([7L, 1L], (await Log.CountersAsync(Tenant, Now, Cancellation)).Where(c => c.Status == MessageStatus.Sent).Select(c => c.Count));
    }

    private async Task SendAsync(DateTimeOffset at)
    {
        var message = await AcceptOwnedAsync();
        await RecordAsync(new OutcomeWrite { Message = message, At = at, Status = MessageStatus.Sent, ProviderId = Provider, Attempts = 1 });
    }

    private async Task<CounterRebuild> RebuildAsync(DateTimeOffset until, int piece = 100)
    {
        // In PostgreSQL the ids of the messages say where the log ends.
        await Store.Counters.BeginAsync(Clock.Now.AddDays(1), until, Cancellation);
        return await FinishAsync(piece);
    }

    private async Task<CounterRebuild> FinishAsync(int piece = 100)
    {
        while (await Store.Counters.ContinueAsync(Now, piece, Cancellation) is { } rebuild)
        {
            if (rebuild.Phase == CounterRebuildPhase.Done) return rebuild;
        }

        throw new InvalidOperationException("There is none.");
    }

    private async Task SpoilAsync(string sql)
    {
        await Store.DisposeAsync();
        await _factory.ExecuteAsync(sql);
        await ReopenAsync();
    }

    private async Task<Dictionary<(TenantId, DateTimeOffset, Channel, Guid?, MessageStatus Status), long>> CountersAsync() =>
        (await Log.CountersAsync(null, DateTimeOffset.UnixEpoch, Cancellation))
        .ToDictionary(c => (c.Tenant, c.Quarter, c.Channel, c.ProviderId, c.Status), c => c.Count);
}
