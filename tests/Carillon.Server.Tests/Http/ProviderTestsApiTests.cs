using Carillon.Client;
using Carillon.Messages;
using Carillon.Security;

namespace Carillon.Server.Tests.Http;

/// <summary>Test messages: through this provider alone, with the gateway's answer.</summary>
public sealed class ProviderTestsApiTests : ProviderScenes
{
    [Fact]
    public async Task A_test_goes_through_this_provider_alone_and_leaves_nothing_behind()
    {
        var made = await Providers.CreateAsync(new ProviderDraft
        {
            Name = "sim",
            Channel = KnownChannels.Sms,
            Kind = "simulator",
            Enabled = false,
            Settings = new() { ["cost"] = "0.05", ["currency"] = "EUR" },
        });
        var shown = await Host.Client.GetStringAsync(Path(made), Token);

        var test = await Providers.TestAsync(made.Id, "+52 1 55 1234 5678");

        Assert.Equal((made.Id, "accepted", 0.05m, "EUR"), (test.ProviderId, test.Outcome, test.Cost, test.Currency));
        Assert.True(test.DurationMs >= 0);
        Assert.Empty(test.Advice);
        var simulated = Assert.Single(await Api.Simulator.ListAsync());
        Assert.Equal(("+525512345678", "sim"), (simulated.Address, simulated.Provider));
        Assert.Contains("test message", simulated.Text, StringComparison.Ordinal);
        Assert.Empty(await Api.Messages.ListAsync().ToListAsync(Token));
        Assert.Equal(shown, await Host.Client.GetStringAsync(Path(made), Token));
    }

    [Theory]
    [InlineData("+15005550001", "rejected")]
    [InlineData("+15005550002", "unavailable")]
    [InlineData("+15005550003", "retry_after")]
    [InlineData("+15005550004", "unknown")]
    public async Task A_test_tells_the_outcome_and_what_to_look_at(string to, string outcome)
    {
        var test = await Providers.TestAsync((await MakeAsync("sim")).Id, to);

        Assert.Equal(outcome, test.Outcome);
        Assert.Equal(outcome != "unavailable", test.Advice.Count > 0);
        Assert.Equal(outcome == "retry_after", test.RetryAfterSeconds is not null);
    }

    [Fact]
    public async Task A_test_of_a_server_that_is_not_there_says_so()
    {
        // The operator's own may lead to this machine.
        var operations = await Host.ApiAsync(TenantId.Installation, Scopes.Admin);

        var test = await operations.Providers.TestAsync((await operations.Providers.CreateAsync(Relay)).Id, "ana@example.net");

        Assert.Equal("unavailable", test.Outcome);
        Assert.Contains("Nothing listens", test.Answer + string.Concat(test.Advice), StringComparison.Ordinal);
        Assert.Equal(["note: connecting to 127.0.0.1:9", "note: the connection failed: ConnectionRefused"], test.Exchange.Smtp.Select(l => $"{l.Side}: {l.Text}"));
    }

    [Fact]
    public async Task A_test_shows_the_request_and_why_no_answer_came_without_the_key()
    {
        var operations = await Host.ApiAsync(TenantId.Installation, Scopes.Admin);
        var made = await operations.Providers.CreateAsync(new ProviderDraft
        {
            Name = "h",
            Channel = KnownChannels.Sms,
            Kind = "http",
            Settings = new() { ["api_url"] = "http://127.0.0.1:1/send", ["auth_method"] = "query" },
            Credentials = new() { ["api_key"] = "the-very-key" },
        });

        var test = await operations.Providers.TestAsync(made.Id, "+5215512345678");

        var exchange = Assert.Single(test.Exchange.Http);
        Assert.Equal("http://127.0.0.1:1/send?api_key=***", exchange.Request.Url);
        Assert.Contains("test%20message", exchange.Request.Body, StringComparison.Ordinal);
        Assert.Null(exchange.Response);
        Assert.Contains("ConnectionRefused", exchange.Failure, StringComparison.Ordinal);
        Assert.DoesNotContain("the-very-key", exchange.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_test_of_a_tenants_provider_on_this_machine_says_that_it_is_not_connected_to()
    {
        var test = await Providers.TestAsync((await Providers.CreateAsync(Relay)).Id, "ana@example.net");

        Assert.Equal("unavailable", test.Outcome);
        Assert.Contains("outgoing_allow_networks", test.Answer + string.Concat(test.Advice), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}", "to:required")]
    [InlineData("""{"to":"ana@example.net"}""", "to:invalid_phone")]
    [InlineData("""{"to":"+5215512345678\r\nBcc: x"}""", "to:invalid_character")]
    [InlineData("""{"to":7,"form":"x"}""", "to:wrong_type", "form:unknown_field")]
    public async Task A_bad_test_is_refused(string body, params string[] faults)
    {
        var made = await MakeAsync("sim");

        Assert.Equal(faults, await (await Host.Client.SendAsync("POST", Path(made) + "/test", body)).FaultsAsync());
        Assert.Empty(await Api.Simulator.ListAsync());
    }
}
