using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Carillon.Alerts;
using Carillon.Messages;
using Carillon.Security;

namespace Carillon.Server.Tests.Http;

public sealed class AlertsApiTests : IAsyncLifetime
{
    private EngineHost _host = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _host = await EngineHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task An_alert_is_answered_with_all_it_says()
    {
        var alert = await RaiseAsync("a", AlertKind.Budget, new AlertFacts
        {
            Summary = "sms has used 80 % of its daily budget",
            Detail = "d",
            Remedy = "r",
            Provider = "sms",
            Channel = Channel.Sms,
            Window = "daily_budget",
            WindowStart = new DateTimeOffset(2026, 3, 14, 6, 0, 0, TimeSpan.Zero),
            Until = new DateTimeOffset(2026, 3, 15, 6, 0, 0, TimeSpan.Zero),
            Threshold = 80,
            Value = 20.25m,
            Limit = 25m,
            Unit = "EUR",
        });

        var answer = await JsonAsync("GET", "/v1/alerts/" + alert.PublicId);

        Assert.Equal(
            $$"""
            {"id":"{{alert.PublicId}}","kind":"budget","severity":"warning","state":"open","summary":"sms has used 80 % of its daily budget","detail":"d","remedy":"r","provider_id":null,"provider":"sms","channel":"sms","priority":null,"window":"daily_budget","window_start":"2026-03-14T06:00:00.000Z","until":"2026-03-15T06:00:00.000Z","threshold":80,"value":"20.25","limit":"25","unit":"EUR","repeats":1,"raised_at":"{{alert.RaisedAt.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}}","resolved_at":null,"resolution":null}
            """.Trim(), answer.GetRawText());
        await _host.Engine.Storage.Alerts.ResolveAsync(alert.Id, alert.RaisedAt.AddMinutes(1), "Over.", cancellationToken: Token);
        answer = await JsonAsync("GET", "/v1/alerts/" + alert.PublicId);
        Assert.Equal(("resolved", "Over."), (answer.GetProperty("state").GetString(), answer.GetProperty("resolution").GetString()));
    }

    [Fact]
    public async Task Alerts_are_listed_newest_first_page_by_page_and_filtered()
    {
        for (var i = 0; i < 3; i++) await RaiseAsync($"{i}", i == 1 ? AlertKind.Queue : AlertKind.Circuit);
        await RaiseAsync("foreign", AlertKind.Queue, tenant: new TenantId(2));

        var first = await JsonAsync("GET", "/v1/alerts?limit=2");
        var second = await JsonAsync("GET", "/v1/alerts?limit=2&after=" + first.GetProperty("next").GetString());

        Assert.Equal(["2", "1"], Summaries(first));
        Assert.Equal(["0"], Summaries(second));
        Assert.Equal(JsonValueKind.Null, second.GetProperty("next").ValueKind);
        Assert.Equal(["1"], Summaries(await JsonAsync("GET", "/v1/alerts?kind=queue&state=open")));
        Assert.Empty(Summaries(await JsonAsync("GET", "/v1/alerts?state=resolved")));
        Assert.Empty(Summaries(await JsonAsync("GET", $"/v1/alerts?provider_id={PublicId.Format(PublicId.Provider, Guid.CreateVersion7())}")));
    }

