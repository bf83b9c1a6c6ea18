using System.Text;
using Carillon.Allowances;
using Carillon.Channels;
using Carillon.Dispatch;
using Carillon.Messages;
using Carillon.Providers;
using Carillon.Routing;
using Carillon.Storage;

namespace Carillon.Tests.Dispatch;

/// <summary>Which provider gets a message, through the whole engine.</summary>
public sealed class RoutingTests
{
    private static readonly DateTimeOffset Morning = new(2026, 3, 14, 9, 0, 1, TimeSpan.Zero);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_number_goes_to_a_provider_that_serves_its_country_or_prefix()
    {
        await using var harness = await EngineHarness.StartAsync();
        await harness.AddAsync("mexico", 1, new ProviderPolicy { Countries = ["MX"] }, Channel.Sms);
        await harness.AddAsync("london", 2, new ProviderPolicy { Countries = ["+4420"] }, Channel.Sms);
        await harness.AddAsync("world", 3, channel: Channel.Sms);

        await harness.DeliverAsync(Sms("+525512345678"));
        await harness.DeliverAsync(Sms("+442079460000"));
        var third = await harness.DeliverAsync(Sms("+4915112345678"));

        Assert.Equal(["mexico", "london", "world"], harness.Sends.Select(s => s.Provider));
        Assert.Contains("\"why\":\"not_served\",\"country\":\"DE\"", Encoding.UTF8.GetString(third.Trace!), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_no_provider_serves_waits_and_does_not_hold_up_what_is_behind_it()
    {
        await using var harness = await EngineHarness.StartAsync();
        await harness.AddAsync("mexico", 1, new ProviderPolicy { Countries = ["MX"] }, Channel.Sms);
        var foreign = new List<Notification>();
        for (var i = 0; i < 5; i++) foreign.Add(await harness.AcceptAsync(Sms("+4915112345678")));

        Assert.Equal(MessageStatus.Sent, (await harness.DeliverAsync(Sms("+525512345678"))).Status);
        await harness.AddAsync("germany", 1, new ProviderPolicy { Countries = ["DE"] }, Channel.Sms);

        foreach (var notification in foreign) Assert.Equal(MessageStatus.Sent, (await harness.UntilAsync(notification.Messages[0].Id)).Status);
        Assert.Equal(5, harness.Sends.Count(s => s.Provider == "germany"));
    }

    [Fact]
    public async Task A_country_whose_provider_is_full_does_not_hold_up_the_others()
    {
        await using var harness = await EngineHarness.StartAsync();
        await harness.AddAsync("germany", 1, new ProviderPolicy { Countries = ["DE"], Limits = new ProviderLimits { PerMonth = 1 } }, Channel.Sms);
        await harness.AddAsync("mexico", 2, new ProviderPolicy { Countries = ["MX"] }, Channel.Sms);
        await harness.DeliverAsync(Sms("+4915112345678"));
        var waiting = await harness.AcceptAsync(Sms("+4915112345678"));

        for (var i = 0; i < 3; i++) Assert.Equal(MessageStatus.Sent, (await harness.DeliverAsync(Sms("+525512345678"))).Status);

        Assert.Equal(MessageStatus.Sending, (await harness.UntilAsync(waiting.Messages[0].Id, _ => true)).Status);
        Assert.Equal(1, (await harness.Engine.CancelAsync(EngineHarness.Tenant, waiting.Id, Cancellation)).Count(c => c.State == CancelState.Cancelled));
    }

    [Fact]
    public async Task A_gateway_that_throttles_is_gone_around_at_once_and_left_alone_for_the_time_that_it_asks_for()
    {
        using var time = new JumpingTime(Morning);
        await using var harness = await EngineHarness.StartAtAsync(time);
        await harness.AddAsync("one", 1, new ProviderPolicy { Limits = new ProviderLimits { PerMonth = 8 } });
        await harness.AddAsync("two", 2);
        harness.Scripts["one"] = _ => new(SendResult.Throttled("slower", TimeSpan.FromMinutes(1)));

        var first = await harness.DeliverAsync(EngineHarness.Mail());
        var second = await harness.DeliverAsync(EngineHarness.Mail());
        harness.Scripts.Clear();
        time.JumpTo(time.GetUtcNow().AddMinutes(1));
        await harness.DeliverAsync(EngineHarness.Mail());

        Assert.Equal(["one", "two", "two", "one"], harness.Sends.Select(s => s.Provider));
        Assert.Equal((2, 1), (first.Attempts, second.Attempts));
        Assert.Contains("\"why\":\"resting\",\"until\":", Encoding.UTF8.GetString(second.Trace!), StringComparison.Ordinal);
        // What was throttled is not of the messages that the month may have.
        var one = harness.Engine.Providers.List(EngineHarness.Tenant).Single(p => p.Provider.Name == "one").Provider;
        Assert.Equal(1, Assert.Single((await harness.Engine.Limits.UsageAsync([one], Cancellation))[one.Id]).Used);
    }

    [Fact]
    public async Task What_found_a_provider_out_while_another_was_over_its_limit_goes_as_soon_as_one_can()
    {
        using var time = new JumpingTime(Morning);
        await using var harness = await EngineHarness.StartAtAsync(time, new RetryPolicy { BaseDelay = TimeSpan.FromHours(20), MaxDelay = TimeSpan.FromHours(20) });
        await harness.AddAsync("limited", 1, new ProviderPolicy { Limits = new ProviderLimits { PerHour = 1 } });
        await harness.AddAsync("out", 2);
        harness.Scripts["out"] = _ => new(SendResult.Unavailable("421 later"));
        await harness.DeliverAsync(EngineHarness.Mail());

        // Its delay is ten hours or so, and the limit's window ends after one.
        var message = await harness.AcceptAsync(EngineHarness.Mail());
        var waiting = await harness.UntilAsync(message.Messages[0].Id, m => m.Attempts == 1);
        Assert.InRange(waiting.DueAt!.Value, Morning, Morning.AddHours(1));
        time.JumpTo(Morning.AddHours(1));

        var sent = await harness.UntilAsync(message.Messages[0].Id);
        Assert.Equal((MessageStatus.Sent, 2, "limited"), (sent.Status, sent.Attempts, harness.Sends.Last().Provider));
    }

    [Fact]
    public async Task Who_had_no_place_is_asked_when_the_one_behind_it_fails()
    {
        await using var harness = await EngineHarness.StartAsync();
        await harness.AddAsync("one", 1, maxConcurrency: 1);
        await harness.AddAsync("two", 2);
        var gates = new Dictionary<string, TaskCompletionSource>(StringComparer.Ordinal) { ["one"] = new(), ["two"] = new() };
        harness.Scripts["one"] = async m =>
        {
            if (m.Message.Address.StartsWith("first", StringComparison.Ordinal)) await gates["one"].Task;
            return SendResult.Accepted();
        };
        harness.Scripts["two"] = async _ =>
        {
            await gates["two"].Task;
            return SendResult.Unavailable("421 later");
        };

        var first = await harness.AcceptAsync(EngineHarness.Mail("first@example.net"));
        await UntilAsync(() => harness.Sends.Count == 1);
        var second = await harness.AcceptAsync(EngineHarness.Mail("second@example.net"));
        await UntilAsync(() => harness.Sends.Count == 2);
        gates["one"].SetResult();
        await harness.UntilAsync(first.Messages[0].Id);
        gates["two"].SetResult();
        var sent = await harness.UntilAsync(second.Messages[0].Id);

        Assert.Equal(["one", "two", "one"], harness.Sends.Select(s => s.Provider));
        Assert.Equal((MessageStatus.Sent, 2), (sent.Status, sent.Attempts));
    }

    [Fact]
    public async Task A_message_that_finds_a_provider_still_out_waits_no_longer_than_those_that_did_not_ask()
    {
        using var time = new JumpingTime(Morning);
        await using var harness = await EngineHarness.StartAtAsync(time, new RetryPolicy { BaseDelay = TimeSpan.FromHours(10), MaxDelay = TimeSpan.FromHours(20) });
        await harness.AddAsync("one", 1);
        harness.Scripts["one"] = _ => new(SendResult.Unavailable("421 later"));
        var provider = harness.Engine.Providers.List(EngineHarness.Tenant).Single(p => p.Provider.Name == "one");
        for (var i = 0; i < 5; i++)
        {
            await harness.AcceptAsync(EngineHarness.Mail($"{i}@example.net"));
            var sends = i + 1;
            await UntilAsync(() => harness.Sends.Count == sends && provider.UnderWay == 0);
        }

        // It was the fifth that found out: it probes, and finds it out again.
        await harness.AcceptAsync(EngineHarness.Mail("waiting@example.net"));
        time.JumpTo(time.GetUtcNow().AddSeconds(1));
        await UntilAsync(() => harness.Sends.Count == 6 && provider.UnderWay == 0);
        harness.Scripts.Clear();
        time.JumpTo(time.GetUtcNow().AddSeconds(31));
        await UntilAsync(() => harness.Sends.Count == 8);

        Assert.Equal(["4@example.net", "4@example.net"], harness.Sends.Skip(4).Take(2).Select(s => s.Address));
        Assert.Equal(["4@example.net", "waiting@example.net"], harness.Sends.Skip(6).Select(s => s.Address).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_breaks_its_provider_each_time_lets_others_pass()
    {
        using var time = new JumpingTime(Morning);
        await using var harness = await EngineHarness.StartAtAsync(time);
        await harness.AddAsync("one", 1);
        harness.Scripts["one"] = m => new(m.Message.Address.StartsWith("poison", StringComparison.Ordinal) ? SendResult.Unavailable("421 later") : SendResult.Accepted());
        for (var i = 0; i < 5; i++) await harness.AcceptAsync(EngineHarness.Mail("poison@example.net"));
        var provider = harness.Engine.Providers.List(EngineHarness.Tenant).Single(p => p.Provider.Name == "one");
        await UntilAsync(() => provider.Circuit(time.GetUtcNow()).State == CircuitState.Open);

        var good = await harness.AcceptAsync(EngineHarness.Mail("good@example.net"));
        await UntilAsync(() =>
        {
            time.JumpTo(time.GetUtcNow().AddSeconds(10));
            return harness.Sends.Any(s => s.Address == "good@example.net");
        });

        Assert.Equal((MessageStatus.Sent, 1), (await harness.UntilAsync(good.Messages[0].Id)) is var sent ? (sent.Status, sent.Attempts) : default);
    }

    [Fact]
    public async Task What_the_only_gateway_throttles_comes_back_when_its_time_is_over()
    {
        var retry = new RetryPolicy { BaseDelay = TimeSpan.FromHours(1), MaxDelay = TimeSpan.FromHours(2) };
        await using var harness = await EngineHarness.StartAsync(new CarillonOptions { Retry = retry }, "one");
        var asked = 0;
        harness.Scripts["one"] = _ => new(Interlocked.Increment(ref asked) <= 2 ? SendResult.Throttled("slower", TimeSpan.FromMilliseconds(2)) : SendResult.Accepted());

        var message = await harness.DeliverAsync(EngineHarness.Mail());

        Assert.Equal((MessageStatus.Sent, 3), (message.Status, message.Attempts));
    }

    [Fact]
    public async Task What_is_throttled_again_and_again_waits_longer_each_time_and_holds_up_nobody()
    {
        var retry = new RetryPolicy { BaseDelay = TimeSpan.FromHours(10), MaxDelay = TimeSpan.FromHours(20) };
        await using var harness = await EngineHarness.StartAsync(new CarillonOptions { Retry = retry }, "one");
        harness.Scripts["one"] = m => new(m.Message.Address.StartsWith("poison", StringComparison.Ordinal) ? SendResult.Throttled("slower", TimeSpan.FromMilliseconds(2)) : SendResult.Accepted());

        var poison = await harness.AcceptAsync(EngineHarness.Mail("poison@example.net"));
        var waiting = await harness.UntilAsync(poison.Messages[0].Id, m => m.Attempts == 4);

        Assert.Equal(MessageStatus.Queued, waiting.Status);
        Assert.Equal(MessageStatus.Sent, (await harness.DeliverAsync(EngineHarness.Mail())).Status);
        Assert.Equal(4, harness.Sends.Count(s => s.Address.StartsWith("poison", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Weights_share_what_providers_of_one_priority_get()
    {
        await using var harness = await EngineHarness.StartAsync();
        await harness.AddAsync("a", weight: 3);
        await harness.AddAsync("b", weight: 1);
        await harness.AddAsync("c", 200, weight: 9);

        for (var i = 0; i < 8; i++) await harness.DeliverAsync(EngineHarness.Mail());

        Assert.Equal("a a b a a a b a", string.Join(' ', harness.Sends.Select(s => s.Provider)));
    }

    [Fact]
    public async Task A_rule_may_ask_for_the_cheapest_for_one_category_alone()
    {
        await using var harness = await EngineHarness.StartAsync();
        await harness.AddAsync("dear", 1, Costs(2));
        await harness.AddAsync("unknown", 2);
        await harness.AddAsync("cheap", 3, Costs(0.5m));
        await SetAsync(harness, new RoutingRule(Channel.Email, "news", RoutingStrategy.LeastCost, false));
        var news = EngineHarness.Mail();
        news.Category = "news";

        await harness.DeliverAsync(EngineHarness.Mail());
        var message = await harness.DeliverAsync(news);

        Assert.Equal(["dear", "cheap"], harness.Sends.Select(s => s.Provider));
        Assert.Contains("\"by\":\"least_cost\"", Encoding.UTF8.GetString(message.Trace!), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_cheapest_for_the_number_goes_first_and_its_price_is_what_the_message_cost()
    {
        await using var harness = await EngineHarness.StartAsync();
        await harness.AddAsync("even", 1, Costs(0.05m), Channel.Sms);
        await harness.AddAsync("mexican", 2, Costs(0.4m, ("MX", 0.031m), ("+5255", 0.033m)), Channel.Sms);
        await harness.AddAsync("island", 3, Costs(0.06m, ("+1876", 0.04m)), Channel.Sms);
        await SetAsync(harness, new RoutingRule(Channel.Sms, null, RoutingStrategy.LeastCost, false));

        var mexico = await harness.DeliverAsync(Sms("+525512345678"));
        var monterrey = await harness.DeliverAsync(Sms("+528112345678", new string('a', 161)));
        var jamaica = await harness.DeliverAsync(Sms("+18765551234"));
        var berlin = await harness.DeliverAsync(Sms("+4930123456"));

        Assert.Equal(["mexican", "mexican", "island", "even"], harness.Sends.Select(s => s.Provider));
        Assert.Equal([0.033m, 0.062m, 0.04m, 0.05m], ((StoredMessage[])[mexico, monterrey, jamaica, berlin]).Select(m => m.Cost));
        Assert.Contains("\"price\":\"0.031\",\"currency\":\"EUR\",\"per\":\"segment\",\"units\":2", Encoding.UTF8.GetString(monterrey.Trace!), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dear_country_does_not_hold_up_a_cheap_one_when_the_budget_ends()
    {
        await using var harness = await EngineHarness.StartAsync();
        var costs = Costs(0.01m, ("JM", 0.9m)) with { Budget = new ProviderBudget(1, "EUR", BudgetPeriod.Month) };
        await harness.AddAsync("one", 1, costs, Channel.Sms);
        Assert.Equal(0.9m, (await harness.DeliverAsync(Sms("+18765551234"))).Cost);

        var dear = await harness.AcceptAsync(Sms("+18765551234"));
        for (var i = 0; i < 10; i++) Assert.Equal(MessageStatus.Sent, (await harness.DeliverAsync(Sms("+4930123456"))).Status);

        Assert.False((await harness.UntilAsync(dear.Messages[0].Id, _ => true)).Status.IsFinal());
        Assert.Equal(11, harness.Sends.Count);
    }

    [Fact]
    public async Task What_no_provider_served_for_as_long_as_may_be_tells_why_each_did_not()
    {
        using var time = new JumpingTime(new DateTimeOffset(2026, 3, 14, 9, 0, 0, TimeSpan.Zero));
        await using var harness = await EngineHarness.StartAtAsync(time);
        await harness.AddAsync("mexico", 1, new ProviderPolicy { Countries = ["MX", "+1212"] }, Channel.Sms);
        foreach (var channel in (Channel[])[Channel.Sms, Channel.Email])
        {
            var off = await harness.AddAsync("off " + channel, 2, null, channel);
            await harness.Engine.Providers.SetEnabledAsync(EngineHarness.Tenant, off.Id, false, null, Cancellation);
        }

        var island = await harness.AcceptAsync(Sms("+18765551234"));
        var nowhere = await harness.AcceptAsync(EngineHarness.Mail());
        var waiting = await WaitAsync(harness, island.Messages[0].Id);
        Assert.Equal((WaitReason.NoProvider, "JM"), (waiting.Why, waiting.Region));
        Assert.Equal([("mexico", ProviderChoice.NotServed), ("off Sms", ProviderChoice.Disabled)], waiting.Providers.Select(p => (p.Name, p.Why)));
        Assert.Equal(["MX", "+1212"], waiting.Providers[0].Countries);
        Assert.Equal("off Email", Assert.Single((await WaitAsync(harness, nowhere.Messages[0].Id)).Providers).Name);

        time.JumpTo(time.GetUtcNow().AddDays(2));

        var ended = await harness.UntilAsync(island.Messages[0].Id);
        Assert.Equal((MessageStatus.Failed, MessageReasons.NoProvider, 0), (ended.Status, ended.Reason, ended.Attempts));
        var trace = Encoding.UTF8.GetString(ended.Trace!);
        Assert.Contains("\"why\":\"not_served\",\"country\":\"JM\",\"serves\":[\"MX\",\"\\u002B1212\"]", trace, StringComparison.Ordinal);
        Assert.Contains("\"why\":\"disabled\"", trace, StringComparison.Ordinal);
        Assert.Contains("\"answer\":\"no_provider\"", trace, StringComparison.Ordinal);
        Assert.Equal((MessageStatus.Failed, MessageReasons.NoProvider), await harness.UntilAsync(nowhere.Messages[0].Id) switch { var m => (m.Status, m.Reason) });
    }

    [Fact]
    public async Task What_waits_for_a_limit_says_for_which_and_until_when()
    {
        using var time = new JumpingTime(new DateTimeOffset(2026, 3, 14, 9, 0, 0, TimeSpan.Zero));
        await using var harness = await EngineHarness.StartAtAsync(time);
        await harness.AddAsync("one", policy: new ProviderPolicy { Limits = new ProviderLimits { PerMonth = 1 } });
        await harness.DeliverAsync(EngineHarness.Mail());
        var request = EngineHarness.Mail();
        request.ExpiresAt = time.GetUtcNow().AddHours(1);
        var late = await harness.AcceptAsync(request);
        var wait = await WaitAsync(harness, late.Messages[0].Id, w => w.Why == WaitReason.Limit);
        Assert.Equal((ProviderChoice.Limited, LimitKind.Month), (wait.Providers[0].Why, wait.Providers[0].Limit!.Value));
        Assert.Equal(new DateTimeOffset(2026, 4, 1, 0, 0, 0, TimeSpan.Zero), wait.Until);

        time.JumpTo(time.GetUtcNow().AddHours(2));

        Assert.Equal((MessageStatus.Expired, MessageReasons.Limit), await harness.UntilAsync(late.Messages[0].Id) switch { var m => (m.Status, m.Reason) });
        Assert.Null(await harness.Engine.Waits.ReadAsync(await harness.UntilAsync(late.Messages[0].Id), Cancellation));
    }

    [Fact]
    public async Task Recipients_keep_their_provider_and_move_only_when_it_cannot()
    {
        await using var harness = await EngineHarness.StartAsync();
        foreach (var name in new[] { "a", "b", "c" }) await harness.AddAsync(name);
        await SetAsync(harness, new RoutingRule(Channel.Email, null, RoutingStrategy.Priority, true));
        var first = await RoundAsync();
        Assert.Equal(3, first.Values.Distinct().Count());

        Assert.Equal(first, await RoundAsync());
        await harness.RestartAsync();
        Assert.Equal(first, await RoundAsync());
        var gone = harness.Engine.Providers.List(EngineHarness.Tenant).Single(p => p.Provider.Name == "b").Provider;
        await harness.Engine.Providers.SetEnabledAsync(EngineHarness.Tenant, gone.Id, false, null, Cancellation);

        foreach (var (address, provider) in await RoundAsync())
        {
            if (first[address] == "b") Assert.NotEqual("b", provider);
            else Assert.Equal(first[address], provider);
        }

        async Task<Dictionary<string, string>> RoundAsync()
        {
            harness.Sends.Clear();
            for (var i = 0; i < 24; i++) await harness.DeliverAsync(EngineHarness.Mail($"r{i}@example.net"));
            return harness.Sends.ToDictionary(s => s.Address, s => s.Provider);
        }
    }

    [Fact]
    public void Latency_decides_who_is_fastest_and_fades()
    {
        var now = DateTimeOffset.UnixEpoch;
        var health = new ProviderHealth();
        health.Note(SendResult.Accepted(), TimeSpan.FromMilliseconds(800), now);
        Assert.Equal(800, health.Latency(now));
        Assert.Equal(200, health.Latency(now.AddMinutes(2)));
        health.Note(SendResult.Unavailable("refused at once"), TimeSpan.FromMilliseconds(1), now);
        Assert.Equal(800, health.Latency(now));
    }

    [Fact]
    public async Task What_is_stopped_waits_longer_than_any_retry_and_goes_when_the_stop_ends()
    {
        using var time = new JumpingTime(new DateTimeOffset(2026, 3, 14, 9, 0, 0, TimeSpan.Zero));
        await using var harness = await EngineHarness.StartAtAsync(time);
        await harness.AddAsync("one");
        await harness.Engine.Routing.SetStopsAsync(EngineHarness.Tenant, new Stops(false, [Channel.Email], []), Cancellation);
        var patient = await harness.AcceptAsync(EngineHarness.Mail());
        var request = EngineHarness.Mail();
        request.ExpiresAt = time.GetUtcNow().AddDays(1);
        var hasty = await harness.AcceptAsync(request);

        time.JumpTo(time.GetUtcNow().AddDays(2));
        var ended = await harness.UntilAsync(hasty.Messages[0].Id);
        Assert.Equal((MessageStatus.Expired, MessageReasons.Stopped), (ended.Status, ended.Reason));
        await harness.RestartAsync();
        Assert.Empty(harness.Sends);

        await harness.Engine.Routing.SetStopsAsync(EngineHarness.Tenant, Stops.None, Cancellation);

        Assert.Equal(MessageStatus.Sent, (await harness.UntilAsync(patient.Messages[0].Id)).Status);
    }

    [Fact]
    public async Task A_stopped_provider_is_gone_around_and_the_installation_stops_all_tenants()
    {
        await using var harness = await EngineHarness.StartAsync(null, "one", "two");
        var one = harness.Engine.Providers.List(EngineHarness.Tenant)[0].Provider;
        await harness.Engine.Routing.SetStopsAsync(EngineHarness.Tenant, new Stops(false, [], [one.Id]), Cancellation);
        var message = await harness.DeliverAsync(EngineHarness.Mail());
        Assert.Equal("two", Assert.Single(harness.Sends).Provider);
        Assert.Contains("\"why\":\"stopped\"", Encoding.UTF8.GetString(message.Trace!), StringComparison.Ordinal);

        await harness.Engine.Routing.SetStopsAsync(TenantId.Installation, new Stops(true, [], []), Cancellation);
        var waiting = await harness.AcceptAsync(EngineHarness.Mail());
        await harness.Engine.Routing.SetStopsAsync(EngineHarness.Tenant, Stops.None, Cancellation);
        Assert.Single(harness.Sends);
        await harness.Engine.Routing.SetStopsAsync(TenantId.Installation, Stops.None, Cancellation);
        Assert.Equal(MessageStatus.Sent, (await harness.UntilAsync(waiting.Messages[0].Id)).Status);
    }

    [Fact]
    public async Task Three_providers_of_which_one_throttles_one_dies_and_one_recovers_lose_nothing_and_exceed_nothing()
    {
        await using var harness = await EngineHarness.StartAsync();
        await harness.AddAsync("throttled", 1, new ProviderPolicy { Limits = new ProviderLimits { PerMonth = 60 } });
        await harness.AddAsync("dying", 2);
        await harness.AddAsync("recovering", 3);
        var (dying, recovering) = (0, 0);
        harness.Scripts["dying"] = _ => new(Interlocked.Increment(ref dying) <= 50 ? SendResult.Accepted() : SendResult.Unavailable("dead"));
        harness.Scripts["recovering"] = _ => new(Interlocked.Increment(ref recovering) <= 6 ? SendResult.Unavailable("not yet") : SendResult.Accepted());

        var messages = new List<OutboundMessage>();
        for (var i = 0; i < 300; i++) messages.AddRange((await harness.AcceptAsync(EngineHarness.Mail($"r{i}@example.net"))).Messages);
        foreach (var message in messages) Assert.Equal(MessageStatus.Sent, (await harness.UntilAsync(message.Id)).Status);

        Assert.Equal(60, harness.Sends.Count(s => s.Provider == "throttled"));
        var health = harness.Engine.Providers.List(EngineHarness.Tenant).ToDictionary(p => p.Provider.Name, p => p.Health.Figures(harness.Engine.Time.GetUtcNow()));
        Assert.Equal(1, health["throttled"].SuccessRate);
        Assert.InRange(health["dying"].SuccessRate!.Value, 0.1, 0.99);
        Assert.Equal("dead", health["dying"].Errors[0].Answer);
    }

    private static async Task SetAsync(EngineHarness harness, params RoutingRule[] rules) =>
        Assert.Empty(await harness.Engine.Routing.SetRulesAsync(EngineHarness.Tenant, rules, Cancellation));

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        for (var i = 0; !condition(); i++)
        {
            Assert.True(i < 6000, "What was awaited did not come.");
            await timer.WaitForNextTickAsync(Cancellation);
        }
    }

    private static async Task<MessageWait> WaitAsync(EngineHarness harness, Guid message, Func<MessageWait, bool>? condition = null)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        for (var i = 0; i < 2000; i++)
        {
            var stored = await harness.UntilAsync(message, _ => true);
            if (await harness.Engine.Waits.ReadAsync(stored, Cancellation) is { } wait && (condition is null || condition(wait))) return wait;
            await timer.WaitForNextTickAsync(Cancellation);
        }

        throw new TimeoutException("The message did not wait for what was awaited.");
    }

    private static ProviderPolicy Costs(decimal amount, params (string Place, decimal Amount)[] places) =>
        new() { Cost = new ProviderCost(amount, "EUR", CostUnit.Segment) { ByCountry = places.Length == 0 ? null : places.ToDictionary(p => p.Place, p => p.Amount) } };

    private static NotificationRequest Sms(string number, string message = "Hello") => new()
    {
        Recipient = new RecipientRequest { Phone = number },
        Channels = [Channel.Sms],
        Message = message,
    };
}
