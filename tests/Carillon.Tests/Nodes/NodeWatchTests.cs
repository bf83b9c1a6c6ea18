using Carillon.Nodes;

namespace Carillon.Tests.Nodes;

public sealed class NodeWatchTests
{
    private static readonly DateTimeOffset Heard = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly StandingTime _time = new();

    [Fact]
    public void A_node_whose_heartbeat_stands_still_is_dead_after_a_while()
    {
        var watch = new NodeWatch(_time);
        var live = Live((1, Heard), (2, Heard));
        for (var waited = TimeSpan.Zero; waited < NodeLease.Patience; waited += TimeSpan.FromSeconds(1))
        {
            Assert.Empty(watch.Dead(live, own: 1));
            _time.Move(TimeSpan.FromSeconds(1));
        }

        Assert.Equal([(2L, Heard)], watch.Dead(live, own: 1));
    }

    [Fact]
    public void A_node_that_is_heard_again_lives()
    {
        var watch = new NodeWatch(_time);
        for (var i = 0; i < 60; i++)
        {
            Assert.Empty(watch.Dead(Live((1, Heard), (2, Heard.AddSeconds(i / 10))), own: 1));
            _time.Move(TimeSpan.FromSeconds(1));
        }
    }

    [Fact]
    public void While_nobody_could_look_nobody_could_be_heard()
    {
        var watch = new NodeWatch(_time);
        var live = Live((1, Heard), (2, Heard));
        Assert.Empty(watch.Dead(live, own: 1));
        _time.Move(TimeSpan.FromHours(1));

        Assert.Empty(watch.Dead(live, own: 1));
    }

    [Fact]
    public void A_lease_lapses_only_where_others_may_take_over()
    {
        var (shared, alone) = (new NodeLease(_time, isShared: true), new NodeLease(_time, isShared: false));
        shared.Begin(1, _time.GetTimestamp());
        _time.Move(NodeLease.Duration);

        Assert.False(shared.IsHeld);
        Assert.True(alone.IsHeld);
        shared.Renew(_time.GetTimestamp());
        Assert.True(shared.IsHeld);
    }

    [Fact]
    public void A_node_stops_before_others_take_over() => Assert.True(NodeLease.Duration < NodeLease.Patience);

    [Fact]
    public void The_clock_of_the_store_is_followed()
    {
        var machine = new StandingTime();
        var clock = new StoreClock(machine);
        clock.Learn(machine.GetUtcNow().AddMinutes(7), TimeSpan.FromMilliseconds(4));

        Assert.Equal(TimeSpan.FromMinutes(7), TimeSpan.FromSeconds(Math.Round((clock.GetUtcNow() - machine.GetUtcNow()).TotalSeconds)));
        var before = clock.Offset;
        clock.Learn(clock.GetUtcNow().AddMilliseconds(20), TimeSpan.FromMilliseconds(4));
        Assert.Equal(before, clock.Offset);
    }

    private static Dictionary<long, DateTimeOffset> Live(params (long Epoch, DateTimeOffset At)[] nodes) => nodes.ToDictionary(n => n.Epoch, n => n.At);

    private sealed class StandingTime : TimeProvider
    {
        private long _ticks = TimeSpan.FromDays(1).Ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(_ticks);

        public void Move(TimeSpan by) => _ticks += by.Ticks;
    }
}
