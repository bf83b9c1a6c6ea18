using System.Net;
using Carillon.Client;
using Carillon.Messages;
using Carillon.Security;

namespace Carillon.Server.Tests.Http;

/// <summary>The life of providers: made, listed, switched, deleted, and by whom.</summary>
public sealed class ProvidersApiTests : ProviderScenes
{
    [Fact]
    public async Task A_provider_is_answered_with_its_policy_and_masked_credentials_and_an_etag()
    {
        var made = await Host.Client.SendAsync("POST", "/v1/providers", """
            {"name":"relay","channel":"email","kind":"smtp","settings":{"host":"mail.example.net","from_email":"a@example.net"},
             "credentials":{"username":"ana","password":"a-long-secret-word"},
             "limits":{"per_second":10,"per_minute":100,"per_hour":1000,"per_day":5000,"per_month":100000},
             "budget":{"amount":"250.00","currency":"EUR","period":"month"},"cost":{"amount":"0.0075","currency":"EUR","per":"message"},
             "countries":["MX","+52"],"time_zone":"America/Mexico_City"}
            """);
        Assert.Equal((HttpStatusCode.Created, "\"1\""), (made.StatusCode, made.Headers.ETag?.Tag));
        var text = await made.Content.ReadAsStringAsync(Token);

        await Host.RestartAsync();

        var read = await Host.Client.SendAsync("GET", made.Headers.Location!.ToString());
        Assert.Equal("\"1\"", read.Headers.ETag?.Tag);
        Assert.StartsWith(text[..^1] + ",\"usage\":[", await read.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        var shown = await Providers.ListAsync().SingleAsync(p => p.Name == "relay", Token);
        Assert.Equal("/v1/providers/" + shown.Id, made.Headers.Location.ToString());
        Assert.Equal("""{"username":"***","password":"***word"}""", shown.Credentials!.ToJsonString());
        Assert.Equal(new ProviderLimits { PerSecond = 10, PerMinute = 100, PerHour = 1000, PerDay = 5000, PerMonth = 100_000 }, shown.Limits);
        Assert.Equal(new ProviderBudget("250.00", "EUR", "month"), shown.Budget);
        Assert.Equal(new ProviderCost("0.0075", "EUR", "message"), shown.Cost);
        Assert.Equal(["MX", "+52"], shown.Countries!);
        Assert.Equal("America/Mexico_City", shown.TimeZone);
        Assert.Equal(
            ["second 0 10", "minute 0 100", "hour 0 1000", "day 0 5000", "month 0 100000", "monthly_budget 0 250"],
            shown.Usage.Select(u => FormattableString.Invariant($"{u.Window} {u.Used} {u.Limit}")));
        Assert.Equal("closed", shown.Health!.Circuit);
    }

    [Fact]
    public async Task A_status_is_changed_alone()
    {
        var made = await Providers.CreateAsync(Relay);

        var off = await Providers.SetEnabledAsync(made.Id, enabled: false);

        Assert.False(off.Enabled);
        Assert.Equal(made.Settings!.ToJsonString(), off.Settings!.ToJsonString());
        Assert.Equal(HttpStatusCode.PreconditionFailed, await Providers.SetEnabledAsync(made.Id, enabled: true, made.Version).StatusAsync());
        Assert.Equal(["enabled:required"], await (await Host.Client.SendAsync("PUT", Path(made) + "/status", "{}")).FaultsAsync());
        Assert.Equal(["enabled:wrong_type"], await (await Host.Client.SendAsync("PUT", Path(made) + "/status", """{"enabled":"yes"}""")).FaultsAsync());
    }

    [Theory]
    [InlineData("""{"limits":{"per_second":0}}""", "limits.per_second:out_of_range")]
    [InlineData("""{"limits":{"per_year":1}}""", "limits.per_year:unknown_field")]
    [InlineData("""{"limits":7}""", "limits:wrong_type")]
    [InlineData("""{"budget":{"amount":"1"}}""", "budget.currency:required", "budget.period:required")]
    [InlineData("""{"budget":{"amount":5,"currency":"EUR","period":"year"}}""", "budget.amount:wrong_type", "budget.period:invalid")]
    [InlineData("""{"budget":{"amount":"-5","currency":"EUR","period":"day"}}""", "budget.amount:invalid")]
    [InlineData("""{"budget":{"amount":"5","currency":"eur","period":"day"}}""", "budget.currency:invalid")]
    [InlineData("""{"cost":{"amount":"0.00000000001","currency":"EUR","per":"message"}}""", "cost.amount:out_of_range")]
    [InlineData("""{"budget":{"amount":"5","currency":"EUR","period":"day"},"cost":{"amount":"1","currency":"USD","per":"segment"}}""", "budget.currency:conflict")]
    [InlineData("""{"cost":{"amount":"1","currency":"EUR","per":"segment","by_country":{}}}""", "cost.by_country:required")]
    [InlineData("""{"cost":{"amount":"1","currency":"EUR","per":"segment","by_country":["MX"]}}""", "cost.by_country:wrong_type")]
    [InlineData(
        """{"cost":{"amount":"1","currency":"EUR","per":"segment","by_country":{"MX":"0.031","DE":"-1","FR":1,"US":"1","US":"2"}}}""",
        "cost.by_country.DE:invalid", "cost.by_country.FR:wrong_type", "cost.by_country.US:duplicate_field")]
    [InlineData(
        """{"cost":{"amount":"1","currency":"EUR","per":"segment","by_country":{"mx":"1","XX":"1","+0":"1","52":"1","ES":"0.00000000001"}}}""",
        "cost.by_country.mx:invalid", "cost.by_country.XX:invalid", "cost.by_country.+0:invalid", "cost.by_country.52:invalid", "cost.by_country.ES:out_of_range")]
    [InlineData("""{"countries":[]}""", "countries:required")]
    [InlineData("""{"countries":["mx","XX","+0","52","MX"]}""", "countries[0]:invalid", "countries[1]:invalid", "countries[2]:invalid", "countries[3]:invalid")]
    [InlineData("""{"time_zone":"../../etc/passwd"}""", "time_zone:invalid")]
    [InlineData("""{"time_zone":"Mars/Olympus"}""", "time_zone:invalid")]
    [InlineData("""{"version":7}""", "version:unknown_field")]
    public async Task Every_fault_of_a_policy_is_told_by_its_field(string policy, params string[] faults)
    {
        var answer = await Host.Client.SendAsync("POST", "/v1/providers", """{"name":"sim","channel":"sms","kind":"simulator",""" + policy[1..]);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Equal(faults, await answer.FaultsAsync());
    }

    [Fact]
    public async Task A_deleted_provider_is_gone_and_its_name_is_free()
    {
        var made = await MakeAsync("sim");

        await Providers.DeleteAsync(made.Id);

        foreach (var call in Everything(made.Id)) Assert.Equal(HttpStatusCode.NotFound, await call(Providers).StatusAsync());
        Assert.Equal(HttpStatusCode.NotFound, await Providers.GetAsync(made.Id).StatusAsync());
        Assert.Empty(await Providers.ListAsync().ToListAsync(Token));
        await MakeAsync("sim");
    }

    [Fact]
    public async Task Another_tenants_provider_was_never_there_and_scopes_hold()
    {
        var made = await Providers.CreateAsync(Relay);
        var shown = await Host.Client.GetStringAsync(Path(made), Token);
        var stranger = await Host.ApiAsync(new TenantId(2), Scopes.Admin);
        var colleague = await Host.ApiAsync(ApiHost.Tenant, Scopes.Send, Scopes.Read, Scopes.Templates);

        foreach (var call in Everything(made.Id))
        {
            Assert.Equal(HttpStatusCode.NotFound, await call(stranger.Providers).StatusAsync());
            Assert.Equal(HttpStatusCode.Forbidden, await call(colleague.Providers).StatusAsync());
        }

        Assert.Equal(HttpStatusCode.NotFound, await stranger.Providers.GetAsync(made.Id).StatusAsync());
        Assert.Empty(await stranger.Providers.ListAsync().ToListAsync(Token));
        Assert.Equal(shown, await Host.Client.GetStringAsync(Path(made), Token));
    }

    [Fact]
    public async Task The_list_goes_on_from_its_cursor_by_channel()
    {
        foreach (var name in new[] { "c", "a", "b" }) await MakeAsync(name);
        await Providers.CreateAsync(Relay);

        var seen = new List<string>();
        await foreach (var provider in Providers.ListAsync(KnownChannels.Sms, pageSize: 2))
        {
            if (seen.Count == 0) await MakeAsync("d");
            seen.Add(provider.Name);
        }

        Assert.Equal(["c", "a", "b", "d"], seen);
        Assert.Equal(["after:invalid"], await (await Host.Client.SendAsync("GET", "/v1/providers?after=x")).FaultsAsync());
    }

    [Fact]
    public async Task The_same_key_makes_one_provider_and_answers_alike()
    {
        var first = await MakeAsync("relay", "k1");
        var again = await MakeAsync("relay", "k1");
        var other = await MakeAsync("relay-2", "k1");
        await Host.RestartAsync();
        var later = await MakeAsync("relay", "k1");

        Assert.Equal([201, 201, 422, 201], new[] { first, again, other, later }.Select(a => (int)a.StatusCode));
        Assert.Equal("/problems/idempotency_key_reused", (await ApiHost.JsonAsync(other)).GetProperty("type").GetString());
        foreach (var replay in new[] { again, later })
        {
            Assert.Equal("true", replay.Headers.GetValues("Idempotent-Replayed").Single());
            Assert.Equal((first.Headers.Location, first.Headers.ETag), (replay.Headers.Location, replay.Headers.ETag));
            Assert.Equal(await first.Content.ReadAsStringAsync(Token), await replay.Content.ReadAsStringAsync(Token));
        }

        Assert.False(first.Headers.Contains("Idempotent-Replayed"));
        Assert.Equal("relay", (await Providers.ListAsync().SingleAsync(Token)).Name);
        Assert.Equal(["Idempotency-Key:invalid"], await (await MakeAsync("sim", new string('k', 256))).FaultsAsync());
    }

    [Fact]
    public async Task Requests_with_one_key_at_once_make_one_provider()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => MakeAsync("sim", "k")));

        Assert.All(answers, a => Assert.Equal(HttpStatusCode.Created, a.StatusCode));
        Assert.Equal(7, answers.Count(a => a.Headers.Contains("Idempotent-Replayed")));
        Assert.Equal(1, await Providers.ListAsync().CountAsync(Token));
    }

    [Fact]
    public async Task Kinds_tell_their_settings_by_channel()
    {
        var all = await Providers.ListKindsAsync().ToListAsync(Token);
        var sms = await Providers.ListKindsAsync(KnownChannels.Sms).Select(k => k.Kind).ToListAsync(Token);

        var smtp = all.Single(k => k.Kind == "smtp");
        Assert.Equal("Host", smtp.Settings.GetProperty("properties").GetProperty("host").GetProperty("title").GetString());
        Assert.True(smtp.Credentials!.Value.GetProperty("properties").GetProperty("password").GetProperty("writeOnly").GetBoolean());
        Assert.DoesNotContain("smtp", sms);
        Assert.Contains("simulator", sms);
        Assert.Equal(["channel:invalid"], await Providers.ListKindsAsync("fax").ToListAsync(Token).AsTask().FaultsAsync());
    }

    private static IEnumerable<Func<ProvidersClient, Task>> Everything(string id) =>
    [
        p => p.DeleteAsync(id),
        p => p.ReplaceAsync(id, Relay),
        p => p.SetEnabledAsync(id, enabled: true),
        p => p.TestAsync(id, "ana@example.net"),
    ];

    private Task<HttpResponseMessage> MakeAsync(string name, string idempotencyKey) =>
        Host.Client.SendAsync("POST", "/v1/providers", $$"""{"name":"{{name}}","channel":"sms","kind":"simulator"}""", idempotencyKey: idempotencyKey);
}
