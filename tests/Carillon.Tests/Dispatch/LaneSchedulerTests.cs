using Carillon.Dispatch;
using Carillon.Messages;
using Carillon.Nodes;
using Carillon.Providers;

namespace Carillon.Tests.Dispatch;

public sealed class LaneSchedulerTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly IdGenerator Ids = new(TimeProvider.System);

    private readonly ManualTime _time = new(Start);
    private readonly ScriptedRoutes _routes = new();

    [Fact]
    public void One_message_of_another_tenant_is_not_delayed_by_a_million()
    {
        var lanes = Scheduler(new CarillonOptions { Window = 1000 });
        Fill(lanes, tenant: 1, count: 900);
        var other = Fill(lanes, tenant: 2, count: 1)[0];

        var served = TakeAll(lanes, 20);

        Assert.Contains(other, served);
    }

    [Fact]
    public void Lanes_share_by_priority_and_none_starves()
    {
        var lanes = Scheduler(new CarillonOptions { Window = 3000, MaxUnrecorded = 2000, CriticalReserve = 0 });
        Fill(lanes, 1, 500, Priority.High);
        Fill(lanes, 1, 500, Priority.Normal);
        Fill(lanes, 1, 500, Priority.Low);

        var served = TakeAll(lanes, 260).GroupBy(m => m.Notification.Priority).ToDictionary(g => g.Key, g => g.Count());

        Assert.Equal(160, served[Priority.High]);
        Assert.Equal(80, served[Priority.Normal]);
        Assert.Equal(20, served[Priority.Low]);
    }

    [Fact]
    public void Critical_messages_go_first_and_have_slots_that_others_cannot_take()
    {
        var lanes = Scheduler(new CarillonOptions { MaxUnrecorded = 32, CriticalReserve = 8 });
        Fill(lanes, 1, 100);
        Assert.Equal(24, TakeAll(lanes, 100).Count);

        var critical = Fill(lanes, 2, 10, Priority.Critical);

        Assert.Equal(critical[..8], TakeAll(lanes, 100));
        Assert.Null(lanes.Next());
    }

    [Fact]
    public void What_does_not_fit_the_window_is_not_reserved()
    {
        var lanes = Scheduler(new CarillonOptions { Window = 64 });
        var key = new LaneKey(new TenantId(1), Channel.Email, Priority.Normal);

        Assert.Equal(64, Enumerable.Range(0, 64).Count(_ => lanes.TryReserve(Message(key))));
        lanes.Unreserve(Message(key));
        Assert.True(lanes.TryReserve(Message(key)));

        Assert.Equal(0, Enumerable.Range(0, 36).Count(_ => lanes.TryReserve(Message(key))));
    }

    [Fact]
    public void What_follows_a_message_that_goes_to_the_store_goes_there_too_until_it_is_stored()
    {
        var lanes = Scheduler();
        var key = new LaneKey(new TenantId(1), Channel.Email, Priority.Normal);
        lanes.Stored(key, Start);
        var order = Assert.Single(lanes.DueClaims(Start)!);
        Assert.False(lanes.TryReserve(Message(key)));

        // The claim does not see what is not committed yet.
        lanes.Claimed(order, [], null, failed: false);
        Assert.False(lanes.TryReserve(Message(key)));

        lanes.Stored(key, Start);
        order = Assert.Single(lanes.DueClaims(Start)!);
        lanes.Claimed(order, [], null, failed: false);
        Assert.True(lanes.TryReserve(Message(key)));
    }

    [Fact]
    public void A_lane_with_due_work_in_the_store_takes_nothing_new_past_it()
    {
        var lanes = Scheduler();
        var key = new LaneKey(new TenantId(1), Channel.Email, Priority.Normal);
        lanes.Stored(key, Start);
        // Nobody has looked at the lane yet.
        Assert.False(lanes.TryReserve(Message(key)));

        lanes.Stored(key, Start);
        var order = Assert.Single(lanes.DueClaims(Start)!);
        Assert.False(lanes.TryReserve(Message(key)));

        lanes.Stored(key, Start);
        lanes.Claimed(order, [], null, failed: false);
        order = Assert.Single(lanes.DueClaims(Start)!);
        lanes.Claimed(order, [], null, failed: false);
        Assert.True(lanes.TryReserve(Message(key)));
    }

    [Fact]
    public void Work_that_is_due_later_is_not_claimed_before_its_time()
    {
        var lanes = Scheduler();
        var key = new LaneKey(new TenantId(1), Channel.Email, Priority.Normal);
        lanes.Stored(key, Start.AddHours(1));

        Assert.Null(lanes.DueClaims(Start));
        Assert.Equal(Start.AddHours(1), lanes.NextWake());
        Assert.Single(lanes.DueClaims(Start.AddHours(1))!);
    }

    [Fact]
    public void Work_stored_while_a_claim_runs_is_not_forgotten()
    {
        var lanes = Scheduler();
        var key = new LaneKey(new TenantId(1), Channel.Email, Priority.Normal);
        lanes.Stored(key, Start);
        var order = Assert.Single(lanes.DueClaims(Start)!);

        lanes.Stored(key, Start);
        lanes.Claimed(order, [], null, failed: false);

        Assert.Single(lanes.DueClaims(Start)!);
    }

    [Fact]
    public void A_lane_whose_providers_rest_is_left_alone_until_one_may_serve()
    {
        var lanes = Scheduler();
        var message = Fill(lanes, 1, 1)[0];
        _routes.Answer = Admission.Down(Start.AddSeconds(5));

        Assert.Null(lanes.Next());
        _routes.Answer = Admission.Open(_routes.Provider);
        Assert.Null(lanes.Next());
        lanes.DueClaims(Start.AddSeconds(5));
        Assert.Same(message, lanes.Next()?.Message);
    }

    [Fact]
    public void A_lane_whose_provider_is_full_is_served_again_once_there_is_room()
    {
        var lanes = Scheduler();
        var message = Fill(lanes, 1, 1)[0];
        _routes.Answer = Admission.Waiting([_routes.Provider]);
        Assert.Null(lanes.Next());
        _routes.Answer = Admission.Open(_routes.Provider);

        Assert.True(lanes.ProviderHasRoom(_routes.Provider, ProviderRoom.OnePlace));
        Assert.Same(message, lanes.Next()?.Message);
    }

    [Fact]
    public void Places_that_come_free_one_by_one_are_shared_by_the_lanes()
    {
        var lanes = Scheduler();
        Fill(lanes, 1, 100);
        var other = Fill(lanes, 2, 1)[0];
        var served = new List<OutboundMessage>();
        while (served.Count < 20 && !served.Contains(other))
        {
            _routes.Answer = Admission.Open(_routes.Provider);
            served.Add(lanes.Next()!.Value.Message);
            _routes.Answer = Admission.Waiting([_routes.Provider]);
            Assert.Null(lanes.Next());
            lanes.ProviderHasRoom(_routes.Provider, ProviderRoom.OnePlace);
        }

        // After one turn of the lane before it.
        Assert.Equal(9, served.Count);
    }

    [Fact]
    public void A_window_that_one_tenant_has_filled_leaves_a_foothold_to_the_others()
    {
        var lanes = Scheduler(new CarillonOptions { Window = 100 });
        Fill(lanes, tenant: 1, count: 100);
        var other = new LaneKey(new TenantId(2), Channel.Email, Priority.Normal);

        Assert.False(lanes.TryReserve(Message(new LaneKey(new TenantId(1), Channel.Email, Priority.Normal))));
        Assert.Equal(16, Enumerable.Range(0, 100).Count(_ => lanes.TryReserve(Message(other))));
    }

    [Fact]
    public void A_claim_that_was_put_off_for_want_of_room_is_made_when_a_message_of_another_lane_leaves()
    {
        var lanes = Scheduler(new CarillonOptions { Window = 64 });
        // Twice the window: nobody gets in any more.
        Fill(lanes, tenant: 1, count: 64);
        for (var tenant = 2; tenant <= 5; tenant++) Fill(lanes, tenant, 16);
        var other = new LaneKey(new TenantId(9), Channel.Email, Priority.Normal);
        lanes.Stored(other, Start);
        Assert.Null(lanes.DueClaims(Start));

        var left = lanes.Next()!.Value.Message;
        lanes.Finished(left);

        Assert.Equal(other, lanes.ClaimIfWanted(left.Lane)!.Value.Lane);
    }

    [Fact]
    public void Lanes_that_wait_for_a_full_provider_take_turns_at_it()
    {
        var lanes = Scheduler();
        var first = Fill(lanes, 1, 3);
        var second = Fill(lanes, 2, 3);
        _routes.Answer = Admission.Waiting([_routes.Provider]);
        Assert.Null(lanes.Next());

        var served = new List<OutboundMessage>();
        for (var i = 0; i < 6; i++)
        {
            Assert.True(lanes.ProviderHasRoom(_routes.Provider, ProviderRoom.OnePlace));
            _routes.Answer = Admission.Open(_routes.Provider);
            served.Add(lanes.Next()!.Value.Message);
            _routes.Answer = Admission.Waiting([_routes.Provider]);
            Assert.Null(lanes.Next());
        }

        // A turn is eight messages long, so the first lane is through before the second begins.
        Assert.Equal(first.Concat(second), served);
    }

    [Fact]
    public void Everybody_looks_again_when_a_provider_comes_back()
    {
        var lanes = Scheduler();
        Fill(lanes, 1, 1);
        Fill(lanes, 2, 1);
        _routes.Answer = Admission.Waiting([_routes.Provider]);
        Assert.Null(lanes.Next());

        _routes.Answer = Admission.Open(_routes.Provider);
        lanes.ProviderHasRoom(_routes.Provider, ProviderRoom.Changed);

        Assert.Equal(2, TakeAll(lanes, 10).Count);
    }

    [Fact]
    public void The_window_is_bounded_in_bytes_too()
    {
        var lanes = Scheduler(new CarillonOptions { Window = 1000, WindowBytes = 1 << 20 });
        var key = new LaneKey(new TenantId(1), Channel.Email, Priority.Normal);

        // 200,000 characters are 400 kB: the third one fills a megabyte, and 16 are the foothold that nobody is refused.
        var taken = Enumerable.Range(0, 100).Count(_ => lanes.TryReserve(Message(key, new string('x', 200_000))));

        Assert.InRange(taken, 3, 6);
    }

    [Fact]
    public void Claims_of_heavy_messages_are_small()
    {
        var lanes = Scheduler(new CarillonOptions { Window = 1000, WindowBytes = 8 << 20 });
        var key = new LaneKey(new TenantId(1), Channel.Email, Priority.Normal);
        var heavy = Message(key, new string('x', 500_000));
        Assert.True(lanes.TryReserve(heavy));
        lanes.Unreserve(heavy);
        lanes.Stored(key, Start);

        Assert.InRange(Assert.Single(lanes.DueClaims(Start)!).Limit, 1, 8);
    }

    [Fact]
    public void Messages_can_be_taken_out_before_they_are_given_out()
    {
        var lanes = Scheduler();
        var messages = Fill(lanes, 1, 3);

        Assert.Equal([messages[1]], lanes.TakeOut(m => m == messages[1], onlyPaused: false));
        Assert.Empty(lanes.TakeOut(_ => true, onlyPaused: true));

        Assert.Equal([messages[0], messages[2]], TakeAll(lanes, 10));
        Assert.Equal(3, lanes.Sending);
    }

    [Fact]
    public void Nothing_is_kept_for_each_time_that_a_lane_is_put_off()
    {
        var lanes = Scheduler();
        var key = new LaneKey(new TenantId(1), Channel.Email, Priority.Normal);
        var nextYear = Start.AddYears(1);
        lanes.Stored(key, nextYear);
        for (var i = 0; i < 100; i++)
        {
            lanes.Stored(key, Start);
            var order = Assert.Single(lanes.DueClaims(Start)!);
            lanes.Claimed(order, [], nextYear, failed: false);
        }

        Assert.Null(lanes.DueClaims(nextYear.AddTicks(-1)));
        Assert.Single(lanes.DueClaims(nextYear)!);
        Assert.Null(lanes.NextWake());
    }

    [Fact]
    public void A_stop_gives_back_what_was_never_given_out()
    {
        var lanes = Scheduler();
        var messages = Fill(lanes, 1, 5);
        lanes.Next();

        Assert.Equal(messages[1..], lanes.Stop());
        Assert.Null(lanes.Next());
    }

    [Fact]
    public void What_an_ended_incarnation_left_in_memory_is_not_sent()
    {
        var lease = new NodeLease(_time, isShared: true);
        lease.Begin(7, _time.GetTimestamp());
        var lanes = new LaneScheduler(new CarillonOptions(), _routes, lease, _time);
        var (old, current) = (Message(new LaneKey(new TenantId(1), Channel.Email, Priority.Normal)), Message(new LaneKey(new TenantId(1), Channel.Email, Priority.Normal)));
        (old.OwnerEpoch, current.OwnerEpoch) = (7, 8);
        foreach (var message in new[] { old, current }) Assert.True(lanes.TryReserve(message));

        lease.Begin(8, _time.GetTimestamp());
        foreach (var message in new[] { old, current }) lanes.HandOver(message);

        Assert.Equal([current], TakeAll(lanes, 10));
        Assert.Equal(1, lanes.InMemory);
    }

    [Fact]
    public void A_node_that_was_not_heard_for_too_long_takes_nothing_for_itself()
    {
        var lease = new NodeLease(_time, isShared: true);
        lease.Begin(7, _time.GetTimestamp());
        var lanes = new LaneScheduler(new CarillonOptions(), _routes, lease, _time);
        var message = Message(new LaneKey(new TenantId(1), Channel.Email, Priority.Normal));

        _time.Advance(NodeLease.Duration);
        Assert.False(lanes.TryReserve(message));
        lease.Renew(_time.GetTimestamp());
        Assert.True(lanes.TryReserve(message));
    }

    private LaneScheduler Scheduler(CarillonOptions? options = null) => new(options ?? new CarillonOptions(), _routes, new NodeLease(_time, isShared: false), _time);

    private static List<OutboundMessage> Fill(LaneScheduler lanes, int tenant, int count, Priority priority = Priority.Normal)
    {
        var made = new List<OutboundMessage>();
        for (var i = 0; i < count; i++)
        {
            var message = Message(new LaneKey(new TenantId(tenant), Channel.Email, priority));
            Assert.True(lanes.TryReserve(message));
            lanes.HandOver(message);
            made.Add(message);
        }

        return made;
    }

    private static OutboundMessage Message(LaneKey lane, string? text = null) => new()
    {
        Notification = new Notification
        {
            Tenant = lane.Tenant,
            Id = Ids.Next(),
            CreatedAt = Start,
            Priority = lane.Priority,
            Details = text is null ? null : new NotificationDetails { Content = new MessageContent { Text = text } },
        },
        Id = Ids.Next(),
        Channel = lane.Channel,
        Address = "ana@example.net",
        CreatedAt = Start,
        DueAt = Start,
    };

    private static List<OutboundMessage> TakeAll(LaneScheduler lanes, int most)
    {
        var taken = new List<OutboundMessage>();
        while (taken.Count < most && lanes.Next() is { } departure) taken.Add(departure.Message);
        return taken;
    }

    private sealed class ScriptedRoutes : ILaneRoutes
    {
        public ScriptedRoutes() => Answer = Admission.Open(Provider);

        public ProviderRuntime Provider { get; } = new(
            new Provider
            {
                Tenant = TenantId.Installation,
                Id = Guid.Empty,
                Name = "scripted",
                Channel = Channel.Email,
                Kind = "scripted",
                Settings = default,
                CreatedAt = Start,
                UpdatedAt = Start,
            },
            null!);

        public Admission Answer { get; set; }

        public Admission Admit(OutboundMessage message, DateTimeOffset now) => Answer;
    }
}
