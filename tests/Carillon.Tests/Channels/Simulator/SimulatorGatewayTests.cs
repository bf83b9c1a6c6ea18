using Carillon.Channels;
using Carillon.Channels.Simulator;
using Carillon.Messages;

namespace Carillon.Tests.Channels.Simulator;

public sealed class SimulatorGatewayTests
{
    private readonly ManualTime _time = new();
    private readonly SimulatorOutbox _outbox = new() { Capacity = 20_000 };

    [Fact]
    public void Without_settings_it_takes_everything_at_once()
    {
        var result = Send("{}");
        Assert.Equal(SendOutcome.Accepted, result.Outcome);
        Assert.Equal(PublicId.Format("sim_", Sample.Id(1)), result.ExternalId);
        Assert.Null(result.Cost);
        var kept = Assert.Single(_outbox.List(new TenantId(1), 10));
        Assert.Equal(("Welcome", "Hello Ana", "", "ana@example.net"), (kept.Subject, kept.Text, kept.Html, kept.Address));
        Assert.Equal((result.ExternalId, result.Answer, 1, _time.GetUtcNow()), (kept.ExternalId, kept.Answer, kept.Attempt, kept.At));
    }

    [Fact]
    public void It_serves_every_channel() => Assert.Equal(Enum.GetValues<Channel>(), SimulatorGateway.Kind.Channels);

    [Fact]
    public void Rates_are_met_and_what_was_not_taken_is_not_in_the_outbox()
    {
        const int count = 20_000;
        var gateway = Gateway("""{"failure_rate":0.1,"reject_rate":0.05,"throttle_rate":0.2,"lost_answer_rate":0.02,"retry_after_ms":1500,"seed":7}""");
        var results = Enumerable.Range(0, count).Select(i => Send(gateway, i)).ToList();

        // Five standard deviations of the widest of these, and the draw never changes.
        AssertShare(0.1, SendOutcome.Unavailable);
        AssertShare(0.05, SendOutcome.Rejected);
        AssertShare(0.2, SendOutcome.RetryAfter);
        AssertShare(0.02, SendOutcome.Unknown);
        Assert.All(results.Where(r => r.Outcome == SendOutcome.RetryAfter), r => Assert.Equal(TimeSpan.FromMilliseconds(1500), r.Delay));
        var taken = results.Count(r => r.Outcome is SendOutcome.Accepted or SendOutcome.Unknown);
        Assert.Equal(taken, _outbox.List(new TenantId(1), count).Count);
        Assert.Equal(taken, _outbox.CountTaken(new TenantId(1)));

        void AssertShare(double share, SendOutcome outcome) =>
            Assert.InRange(results.Count(r => r.Outcome == outcome) / (double)count, share - 0.015, share + 0.015);
    }

    [Fact]
    public void Runs_with_the_same_ids_and_seed_end_alike()
    {
        const string settings = """{"failure_rate":0.5,"seed":42}""";
        Assert.Equal(Outcomes(settings), Outcomes(settings));
        Assert.NotEqual(Outcomes(settings), Outcomes("""{"failure_rate":0.5,"seed":43}"""));
    }

    [Fact]
    public void An_attempt_is_drawn_anew()
    {
        var gateway = Gateway("""{"failure_rate":0.5,"seed":42}""");
        Assert.NotEqual(
            Enumerable.Range(0, 100).Select(i => Send(gateway, i, attempt: 1).Outcome),
            Enumerable.Range(0, 100).Select(i => Send(gateway, i, attempt: 2).Outcome));
    }

    [Fact]
    public void Two_providers_without_a_seed_fail_for_different_messages() =>
        Assert.NotEqual(Outcomes("""{"failure_rate":0.5}""", provider: 1), Outcomes("""{"failure_rate":0.5}""", provider: 2));

    [Fact]
    public void A_rate_of_one_is_always()
    {
        Assert.Equal(SendOutcome.Unavailable, Send("""{"failure_rate":1}""").Outcome);
        Assert.Equal(SendOutcome.Rejected, Send("""{"reject_rate":1}""").Outcome);
        Assert.Equal(SendOutcome.RetryAfter, Send("""{"throttle_rate":1}""").Outcome);
        Assert.Equal(SendOutcome.Unknown, Send("""{"lost_answer_rate":1}""").Outcome);
    }

