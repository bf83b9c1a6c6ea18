using System.Net;
using System.Text;
using System.Text.Json;
using Carillon.Messages;
using Carillon.Security;

namespace Carillon.Server.Tests.Http;

public sealed class ProvidersApiTests : IAsyncLifetime
{
    private const string Simulator = """{"name":"sim","channel":"sms","kind":"simulator"}""";

    private const string Smtp = """
        {"name":"relay","channel":"email","kind":"smtp","settings":{"host":"127.0.0.1","port":9,"security":"none","from_email":"a@example.net"},
         "credentials":{"username":"hello@example.net","password":"a-long-secret-word"}}
        """;

    private EngineHost _host = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _host = await EngineHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_provider_is_answered_with_its_policy_and_masked_credentials_and_an_etag()
    {
        var made = await SendAsync("POST", "/v1/providers", """
            {"name":"relay","channel":"email","kind":"smtp","settings":{"host":"mail.example.net","from_email":"a@example.net"},
             "credentials":{"username":"ana","password":"a-long-secret-word"},
             "limits":{"per_second":10,"per_minute":100,"per_hour":1000,"per_day":5000,"per_month":100000},
             "budget":{"amount":"250.00","currency":"EUR","period":"month"},"cost":{"amount":"0.0075","currency":"EUR","per":"message"},
             "countries":["MX","+52"],"time_zone":"America/Mexico_City"}
            """);

        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        Assert.Equal("\"1\"", made.Headers.ETag?.Tag);
        var provider = await ApiHost.JsonAsync(made);
        Assert.Equal("/v1/providers/" + Text(provider, "id"), made.Headers.Location?.ToString());
        Assert.Equal("""{"username":"***","password":"***word"}""", provider.GetProperty("credentials").GetRawText());
        Assert.Equal("""{"per_second":10,"per_minute":100,"per_hour":1000,"per_day":5000,"per_month":100000}""", provider.GetProperty("limits").GetRawText());
        Assert.Equal("""{"amount":"250.00","currency":"EUR","period":"month"}""", provider.GetProperty("budget").GetRawText());
        Assert.Equal("""{"amount":"0.0075","currency":"EUR","per":"message"}""", provider.GetProperty("cost").GetRawText());
        Assert.Equal(("""["MX","+52"]""", "America/Mexico_City"), (provider.GetProperty("countries").GetRawText(), Text(provider, "time_zone")));

        await _host.RestartAsync();

        var read = await SendAsync("GET", "/v1/providers/" + Text(provider, "id"));
        Assert.Equal("\"1\"", read.Headers.ETag?.Tag);
        var shown = await ApiHost.JsonAsync(read);
        Assert.StartsWith(provider.GetRawText()[..^1] + ",\"usage\":[", shown.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(
            ["second 0 10", "minute 0 100", "hour 0 1000", "day 0 5000", "month 0 100000", "monthly_budget 0 250"],
            shown.GetProperty("usage").EnumerateArray().Select(u => $"{Text(u, "window")} {u.GetProperty("used")} {u.GetProperty("limit")}"));
        Assert.Equal("closed", Text(shown.GetProperty("health"), "circuit"));
    }

    [Fact]
    public async Task What_was_shown_can_be_sent_back_changed()
    {
        var (path, shown) = await MakeAsync(Smtp);

        var put = await SendAsync("PUT", path, shown.GetRawText().Replace("\"port\":9", "\"port\":10", StringComparison.Ordinal), ifMatch: "\"1\"");

        Assert.Equal((HttpStatusCode.OK, "\"2\""), (put.StatusCode, put.Headers.ETag?.Tag));
        var changed = await ApiHost.JsonAsync(put);
        Assert.Equal((10, 2), (changed.GetProperty("settings").GetProperty("port").GetInt32(), changed.GetProperty("version").GetInt32()));
        Assert.Equal(shown.GetProperty("credentials").GetRawText(), changed.GetProperty("credentials").GetRawText());
        Assert.Equal(Text(shown, "created_at"), Text(changed, "created_at"));
    }

    [Fact]
    public async Task Stored_credentials_do_not_follow_a_provider_to_another_place()
    {
        var (path, shown) = await MakeAsync(Smtp);
        var elsewhere = shown.GetRawText().Replace("127.0.0.1", "collector.example.net", StringComparison.Ordinal);

        var masked = await SendAsync("PUT", path, elsewhere);
        Assert.True((int)masked.StatusCode == 422, await masked.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(["credentials.username:masked", "credentials.password:masked"], await FaultsAsync(masked));
        const string left = """
            {"name":"relay","channel":"email","kind":"smtp",
             "settings":{"host":"collector.example.net","port":9,"security":"none","from_email":"a@example.net"}}
            """;
        Assert.Equal(["credentials:required"], await FaultsAsync(await SendAsync("PUT", path, left)));
        Assert.Equal(HttpStatusCode.OK, (await SendAsync("PUT", path, Smtp.Replace("127.0.0.1", "collector.example.net", StringComparison.Ordinal))).StatusCode);
    }

    [Theory]
    [InlineData("\"1\"", 412)]
    [InlineData("W/\"2\"", 412)]
    [InlineData("\"x\"", 412)]
    [InlineData("\"1\", \"3\"", 412)]
    [InlineData("\"2\"", 200)]
    [InlineData("\"1\", \"2\"", 200)]
    [InlineData("*", 200)]
    [InlineData(null, 200)]
    [InlineData("2", 422)]
    public async Task A_change_goes_by_if_match(string? ifMatch, int status)
    {
        var (path, _) = await MakeAsync(Simulator);
        await SendAsync("PUT", path + "/status", """{"enabled":false}""");

        var put = await SendAsync("PUT", path, Simulator, ifMatch);

        Assert.Equal(status, (int)put.StatusCode);
        if (status == 412)
        {
            Assert.Equal("\"2\"", put.Headers.ETag?.Tag);
            Assert.Equal("/problems/precondition_failed", Text(await ApiHost.JsonAsync(put), "type"));
        }

        Assert.Equal(status == 200 ? "\"3\"" : "\"2\"", (await SendAsync("GET", path)).Headers.ETag?.Tag);
        Assert.Equal(status == 200 ? 204 : status, (int)(await SendAsync("DELETE", path, null, ifMatch is "\"2\"" or "\"1\", \"2\"" ? "\"3\"" : ifMatch)).StatusCode);
    }

    [Fact]
    public async Task A_status_is_changed_alone()
    {
        var (path, shown) = await MakeAsync(Smtp);

        var off = await ApiHost.JsonAsync(await SendAsync("PUT", path + "/status", """{"enabled":false}"""));

        Assert.False(off.GetProperty("enabled").GetBoolean());
        Assert.Equal(shown.GetProperty("settings").GetRawText(), off.GetProperty("settings").GetRawText());
        Assert.Equal(["enabled:required"], await FaultsAsync(await SendAsync("PUT", path + "/status", "{}")));
        Assert.Equal(["enabled:wrong_type"], await FaultsAsync(await SendAsync("PUT", path + "/status", """{"enabled":"yes"}""")));
    }

    [Theory]
    [InlineData("""{"name":"sim","channel":"email","kind":"simulator"}""", "channel:immutable")]
    [InlineData("""{"name":"sim","channel":"sms","kind":"smtp"}""", "kind:immutable")]
    [InlineData("""{"name":"sim","channel":"sms","kind":"simulator","settings":{"seed":"x"},"credentials":{"a":"***"}}""", "credentials.a:masked")]
    [InlineData("""{"name":"sim","channel":"sms","kind":"simulator","settings":{"seed":"x","laten_ms":1}}""", "settings.seed:invalid", "settings.laten_ms:unknown_field")]
    [InlineData("""{"channel":"sms","kind":"simulator"}""", "name:required")]
    [InlineData("""{"name":"other","channel":"sms","kind":"simulator"}""", "name:already_exists")]
    public async Task A_bad_replacement_changes_nothing(string body, params string[] faults)
    {
        var (path, shown) = await MakeAsync(Simulator);
        await MakeAsync(Simulator.Replace("sim\",\"ch", "other\",\"ch", StringComparison.Ordinal));

        var put = await SendAsync("PUT", path, body);

        Assert.Equal(faults, await FaultsAsync(put));
        Assert.Equal(shown.GetRawText(), (await GetJsonAsync(path)).GetRawText());
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
    [InlineData("""{"countries":[]}""", "countries:required")]
    [InlineData("""{"countries":["mx","XX","+0","52","MX"]}""", "countries[0]:invalid", "countries[1]:invalid", "countries[2]:invalid", "countries[3]:invalid")]
    [InlineData("""{"time_zone":"../../etc/passwd"}""", "time_zone:invalid")]
    [InlineData("""{"time_zone":"Mars/Olympus"}""", "time_zone:invalid")]
    [InlineData("""{"version":7}""", "version:unknown_field")]
    public async Task Every_fault_of_a_policy_is_told_by_its_field(string policy, params string[] faults)
    {
        var answer = await SendAsync("POST", "/v1/providers", string.Concat(Simulator.AsSpan(0, Simulator.Length - 1), ",", policy.AsSpan(1)));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Equal(faults, await FaultsAsync(answer));
    }

    [Fact]
    public async Task A_deleted_provider_is_gone_and_its_name_is_free()
    {
        var (path, _) = await MakeAsync(Simulator);

        Assert.Equal(HttpStatusCode.NoContent, (await SendAsync("DELETE", path)).StatusCode);

        foreach (var (method, sub, body) in new[] { ("GET", "", null), ("DELETE", "", null), ("PUT", "", Simulator), ("PUT", "/status", """{"enabled":true}"""), ("POST", "/test", """{"to":"+5215512345678"}""") })
            Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(method, path + sub, body)).StatusCode);
        Assert.Empty((await GetJsonAsync("/v1/providers")).GetProperty("data").EnumerateArray());
        await MakeAsync(Simulator);
    }

    [Fact]
    public async Task Another_tenants_provider_was_never_there()
    {
        var (path, shown) = await MakeAsync(Smtp);
        var own = _host.Client.DefaultRequestHeaders.Authorization;
        _host.Client.DefaultRequestHeaders.Authorization = new("Bearer", await _host.AddKeyAsync(new TenantId(2), Scopes.Admin));
        foreach (var (method, sub, body) in new[] { ("GET", "", null), ("DELETE", "", null), ("PUT", "", Smtp), ("PUT", "/status", """{"enabled":true}"""), ("POST", "/test", """{"to":"a@example.net"}""") })
            Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(method, path + sub, body)).StatusCode);
        Assert.Empty((await GetJsonAsync("/v1/providers")).GetProperty("data").EnumerateArray());