    [Theory]
    [InlineData("kind=smoke", HttpStatusCode.UnprocessableEntity, "kind")]
    [InlineData("state=closed", HttpStatusCode.UnprocessableEntity, "state")]
    [InlineData("provider_id=nobody", HttpStatusCode.UnprocessableEntity, "provider_id")]
    [InlineData("stat=open", HttpStatusCode.UnprocessableEntity, "stat")]
    [InlineData("limit=0", HttpStatusCode.UnprocessableEntity, "limit")]
    [InlineData("after=xyz", HttpStatusCode.BadRequest, "after")]
    public async Task Every_fault_of_a_query_is_told_by_its_field(string query, HttpStatusCode status, string field)
    {
        using var answer = await SendAsync("GET", "/v1/alerts?" + query);

        Assert.Equal(status, answer.StatusCode);
        Assert.Contains($"\"field\":\"{field}\"", await answer.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_the_tenants_is_not_there()
    {
        var foreign = await RaiseAsync("foreign", AlertKind.Queue, tenant: new TenantId(2));

        foreach (var id in (string[])[foreign.PublicId, "alr_00000000000000000000000000", "nonsense"])
        {
            using var answer = await SendAsync("GET", "/v1/alerts/" + id);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }
    }

    [Fact]
    public async Task Settings_are_replaced_whole_and_kept_and_what_is_left_out_takes_its_default()
    {
        const string defaults = """{"recipients":[],"kinds":["limit","budget","circuit","delivery_rate","queue"],"thresholds":[80,95,100],"delivery_rate":{"floor":80,"drop":20,"min_messages":50},"queue":{"oldest":"PT15M","messages":10000},"version":0}""";
        using (var none = await SendAsync("GET", "/v1/alerts/settings"))
        {
            Assert.Null(none.Headers.ETag);
            Assert.Equal(defaults, await none.Content.ReadAsStringAsync(Token));
        }

        const string settings = """{"recipients":[{"email":"ops@example.net","kinds":null},{"webhook":"https://example.net/h","kinds":["circuit"]}],"kinds":["limit","circuit"],"thresholds":[50,100],"delivery_rate":{"floor":70,"drop":10,"min_messages":5},"queue":{"oldest":"PT1H","messages":500},"version":1}""";
        using (var put = await SendAsync("PUT", "/v1/alerts/settings", settings))
        {
            Assert.Equal("\"1\"", put.Headers.ETag?.Tag);
            Assert.Equal(settings, await put.Content.ReadAsStringAsync(Token));
        }

        await _host.RestartAsync();
        using (var kept = await SendAsync("GET", "/v1/alerts/settings"))
        {
            Assert.Equal("\"1\"", kept.Headers.ETag?.Tag);
            Assert.Equal(settings, await kept.Content.ReadAsStringAsync(Token));
        }

        Assert.Equal(defaults.Replace("\"version\":0", "\"version\":2", StringComparison.Ordinal), (await JsonAsync("PUT", "/v1/alerts/settings", "{}")).GetRawText());
    }

    [Fact]
    public async Task Settings_that_were_changed_since_they_were_read_are_not_overwritten()
    {
        await JsonAsync("PUT", "/v1/alerts/settings", "{}");
        await JsonAsync("PUT", "/v1/alerts/settings", """{"thresholds":[50]}""", "\"1\"");

        using var stale = await SendAsync("PUT", "/v1/alerts/settings", "{}", "\"1\"");

        Assert.Equal((HttpStatusCode.PreconditionFailed, "\"2\""), (stale.StatusCode, stale.Headers.ETag?.Tag));
        Assert.Equal([50], (await JsonAsync("GET", "/v1/alerts/settings")).GetProperty("thresholds").EnumerateArray().Select(t => t.GetInt32()));
    }

    [Theory]
    [InlineData("""{"recipients":[{"email":"nobody"}]}""", "recipients[0].email")]
    [InlineData("""{"recipients":[{"webhook":"ftp://example.net"}]}""", "recipients[0].webhook")]
    [InlineData("""{"recipients":[{}]}""", "recipients[0]")]
    [InlineData("""{"recipients":[{"email":"a@example.net","webhook":"https://example.net"}]}""", "recipients[0]")]
    [InlineData("""{"recipients":[{"email":"a@example.net"},{"email":"a@example.net"}]}""", "recipients[1]")]
    [InlineData("""{"recipients":[{"email":"a@example.net","kinds":["smoke"]}]}""", "recipients[0].kinds[0]")]
    [InlineData("""{"recipients":[{"emial":"a@example.net"}]}""", "recipients[0].emial")]
    [InlineData("""{"recipients":"a@example.net"}""", "recipients")]
    [InlineData("""{"kinds":["fire"]}""", "kinds[0]")]
    [InlineData("""{"thresholds":[80,101]}""", "thresholds[1]")]
    [InlineData("""{"thresholds":[1,2,3,4,5,6,7,8,9,10,11]}""", "thresholds")]
    [InlineData("""{"delivery_rate":{"floor":101}}""", "delivery_rate.floor")]
    [InlineData("""{"delivery_rate":{"drop":0}}""", "delivery_rate.drop")]
    [InlineData("""{"queue":{"oldest":"PT1S"}}""", "queue.oldest")]
    [InlineData("""{"queue":{"messages":"many"}}""", "queue.messages")]
    public async Task Every_fault_of_settings_is_told_by_its_field(string settings, string field)
    {
        using var answer = await SendAsync("PUT", "/v1/alerts/settings", settings);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Contains($"\"field\":\"{field}\"", await answer.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_recipients_than_are_allowed_are_refused()
    {
        var recipients = string.Join(',', Enumerable.Range(0, AlertSettings.MaxRecipients + 1).Select(i => $$"""{"email":"a{{i}}@example.net"}"""));

        using var answer = await SendAsync("PUT", "/v1/alerts/settings", $$"""{"recipients":[{{recipients}}]}""");

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Contains("too_many", await answer.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_may_read_sees_alerts_and_not_who_is_told()
    {
        _host.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await _host.AddKeyAsync(ApiHost.Tenant, Scopes.Read));

        Assert.Equal(HttpStatusCode.OK, (await SendAsync("GET", "/v1/alerts")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync("GET", "/v1/alerts/settings")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync("PUT", "/v1/alerts/settings", "{}")).StatusCode);
    }

    [Fact]
    public async Task Metrics_count_what_is_open()
    {
        await RaiseAsync("1", AlertKind.Circuit);
        await RaiseAsync("2", AlertKind.Circuit, tenant: new TenantId(2));

        var text = await _host.Client.GetStringAsync("/metrics", Token);

        Assert.Contains("carillon_alerts_open{kind=\"circuit\"} 2\n", text, StringComparison.Ordinal);
        Assert.Contains("carillon_alerts_open{kind=\"limit\"} 0\n", text, StringComparison.Ordinal);
    }

    private async Task<Alert> RaiseAsync(string key, AlertKind kind, AlertFacts? facts = null, TenantId? tenant = null)
    {
        var now = _host.Engine.Time.GetUtcNow();
        var alert = new Alert
        {
            Tenant = tenant ?? ApiHost.Tenant,
            Id = _host.Engine.Ids.Next(),
            Kind = kind,
            Severity = AlertSeverity.Warning,
            Key = key,
            Facts = facts ?? new AlertFacts { Summary = key, Detail = "d", Remedy = "r" },
            RaisedAt = now,
            SeenAt = now,
        };
        Assert.True(await _host.Engine.Storage.Alerts.RaiseAsync(alert, Token));
        return alert;
    }

    private static IEnumerable<string?> Summaries(JsonElement page) => page.GetProperty("data").EnumerateArray().Select(a => a.GetProperty("summary").GetString());

    private async Task<JsonElement> JsonAsync(string method, string path, string? body = null, string? ifMatch = null)
    {
        using var answer = await SendAsync(method, path, body, ifMatch);
        var text = await answer.Content.ReadAsStringAsync(Token);
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonElement.Parse(text);
    }

    private async Task<HttpResponseMessage> SendAsync(string method, string path, string? body = null, string? ifMatch = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        if (ifMatch is not null) request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        return await _host.Client.SendAsync(request, Token);
    }
}