    [Fact]
    public void A_lost_answer_was_taken()
    {
        var result = Send("""{"lost_answer_rate":1}""");
        Assert.Null(result.ExternalId);
        var kept = Assert.Single(_outbox.List(new TenantId(1), 10));
        Assert.Equal((SendOutcome.Unknown, null), (kept.Outcome, kept.Answer));
    }

    [Fact]
    public void An_outage_takes_nothing()
    {
        Assert.Equal(SendOutcome.Unavailable, Send("""{"outage":true}""").Outcome);
        Assert.Equal(SendOutcome.Unavailable, Send("""{"outage":true}""", address: "lost@example.net").Outcome);
        Assert.Equal(0, _outbox.CountTaken(new TenantId(1)));
    }

    [Fact]
    public void What_comes_beyond_the_limit_waits_for_the_next_second()
    {
        var gateway = Gateway("""{"per_second":3}""");
        _time.Advance(TimeSpan.FromMilliseconds(250));
        Assert.All(Enumerable.Range(0, 3), i => Assert.Equal(SendOutcome.Accepted, Send(gateway, i).Outcome));
        var throttled = Send(gateway, 3);
        Assert.Equal((SendOutcome.RetryAfter, TimeSpan.FromMilliseconds(750)), (throttled.Outcome, throttled.Delay));
        _time.Advance(throttled.Delay!.Value);
        Assert.Equal(SendOutcome.Accepted, Send(gateway, 3).Outcome);
    }

    [Fact]
    public async Task Threads_share_the_limit()
    {
        var gateway = Gateway("""{"per_second":500}""");
        var results = new SendOutcome[2000];
        await Parallel.ForAsync(0, results.Length, (i, _) =>
        {
            results[i] = Send(gateway, i).Outcome;
            return ValueTask.CompletedTask;
        });
        Assert.Equal(500, results.Count(r => r == SendOutcome.Accepted));
        Assert.Equal(500, _outbox.CountTaken(new TenantId(1)));
    }

    [Fact]
    public async Task Latency_passes_on_the_given_clock_before_anything_is_taken()
    {
        var send = Start("""{"latency_ms":200}""");
        _time.Advance(TimeSpan.FromMilliseconds(199));
        Assert.False(send.IsCompleted);
        Assert.Equal(0, _outbox.CountTaken(new TenantId(1)));
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(SendOutcome.Accepted, (await send).Outcome);
    }

    [Fact]
    public async Task Latency_between_two_numbers_stays_between_them()
    {
        var gateway = Gateway("""{"latency_ms":{"min":100,"max":300},"seed":1}""");
        var sends = Enumerable.Range(0, 200).Select(i => gateway.SendAsync(Message(i), CancellationToken.None).AsTask()).ToList();
        _time.Advance(TimeSpan.FromMilliseconds(99));
        Assert.DoesNotContain(sends, s => s.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(101));
        var byHalf = sends.Count(s => s.IsCompleted);
        Assert.InRange(byHalf, 60, 140);
        _time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.All(await Task.WhenAll(sends), r => Assert.Equal(SendOutcome.Accepted, r.Outcome));
    }

    [Fact]
    public async Task A_sender_that_gives_up_during_the_latency_has_sent_nothing()
    {
        using var cancellation = new CancellationTokenSource();
        var send = Gateway("""{"latency_ms":200}""").SendAsync(Message(1), cancellation.Token);
        await cancellation.CancelAsync();
        Assert.Equal(SendOutcome.Unavailable, (await send).Outcome);
        Assert.Equal(0, _outbox.CountTaken(new TenantId(1)));
    }

    [Fact]
    public void Cost_is_told_for_what_was_accepted()
    {
        var result = Send("""{"cost":"0.0075","currency":"USD"}""");
        Assert.Equal((0.0075m, "USD"), (result.Cost, result.Currency));
        Assert.Null(Send("""{"cost":"0.0075","currency":"USD","reject_rate":1}""").Cost);
    }

