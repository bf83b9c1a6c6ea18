using System.Net;
using Carillon.Client;

namespace Carillon.Server.Tests.Http;

public sealed class RoutingApiTests : EngineApiTests
{
    [Fact]
    public async Task Rules_are_replaced_as_a_whole_and_kept()
    {
        Assert.Empty((await Api.Routing.GetAsync()).Rules);
        var cheap = new RoutingRule { Channel = KnownChannels.Sms, Strategy = "least_cost" };
        var quick = new RoutingRule { Channel = KnownChannels.Sms, Category = "otp", Strategy = "fastest", Sticky = true };
        RoutingRule[] rules = [cheap with { Sticky = false }, quick];

        Assert.Equal(rules, (await Api.Routing.ReplaceAsync(new RoutingRules { Rules = [cheap, quick] })).Rules);
        await Host.RestartAsync();

        Assert.Equal(rules, (await Api.Routing.GetAsync()).Rules);
        Assert.Equal(
            """{"rules":[{"channel":"sms","category":null,"strategy":"least_cost","sticky":false},{"channel":"sms","category":"otp","strategy":"fastest","sticky":true}]}""",
            await Host.Client.GetStringAsync("/v1/routing", Token));
        Assert.Empty((await Api.Routing.ReplaceAsync(new RoutingRules { Rules = [] })).Rules);
    }

    [Theory]
    [InlineData("""{"rules":[{"channel":"smoke"}]}""", "rules[0].channel")]
    [InlineData("""{"rules":[{"strategy":"priority"}]}""", "rules[0].channel")]
    [InlineData("""{"rules":[{"channel":"sms","strategy":"best"}]}""", "rules[0].strategy")]
    [InlineData("""{"rules":[{"channel":"sms"},{"channel":"sms"}]}""", "rules[1]")]
    [InlineData("""{}""", "rules")]
    public async Task Every_fault_of_rules_is_told_by_its_field(string rules, string field)
    {
        var answer = await Host.Client.SendAsync("PUT", "/v1/routing", rules);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Contains(await answer.FaultsAsync(), fault => fault.StartsWith(field + ":", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_stopped_waits_until_it_is_let_go()
    {
        await Api.Providers.CreateAsync(new ProviderDraft { Name = "sim", Channel = KnownChannels.Email, Kind = "simulator" });
        var stopped = await Api.Stops.ReplaceAsync(new Stops { Channels = [KnownChannels.Email] });
        Assert.Equal((false, null), (stopped.All, stopped.ResumedAt));
        Assert.Equal([KnownChannels.Email], stopped.Channels);
        Assert.Empty(stopped.Providers);
        var waiting = await Api.Notifications.SendAsync(
            new NotificationRequest { Recipient = new Recipient { Email = "ana@example.net" }, Channel = KnownChannels.Email, Subject = "s", Message = "m" });
        await Host.RestartAsync();
        Assert.Empty(Host.Engine.Outbox.List(ApiHost.Tenant, 10));

        Assert.NotNull((await Api.Stops.ReplaceAsync(new Stops())).ResumedAt);

        await Api.Notifications.WaitAsync(waiting.Id, TimeSpan.FromMilliseconds(10), Token);
        Assert.Single(Host.Engine.Outbox.List(ApiHost.Tenant, 10));
        // What was shown may be sent back: the server sets the time.
        Assert.Equal(false, (await Api.Stops.ReplaceAsync(await Api.Stops.GetAsync())).All);
    }

    [Fact]
    public async Task A_stop_names_providers_by_their_ids() =>
        Assert.Contains(await Api.Stops.ReplaceAsync(new Stops { Providers = ["nobody"] }).FaultsAsync(), fault => fault.StartsWith("providers[0]:", StringComparison.Ordinal));
}