        _host.Client.DefaultRequestHeaders.Authorization = new("Bearer", await _host.AddKeyAsync(ApiHost.Tenant, Scopes.Send, Scopes.Read, Scopes.Templates));
        foreach (var (method, sub, body) in new[] { ("DELETE", "", null), ("PUT", "", Smtp), ("PUT", "/status", """{"enabled":true}"""), ("POST", "/test", """{"to":"a@example.net"}""") })
            Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(method, path + sub, body)).StatusCode);

        _host.Client.DefaultRequestHeaders.Authorization = own;
        Assert.Equal(shown.GetRawText(), (await GetJsonAsync(path)).GetRawText());
    }

    [Fact]
    public async Task The_list_goes_on_from_its_cursor_by_channel()
    {
        foreach (var name in new[] { "c", "a", "b" }) await MakeAsync(Simulator.Replace("\"sim\"", $"\"{name}\"", StringComparison.Ordinal));
        await MakeAsync(Smtp);

        var first = await GetJsonAsync("/v1/providers?channel=sms&limit=2");
        await MakeAsync(Simulator.Replace("\"sim\"", "\"d\"", StringComparison.Ordinal));
        var rest = await GetJsonAsync("/v1/providers?channel=sms&limit=2&after=" + Text(first, "next"));

        Assert.Equal(["c", "a", "b", "d"], first.GetProperty("data").EnumerateArray().Concat(rest.GetProperty("data").EnumerateArray()).Select(p => Text(p, "name")));
        Assert.Equal(JsonValueKind.Null, rest.GetProperty("next").ValueKind);
        Assert.Equal(["after:invalid"], await FaultsAsync(await SendAsync("GET", "/v1/providers?after=x")));
    }

    [Fact]
    public async Task The_same_key_makes_one_provider_and_answers_alike()
    {
        var first = await SendAsync("POST", "/v1/providers", Smtp, idempotencyKey: "k1");
        var again = await SendAsync("POST", "/v1/providers", Smtp, idempotencyKey: "k1");
        var other = await SendAsync("POST", "/v1/providers", Smtp.Replace("relay", "relay-2", StringComparison.Ordinal), idempotencyKey: "k1");
        await _host.RestartAsync();
        var later = await SendAsync("POST", "/v1/providers", Smtp, idempotencyKey: "k1");

        Assert.Equal([201, 201, 422, 201], new[] { first, again, other, later }.Select(a => (int)a.StatusCode));
        Assert.Equal("/problems/idempotency_key_reused", Text(await ApiHost.JsonAsync(other), "type"));
        foreach (var replay in new[] { again, later })
        {
            Assert.Equal("true", replay.Headers.GetValues("Idempotent-Replayed").Single());
            Assert.Equal((first.Headers.Location, first.Headers.ETag), (replay.Headers.Location, replay.Headers.ETag));
            Assert.Equal(await first.Content.ReadAsStringAsync(Token), await replay.Content.ReadAsStringAsync(Token));
        }

        Assert.False(first.Headers.Contains("Idempotent-Replayed"));
        Assert.Single((await GetJsonAsync("/v1/providers")).GetProperty("data").EnumerateArray());
        Assert.Equal(["Idempotency-Key:invalid"], await FaultsAsync(await SendAsync("POST", "/v1/providers", Simulator, idempotencyKey: new string('k', 256))));
    }

    [Fact]
    public async Task Requests_with_one_key_at_once_make_one_provider()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => SendAsync("POST", "/v1/providers", Simulator, idempotencyKey: "k")));

        Assert.All(answers, a => Assert.Equal(HttpStatusCode.Created, a.StatusCode));
        Assert.Equal(7, answers.Count(a => a.Headers.Contains("Idempotent-Replayed")));
        Assert.Single((await GetJsonAsync("/v1/providers")).GetProperty("data").EnumerateArray());
    }

    [Fact]
    public async Task A_test_goes_through_this_provider_alone_and_leaves_nothing_behind()
    {
        var (path, shown) = await MakeAsync("""{"name":"sim","channel":"sms","kind":"simulator","enabled":false,"settings":{"cost":"0.05","currency":"EUR"}}""");

        var test = await ApiHost.JsonAsync(await SendAsync("POST", path + "/test", """{"to":"+52 1 55 1234 5678"}"""));

        Assert.Equal((Text(shown, "id"), "accepted", "0.05", "EUR"), (Text(test, "provider_id"), Text(test, "outcome"), Text(test, "cost"), Text(test, "currency")));
        Assert.True(test.GetProperty("duration_ms").GetDouble() >= 0);
        Assert.Empty(test.GetProperty("advice").EnumerateArray());
        var simulated = Assert.Single((await GetJsonAsync("/v1/simulator/outbox")).GetProperty("data").EnumerateArray());
        Assert.Equal(("+525512345678", "sim"), (Text(simulated, "address"), Text(simulated, "provider")));
        Assert.Contains("test message", Text(simulated, "text"), StringComparison.Ordinal);
        Assert.Empty((await GetJsonAsync("/v1/messages")).GetProperty("data").EnumerateArray());
        Assert.Equal(shown.GetRawText(), (await GetJsonAsync(path)).GetRawText());
    }

    [Theory]
    [InlineData("+15005550001", "rejected")]
    [InlineData("+15005550002", "unavailable")]
    [InlineData("+15005550003", "retry_after")]
    [InlineData("+15005550004", "unknown")]
    public async Task A_test_tells_the_outcome_and_what_to_look_at(string to, string outcome)
    {
        var (path, _) = await MakeAsync(Simulator);

        var test = await ApiHost.JsonAsync(await SendAsync("POST", path + "/test", $$"""{"to":"{{to}}"}"""));

        Assert.Equal(outcome, Text(test, "outcome"));
        Assert.Equal(outcome != "unavailable", test.GetProperty("advice").GetArrayLength() > 0);
        Assert.Equal(outcome == "retry_after", test.GetProperty("retry_after_seconds").ValueKind == JsonValueKind.Number);
    }

    [Fact]
    public async Task A_test_of_a_server_that_is_not_there_says_so()
    {
        // The operator's own may lead to this machine.
        _host.Client.DefaultRequestHeaders.Authorization = new("Bearer", await _host.AddKeyAsync(TenantId.Installation, Scopes.Admin));
        var (path, _) = await MakeAsync(Smtp);

        var test = await ApiHost.JsonAsync(await SendAsync("POST", path + "/test", """{"to":"ana@example.net"}"""));

        Assert.Equal("unavailable", Text(test, "outcome"));
        Assert.Contains("Nothing listens", test.GetRawText(), StringComparison.Ordinal);
        var dialogue = test.GetProperty("exchange").GetProperty("smtp").EnumerateArray().Select(l => $"{Text(l, "side")}: {Text(l, "text")}");
        Assert.Equal(["note: connecting to 127.0.0.1:9", "note: the connection failed: ConnectionRefused"], dialogue);
    }

    [Fact]
    public async Task A_test_shows_the_request_and_why_no_answer_came_without_the_key()
    {
        _host.Client.DefaultRequestHeaders.Authorization = new("Bearer", await _host.AddKeyAsync(TenantId.Installation, Scopes.Admin));
        var (path, _) = await MakeAsync("""{"name":"h","channel":"sms","kind":"http","settings":{"api_url":"http://127.0.0.1:1/send","auth_method":"query"},"credentials":{"api_key":"the-very-key"}}""");

        var test = await ApiHost.JsonAsync(await SendAsync("POST", path + "/test", """{"to":"+5215512345678"}"""));

        var exchange = Assert.Single(test.GetProperty("exchange").GetProperty("http").EnumerateArray());
        Assert.Equal("http://127.0.0.1:1/send?api_key=***", Text(exchange.GetProperty("request"), "url"));
        Assert.Contains("test%20message", Text(exchange.GetProperty("request"), "body"), StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Null, exchange.GetProperty("response").ValueKind);
        Assert.Contains("ConnectionRefused", Text(exchange, "failure"), StringComparison.Ordinal);
        Assert.DoesNotContain("the-very-key", test.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_test_of_a_tenants_provider_on_this_machine_says_that_it_is_not_connected_to()
    {
        var (path, _) = await MakeAsync(Smtp);

        var test = await ApiHost.JsonAsync(await SendAsync("POST", path + "/test", """{"to":"ana@example.net"}"""));

        Assert.Equal("unavailable", Text(test, "outcome"));
        Assert.Contains("outgoing_allow_networks", test.GetRawText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}", "to:required")]
    [InlineData("""{"to":"ana@example.net"}""", "to:invalid_phone")]
    [InlineData("""{"to":"+5215512345678\r\nBcc: x"}""", "to:invalid_character")]
    [InlineData("""{"to":7,"form":"x"}""", "to:wrong_type", "form:unknown_field")]
    public async Task A_bad_test_is_refused(string body, params string[] faults)
    {
        var (path, _) = await MakeAsync(Simulator);

        Assert.Equal(faults, await FaultsAsync(await SendAsync("POST", path + "/test", body)));
        Assert.Empty((await GetJsonAsync("/v1/simulator/outbox")).GetProperty("data").EnumerateArray());
    }

    [Fact]
    public async Task Kinds_tell_their_settings_by_channel()
    {
        var all = (await GetJsonAsync("/v1/providers/kinds")).GetProperty("data").EnumerateArray().ToList();
        var sms = (await GetJsonAsync("/v1/providers/kinds?channel=sms")).GetProperty("data").EnumerateArray().ToList();

        var smtp = all.Single(k => Text(k, "kind") == "smtp");
        Assert.Equal("Host", Text(smtp.GetProperty("settings").GetProperty("properties").GetProperty("host"), "title"));
        Assert.True(smtp.GetProperty("credentials").GetProperty("properties").GetProperty("password").GetProperty("writeOnly").GetBoolean());
        Assert.DoesNotContain(sms, k => Text(k, "kind") == "smtp");
        Assert.Contains(sms, k => Text(k, "kind") == "simulator");
        Assert.Equal(["channel:invalid"], await FaultsAsync(await SendAsync("GET", "/v1/providers/kinds?channel=fax")));
    }

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    private static async Task<IEnumerable<string>> FaultsAsync(HttpResponseMessage response) =>
        (await ApiHost.JsonAsync(response)).GetProperty("errors").EnumerateArray().Select(e => $"{Text(e, "field")}:{Text(e, "code")}");

    private async Task<(string Path, JsonElement Shown)> MakeAsync(string body)
    {
        var made = await SendAsync("POST", "/v1/providers", body);
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        var path = made.Headers.Location!.ToString();
        return (path, await GetJsonAsync(path));
    }

    private async Task<JsonElement> GetJsonAsync(string path) => await ApiHost.JsonAsync(await SendAsync("GET", path));

    private Task<HttpResponseMessage> SendAsync(string method, string path, string? body = null, string? ifMatch = null, string? idempotencyKey = null)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        if (ifMatch is not null) request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        if (idempotencyKey is not null) request.Headers.Add("Idempotency-Key", idempotencyKey);
        return _host.Client.SendAsync(request, Token);
    }
}
