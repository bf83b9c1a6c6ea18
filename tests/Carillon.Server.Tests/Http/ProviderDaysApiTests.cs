using System.Net;
using System.Text;
using System.Text.Json;
using Carillon.Messages;
using Carillon.Security;

namespace Carillon.Server.Tests.Http;

public sealed class ProviderDaysApiTests : IAsyncLifetime
{
    private EngineHost _host = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _host = await EngineHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task The_days_of_a_provider_have_what_was_sent_through_it()
    {
        var path = await MakeAsync();
        for (var i = 0; i < 3; i++) await SendAsync(i);
        // What was not yet written is written when a node leaves.
        await _host.RestartAsync();

        var days = await ApiHost.JsonAsync(await _host.Client.GetAsync(path + "/days", Token));

        Assert.Equal((path[14..], "Asia/Kathmandu", 7), (Text(days, "provider_id"), Text(days, "time_zone"), days.GetProperty("days").GetArrayLength()));
        var total = days.GetProperty("total");
        Assert.Equal((3, 3, 0, 3), (Number(total, "sends"), Number(total, "accepted"), Number(total, "rejected"), Number(total, "sent")));
        Assert.Equal((1, 1, 0), (Number(total, "success_rate"), Number(total, "availability"), Number(total, "down_seconds")));
        Assert.True(Number(total, "p99_ms") >= Number(total, "p50_ms"));
        var today = days.GetProperty("days")[6];
        Assert.EndsWith("T18:15:00.000Z", Text(today, "begins_at"), StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Null, days.GetProperty("days")[0].GetProperty("success_rate").ValueKind);
    }

    [Fact]
    public async Task Days_are_asked_for_from_one_to_another()
    {
        var path = await MakeAsync();

        Assert.Equal(["2026-02-27", "2026-02-28", "2026-03-01"], await DatesAsync(path + "/days?from=2026-02-27&to=2026-03-01"));
        var today = (await DatesAsync(path + "/days"))[^1];
        Assert.Equal([today], await DatesAsync($"{path}/days?from={today}"));
        Assert.Equal(400, (await DatesAsync(path + "/days?from=2020-02-27")).Count);
        Assert.Equal("2026-02-27", (await DatesAsync(path + "/days?to=2026-02-27"))[^1]);
    }

    [Theory]
    [InlineData("from=yesterday", "from:invalid_date")]
    [InlineData("from=2026-02-30&to=2026-3-1", "from:invalid_date", "to:invalid_date")]
    [InlineData("from=2026-03-02&to=2026-03-01", "to:out_of_range")]
    [InlineData("from=2024-01-01&to=2026-03-01", "from:out_of_range")]
    [InlineData("form=2026-03-02", "form:unknown_field")]
    public async Task Bad_days_are_refused_by_field(string query, params string[] faults)
    {
        var answer = await _host.Client.GetAsync($"{await MakeAsync()}/days?{query}", Token);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Equal(faults, (await ApiHost.JsonAsync(answer)).GetProperty("errors").EnumerateArray().Select(e => $"{Text(e, "field")}:{Text(e, "code")}"));
    }

    [Fact]
    public async Task Another_tenant_and_another_scope_see_nothing()
    {
        var path = await MakeAsync();

        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(path + "/days", await _host.AddKeyAsync(new TenantId(2), Scopes.Admin)));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(path + "/days", await _host.AddKeyAsync(ApiHost.Tenant, Scopes.Read)));
        Assert.Equal(HttpStatusCode.NotFound, (await _host.Client.GetAsync("/v1/providers/prv_nothing/days", Token)).StatusCode);
    }

    private async Task<HttpStatusCode> StatusAsync(string path, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = new("Bearer", key);
        using var answer = await _host.Client.SendAsync(request, Token);
        return answer.StatusCode;
    }

    private async Task<IReadOnlyList<string?>> DatesAsync(string path)
    {
        var answer = await ApiHost.JsonAsync(await _host.Client.GetAsync(path, Token));
        return [.. answer.GetProperty("days").EnumerateArray().Select(d => Text(d, "date"))];
    }

    private async Task<string> MakeAsync()
    {
        var made = await PostAsync("/v1/providers", """{"name":"sim","channel":"email","kind":"simulator","time_zone":"Asia/Kathmandu"}""");
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        return made.Headers.Location!.ToString();
    }

    private async Task SendAsync(int number)
    {
        var sent = await ApiHost.JsonAsync(await PostAsync(
            "/v1/notifications", $$"""{"recipient":{"email":"a{{number}}@example.net"},"channel":"email","subject":"s","message":"m"}"""));
        var id = Text(sent.GetProperty("messages")[0], "id");
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (Text(await ApiHost.JsonAsync(await _host.Client.GetAsync("/v1/messages/" + id, Token)), "status") != "sent")
            await timer.WaitForNextTickAsync(Token);
    }

    private Task<HttpResponseMessage> PostAsync(string path, string body) =>
        _host.Client.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json"), Token);

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    private static double Number(JsonElement element, string name) => element.GetProperty(name).GetDouble();
}