    [Theory]
    [InlineData("fail@example.com", SendOutcome.Unavailable)]
    [InlineData("Fail+17@simulator.test", SendOutcome.Unavailable)]
    [InlineData("reject@simulator.test", SendOutcome.Rejected)]
    [InlineData("bounce@simulator.test", SendOutcome.Rejected)]
    [InlineData("bounce", SendOutcome.Rejected)]
    [InlineData("throttle@simulator.test", SendOutcome.RetryAfter)]
    [InlineData("throttle+device7", SendOutcome.RetryAfter)]
    [InlineData("lost@simulator.test", SendOutcome.Unknown)]
    [InlineData("https://example.com/hooks/fail", SendOutcome.Unavailable)]
    [InlineData("flaky@simulator.test", SendOutcome.Unavailable)]
    [InlineData("+15005550001", SendOutcome.Rejected)]
    [InlineData("+15005550002", SendOutcome.Unavailable)]
    [InlineData("+15005550003", SendOutcome.RetryAfter)]
    [InlineData("+15005550004", SendOutcome.Unknown)]
    [InlineData("+15005550005", SendOutcome.Unavailable)]
    [InlineData("+15005550006", SendOutcome.Accepted)]
    [InlineData("+150055500011", SendOutcome.Accepted)]
    [InlineData("failure@example.com", SendOutcome.Accepted)]
    [InlineData("ana.fail@example.com", SendOutcome.Accepted)]
    [InlineData("ana@fail", SendOutcome.Accepted)]
    [InlineData("https://example.com/fail/hooks", SendOutcome.Accepted)]
    [InlineData("", SendOutcome.Accepted)]
    [InlineData("+", SendOutcome.Accepted)]
    public void An_address_can_ask_for_a_fault(string address, SendOutcome outcome) => Assert.Equal(outcome, Send("{}", address: address).Outcome);

    [Theory]
    [InlineData("flaky@simulator.test")]
    [InlineData("+15005550005")]
    public void A_flaky_address_takes_the_second_attempt(string address)
    {
        var result = Send(Gateway("{}"), 1, attempt: 2, address: address);
        Assert.Equal(SendOutcome.Accepted, result.Outcome);
        Assert.Equal(PublicId.Format("sim_", Sample.Id(1)) + "_2", result.ExternalId);
    }

    [Fact]
    public async Task A_slow_address_takes_two_seconds()
    {
        var send = Gateway("{}").SendAsync(Message(1, "slow@simulator.test"), CancellationToken.None).AsTask();
        _time.Advance(TimeSpan.FromSeconds(2) - TimeSpan.FromTicks(1));
        Assert.False(send.IsCompleted);
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(SendOutcome.Accepted, (await send).Outcome);
    }

    [Fact]
    public void The_path_without_faults_allocates_little_more_than_the_id_it_answers()
    {
        // Ten slots, so that the outbox has all of its buffers.
        var message = Message(1);
        var services = new GatewayServices(_time, new SimulatorOutbox { Capacity = 10 });
        var gateway = SimulatorGateway.Kind.Create(message.Provider, services);
        for (var i = 0; i < 100; i++) Send(gateway, message);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++) Send(gateway, message);
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 1000, 0, 128);
    }

    private static GatewayMessage Message(int id, string address = "ana@example.net", int attempt = 1) =>
        Sample.Message(Sample.Provider("simulator", "{}"), id, address, attempt: attempt);

    private static SendResult Send(IGateway gateway, int id, int attempt = 1, string address = "ana@example.net") =>
        Send(gateway, Message(id, address, attempt));

    private static SendResult Send(IGateway gateway, GatewayMessage message)
    {
        var send = gateway.SendAsync(message, CancellationToken.None);
        Assert.True(send.IsCompleted);
        return send.GetAwaiter().GetResult();
    }

    private IGateway Gateway(string settings, int provider = 1) =>
        SimulatorGateway.Kind.Create(Sample.Provider("simulator", settings, id: provider), new GatewayServices(_time, _outbox));

    private SendResult Send(string settings, string address = "ana@example.net") => Send(Gateway(settings), 1, address: address);

    private Task<SendResult> Start(string settings) => Gateway(settings).SendAsync(Message(1), CancellationToken.None).AsTask();

    private List<SendOutcome> Outcomes(string settings, int provider = 1)
    {
        var gateway = Gateway(settings, provider);
        return [.. Enumerable.Range(0, 100).Select(i => Send(gateway, i).Outcome)];
    }
}
