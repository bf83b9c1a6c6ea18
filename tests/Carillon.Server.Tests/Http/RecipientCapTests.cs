using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Carillon.Messages;
using Carillon.Security;

namespace Carillon.Server.Tests.Http;

/// <summary>How many recipients keys and tenants may address, over HTTP on a real engine.</summary>
public sealed class RecipientCapTests : IAsyncLifetime
{
    private EngineHost _host = null!;
    private string _admin = "";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _host = await EngineHost.StartAsync();
        _admin = await _host.AddKeyAsync(TenantId.Installation, Scopes.Admin);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private async Task<HttpResponseMessage> SendAsync(string method, string path, string? body = null, string? key = null, string? ifMatch = null, string? idempotency = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null) request.Content = new StringContent(body, MediaTypeHeaderValue.Parse("application/json"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key ?? _admin);
        if (ifMatch is not null) request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        if (idempotency is not null) request.Headers.TryAddWithoutValidation("Idempotency-Key", idempotency);
        return await _host.Client.SendAsync(request, Token);
    }

    private async Task<(string Text, string Id)> KeyAsync(string limits, string? by = null)
    {
        var made = await SendAsync("POST", "/v1/keys", $$"""{"name":"k","scopes":["messages:write"],"limits":{{limits}}}""", by);
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        var key = await ApiHost.JsonAsync(made);
        return (key.GetProperty("key").GetString()!, key.GetProperty("id").GetString()!);
    }

    private static string Mail(int i) => $$"""{"recipient":{"email":"a{{i}}@example.net"},"message":"Hello"}""";

    private Task<HttpResponseMessage> MailAsync(int i, string key, string? idempotency = null) => SendAsync("POST", "/v1/notifications", Mail(i), key, idempotency: idempotency);

    private static string Header(HttpResponseMessage response, string name) => response.Headers.TryGetValues(name, out var values) ? values.Single() : "";

    private static async Task<string> TypeAsync(HttpResponseMessage response) => (await ApiHost.JsonAsync(response)).GetProperty("type").GetString()!;

