using Carillon.Channels;
using Carillon.Messages;
using Carillon.Providers;
using Carillon.Tests.Dispatch;

namespace Carillon.Tests.Providers;

public sealed class ProviderFiguresTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_sent_is_there_after_a_drain_and_a_restart_adds_to_it()
    {
        using var time = new JumpingTime(new DateTimeOffset(2026, 3, 14, 9, 0, 0, TimeSpan.Zero));
        await using var harness = await EngineHarness.StartAtAsync(time);
        var provider = await harness.AddAsync("one");
        harness.Scripts["one"] = message => new(message.Message.Address.StartsWith('x') ? SendResult.Rejected("no") : SendResult.Accepted("ok"));

        for (var i = 0; i < 3; i++) await harness.DeliverAsync(EngineHarness.Mail());
        await harness.RestartAsync();
        await harness.DeliverAsync(EngineHarness.Mail("x@example.net"));
        await harness.RestartAsync();

        var today = DateOnly.FromDateTime(harness.Engine.Time.GetUtcNow().UtcDateTime);
        var day = Assert.Single((await ProviderDays.ReadAsync(harness.Engine.Storage.Figures, provider, today, today, Cancellation)).Days);
        Assert.Equal(new SendCounts(3, 1, 0, 0, 0), day.Sends);
        Assert.Equal((3, 1), (day.Messages(MessageStatus.Sent), day.Messages(MessageStatus.Failed)));
        Assert.Equal((1.0, 1.0), (day.SuccessRate, day.Availability ?? 1));
    }

    [Fact]
    public void The_circuit_is_down_from_its_trip_until_an_answer()
    {
        var begin = new DateTimeOffset(2026, 3, 14, 9, 0, 0, TimeSpan.Zero);
        var runtime = new ProviderRuntime(Make(), new NoGateway());
        for (var second = 0; second < 5; second++) Send(second, SendResult.Unavailable("out"));
        Send(64, SendResult.Unavailable("still out"));
        Send(124, SendResult.Rejected("of this message"));
        Send(300, SendResult.Accepted());

        var quarter = Assert.Single(runtime.Health.Meter.Unwritten(runtime.Provider.Id, begin.AddSeconds(400)));

        Assert.Equal((400.0, 120.0), (quarter.Observed.TotalSeconds, quarter.Down.TotalSeconds));
        Assert.Equal(new SendCounts(1, 1, 6, 0, 0), quarter.Sends);

        void Send(int second, SendResult result)
        {
            var now = begin.AddSeconds(second);
            var entry = runtime.TryEnter(now, null);
            Assert.Equal(ProviderStanding.Open, entry.Standing);
            runtime.Exit(entry.Ticket, result, TimeSpan.FromMilliseconds(5), now);
        }
    }

    [Fact]
    public void A_provider_that_is_changed_goes_on_with_its_figures_and_a_closed_circuit()
    {
        var begin = new DateTimeOffset(2026, 3, 14, 9, 0, 0, TimeSpan.Zero);
        var old = new ProviderRuntime(Make(), new NoGateway());
        var last = old.TryEnter(begin, null);
        for (var i = 0; i < 5; i++) old.Exit(old.TryEnter(begin, null).Ticket, SendResult.Unavailable("out"), TimeSpan.Zero, begin);
        var changed = new ProviderRuntime(Make(), new NoGateway(), health: old.Health);
        old.Retire();
        // Its failure is the old one's.
        old.Exit(last.Ticket, SendResult.Unavailable("out"), TimeSpan.Zero, begin.AddSeconds(10));
        changed.Exit(changed.TryEnter(begin.AddSeconds(60), null).Ticket, SendResult.Accepted(), TimeSpan.Zero, begin.AddSeconds(60));

        var quarter = Assert.Single(changed.Health.Meter.Unwritten(changed.Provider.Id, begin.AddSeconds(100)));

        Assert.Equal((7L, 100.0, 0.0), (quarter.Sends.Total, quarter.Observed.TotalSeconds, quarter.Down.TotalSeconds));
    }

    private static Provider Make() => new()
    {
        Tenant = EngineHarness.Tenant,
        Id = new Guid("0192aaaa-0000-7000-8000-000000000001"),
        Name = "one",
        Channel = Channel.Email,
        Kind = "scripted",
        Settings = default,
        CreatedAt = default,
        UpdatedAt = default,
    };

    private sealed class NoGateway : IGateway
    {
        public ValueTask<SendResult> SendAsync(GatewayMessage message, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