    [Fact]
    public async Task A_key_over_its_cap_is_429_and_told_which_whose_and_when()
    {
        var (key, _) = await KeyAsync("""{"recipients_per_minute":2,"recipients_per_day":100}""");
        var first = await MailAsync(1, key);
        await MailAsync(2, key);

        var third = await MailAsync(3, key);

        Assert.Equal(HttpStatusCode.Accepted, first.StatusCode);
        Assert.Equal("\"key-recipients-minute\";q=2;w=60, \"key-recipients-day\";q=100;w=86400", Header(first, "RateLimit-Policy"));
        Assert.Matches("^\"key-recipients-minute\";r=1;t=60, \"key-recipients-day\";r=99;t=[0-9]+$", Header(first, "RateLimit"));
        Assert.Equal(HttpStatusCode.TooManyRequests, third.StatusCode);
        Assert.InRange(int.Parse(Header(third, "Retry-After"), System.Globalization.CultureInfo.InvariantCulture), 1, 61);
        Assert.StartsWith("\"key-recipients-minute\";r=0;", Header(third, "RateLimit"), StringComparison.Ordinal);
        var problem = await ApiHost.JsonAsync(third);
        Assert.Equal("/problems/recipient_cap", problem.GetProperty("type").GetString());
        Assert.StartsWith("2 recipients in a minute are allowed to this API key; 0 are left.", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_cap_answers_do_not_speak_of_one()
    {
        var answer = await MailAsync(1, await _host.AddKeyAsync(ApiHost.Tenant, Scopes.Send));

        Assert.Equal(("", ""), (Header(answer, "RateLimit"), Header(answer, "RateLimit-Policy")));
    }

    [Fact]
    public async Task A_repeated_request_is_answered_at_the_cap_and_counts_once()
    {
        var (key, _) = await KeyAsync("""{"recipients_per_minute":2}""");
        var first = await (await MailAsync(1, key, "a")).Content.ReadAsStringAsync(Token);
        await MailAsync(2, key, "b");

        var again = await MailAsync(1, key, "a");

        Assert.Equal(("true", first), (Header(again, "Idempotent-Replayed"), await again.Content.ReadAsStringAsync(Token)));
        Assert.Equal(HttpStatusCode.TooManyRequests, (await MailAsync(3, key, "c")).StatusCode);
    }

    [Fact]
    public async Task Of_a_batch_what_is_over_the_cap_is_refused_item_by_item()
    {
        var (key, _) = await KeyAsync("""{"recipients_per_minute":3}""");

        var batch = await ApiHost.JsonAsync(await SendAsync("POST", "/v1/notifications/batch", $"[{Mail(1)},{Mail(2)},{{}},{Mail(3)},{Mail(4)},{Mail(5)}]", key));

        Assert.Equal((3, 3), (batch.GetProperty("accepted").GetInt32(), batch.GetProperty("rejected").GetInt32()));
        Assert.Equal(
            ["", "", "/problems/invalid_request", "", "/problems/recipient_cap", "/problems/recipient_cap"],
            batch.GetProperty("results").EnumerateArray().Select(r => r.TryGetProperty("problem", out var p) ? p.GetProperty("type").GetString() : ""));
        var whole = await SendAsync("POST", "/v1/notifications/batch", $"[{Mail(6)},{Mail(7)}]", key);
        Assert.Equal((HttpStatusCode.TooManyRequests, "/problems/recipient_cap"), (whole.StatusCode, await TypeAsync(whole)));
    }

    [Fact]
    public async Task A_cap_is_changed_by_its_version_and_counts_within_two_seconds()
    {
        var (key, id) = await KeyAsync("""{"recipients_per_minute":1}""");
        var shown = await SendAsync("GET", "/v1/keys/" + id);
        Assert.Equal("\"1\"", shown.Headers.ETag?.Tag);
        await MailAsync(1, key);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await MailAsync(2, key)).StatusCode);

        // What was shown is sent back, changed.
        var body = (await ApiHost.JsonAsync(shown)).GetRawText().Replace("\"recipients_per_minute\":1,", "\"recipients_per_minute\":3,", StringComparison.Ordinal);
        var changed = await SendAsync("PUT", "/v1/keys/" + id, body, ifMatch: "\"1\"");

        Assert.Equal((HttpStatusCode.OK, "\"2\""), (changed.StatusCode, changed.Headers.ETag?.Tag));
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await SendAsync("PUT", "/v1/keys/" + id, body, ifMatch: "\"1\"")).StatusCode);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while ((await MailAsync(2, key)).StatusCode != HttpStatusCode.Accepted) await timer.WaitForNextTickAsync(Token);
        await SendAsync("PUT", "/v1/keys/" + id, """{"name":"free"}""");
        Assert.Equal(
            """{"recipients_per_minute":null,"recipients_per_day":null}""",
            (await ApiHost.JsonAsync(await SendAsync("GET", "/v1/keys/" + id))).GetProperty("limits").GetRawText());
    }

    [Fact]
    public async Task Every_fault_of_a_key_is_named_and_scopes_stay()
    {
        var wrong = await SendAsync("POST", "/v1/keys", """{"name":"k","scopes":["admin"],"limits":{"recipients_per_minute":0,"per_hour":5}}""");
        Assert.Equal(
            ["limits.recipients_per_minute", "limits.per_hour"],
            (await ApiHost.JsonAsync(wrong)).GetProperty("errors").EnumerateArray().Select(e => e.GetProperty("field").GetString()));

        var (_, id) = await KeyAsync("null");
        var scopes = await SendAsync("PUT", "/v1/keys/" + id, """{"name":"k","scopes":["admin"]}""");
        Assert.Equal("immutable", (await ApiHost.JsonAsync(scopes)).GetProperty("errors")[0].GetProperty("code").GetString());
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync("PUT", "/v1/keys/key_nobody", """{"name":"k"}""")).StatusCode);
    }

    [Fact]
    public async Task The_limits_of_a_tenant_hold_for_all_of_its_keys()
    {
        var tenant = await ApiHost.JsonAsync(await SendAsync("POST", "/v1/tenants", """{"key":"acme"}"""));
        var first = tenant.GetProperty("api_key").GetString()!;
        var put = await SendAsync("PUT", "/v1/tenants/acme/limits", """{"recipients_per_minute":2,"recipients_per_day":1000}""");
        Assert.Equal("""{"per_key":null,"per_tenant":null,"recipients_per_minute":2,"recipients_per_day":1000}""", (await ApiHost.JsonAsync(put)).GetRawText());
        var (second, _) = await KeyAsync("null", first);

        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.Accepted), ((await MailAsync(1, first)).StatusCode, (await MailAsync(2, second)).StatusCode));

        var third = await MailAsync(3, first);
        Assert.Contains("all API keys of the tenant together", (await ApiHost.JsonAsync(third)).GetProperty("detail").GetString(), StringComparison.Ordinal);
        // A limit of requests beside it is told first.
        await SendAsync("PUT", "/v1/tenants/acme/limits", """{"per_key":{"requests":100,"seconds":60},"recipients_per_minute":9}""");
        Assert.StartsWith("\"key\";q=100;w=60, \"tenant-recipients-minute\";q=9;w=60", Header(await MailAsync(4, first), "RateLimit-Policy"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_a_tenant_makes_itself_is_new_for_a_day_unless_the_installation_lifts_that()
    {
        var first = (await ApiHost.JsonAsync(await SendAsync("POST", "/v1/tenants", """{"key":"acme"}"""))).GetProperty("api_key").GetString()!;
        var made = await ApiHost.JsonAsync(await SendAsync("POST", "/v1/keys", """{"name":"k","scopes":["messages:write"]}""", first));
        var id = made.GetProperty("id").GetString();
        var newKey = made.GetProperty("new_key");
        Assert.Equal((1000, made.GetProperty("created_at").GetDateTimeOffset().AddHours(24)), (newKey.GetProperty("recipients_per_minute").GetInt32(), newKey.GetProperty("until").GetDateTimeOffset()));
        Assert.StartsWith("\"new-keys-recipients-minute\";r=999;", Header(await MailAsync(1, made.GetProperty("key").GetString()!), "RateLimit"), StringComparison.Ordinal);
        // The tenant's first key is the installation's own affair.
        Assert.Equal("", Header(await MailAsync(2, first), "RateLimit"));

        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync("PUT", "/v1/keys/" + id, """{"name":"k","new_key":null}""", first)).StatusCode);
        Assert.NotEqual(JsonValueKind.Null, (await ApiHost.JsonAsync(await SendAsync("PUT", "/v1/keys/" + id, """{"name":"other"}""", first))).GetProperty("new_key").ValueKind);
        var lifted = await ApiHost.JsonAsync(await SendAsync("PUT", "/v1/keys/" + id, """{"name":"k","new_key":null}"""));

        Assert.Equal((JsonValueKind.Null, "acme"), (lifted.GetProperty("new_key").ValueKind, lifted.GetProperty("tenant").GetString()));
        var listed = (await ApiHost.JsonAsync(await SendAsync("GET", "/v1/keys?tenant=acme"))).GetProperty("data").EnumerateArray().ToList();
        Assert.Equal(["first key", "k"], listed.Select(k => k.GetProperty("name").GetString()).Where(n => n != "test"));
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync("GET", "/v1/keys?tenant=installation", key: first)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync("GET", "/v1/keys?tenant=nobody")).StatusCode);
    }

    [Fact]
    public async Task A_tenant_sees_and_changes_no_key_of_another()
    {
        var first = (await ApiHost.JsonAsync(await SendAsync("POST", "/v1/tenants", """{"key":"acme"}"""))).GetProperty("api_key").GetString()!;
        var (_, id) = await KeyAsync("null");

        foreach (var method in new[] { "GET", "PUT", "DELETE" })
            Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(method, "/v1/keys/" + id, method == "PUT" ? """{"name":"k"}""" : null, first)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await SendAsync("DELETE", "/v1/keys/" + id)).StatusCode);
    }

    [Fact]
    public async Task A_day_is_not_begun_anew_by_a_restart()
    {
        var (key, _) = await KeyAsync("""{"recipients_per_day":2}""");
        await MailAsync(1, key);

        await _host.RestartAsync();

        Assert.Equal(HttpStatusCode.Accepted, (await MailAsync(2, key)).StatusCode);
        var over = await MailAsync(3, key);
        Assert.StartsWith("2 recipients in a day (UTC) are allowed to this API key; 0 are left.", (await ApiHost.JsonAsync(over)).GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_installations_administrators_see_what_is_sealed_with_which_key_and_seal_it_anew()
    {
        await SendAsync(
            "POST", "/v1/providers",
            """{"name":"relay","channel":"email","kind":"smtp","settings":{"host":"mail.example.net","from_email":"a@example.net"},"credentials":{"username":"ana","password":"p"}}""");
        var tenantsAdmin = await _host.AddKeyAsync(ApiHost.Tenant, Scopes.Admin);

        var use = (await ApiHost.JsonAsync(await SendAsync("GET", "/v1/encryption"))).GetProperty("keys");
        var done = await ApiHost.JsonAsync(await SendAsync("POST", "/v1/encryption/reseal?limit=500"));

        Assert.Equal(
            (1, "seals", 2L, """{"provider_credentials":1,"previous_credentials":0,"sender_keys":0,"notification_secrets":0,"key_check":1}"""),
            (use.GetArrayLength(), use[0].GetProperty("role").GetString(), use[0].GetProperty("total").GetInt64(), use[0].GetProperty("secrets").GetRawText()));
        Assert.Equal("""{"resealed":0,"unreadable":0,"done":true}""", done.GetRawText());
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync("GET", "/v1/encryption", key: tenantsAdmin)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync("POST", "/v1/encryption/reseal", key: tenantsAdmin)).StatusCode);
    }
}
