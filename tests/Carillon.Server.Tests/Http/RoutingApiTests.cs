using System.Net;
using System.Text;

namespace Carillon.Server.Tests.Http;

public sealed class RoutingApiTests : IAsyncLifetime
{
    private EngineHost _host = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _host = await EngineHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Rules_are_replaced_as_a_whole_and_kept()
    {
        Assert.Equal("""{"rules":[]}""", await TextAsync("GET", "/v1/routing"));
        const string rules = """{"rules":[{"channel":"sms","category":null,"strategy":"least_cost","sticky":false},{"channel":"sms","category":"otp","strategy":"fastest","sticky":true}]}""";

        Assert.Equal(rules, await TextAsync("PUT", "/v1/routing", rules));
        await _host.RestartAsync();

        Assert.Equal(rules, await TextAsync("GET", "/v1/routing"));
        Assert.Equal("""{"rules":[]}""", await TextAsync("PUT", "/v1/routing", """{"rules":[]}"""));
    }

    [Theory]
    [InlineData("""{"rules":[{"channel":"smoke"}]}""", "rules[0].channel")]
    [InlineData("""{"rules":[{"strategy":"priority"}]}""", "rules[0].channel")]
    [InlineData("""{"rules":[{"channel":"sms","strategy":"best"}]}""", "rules[0].strategy")]
    [InlineData("""{"rules":[{"channel":"sms"},{"channel":"sms"}]}""", "rules[1]")]
    [InlineData("""{}""", "rules")]
    public async Task Every_fault_of_rules_is_told_by_its_field(string rules, string field)
    {
        var answer = await SendAsync("PUT", "/v1/routing", rules);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Contains($"\"{field}\"", await answer.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_stopped_waits_until_it_is_let_go()
    {
        using var provider = await SendAsync("POST", "/v1/providers", """{"name":"sim","channel":"email","kind":"simulator"}""");
        Assert.Equal("""{"all":false,"channels":["email"],"providers":[],"resumed_at":null}""", await TextAsync("PUT", "/v1/stops", """{"channels":["email"]}"""));
        await TextAsync("POST", "/v1/notifications", """{"recipient":{"email":"ana@example.net"},"channel":"email","subject":"s","message":"m"}""");
        await _host.RestartAsync();
        Assert.Empty(_host.Engine.Outbox.List(ApiHost.Tenant, 10));

        Assert.Contains("\"resumed_at\":\"2", await TextAsync("PUT", "/v1/stops", "{}"), StringComparison.Ordinal);

        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (_host.Engine.Outbox.List(ApiHost.Tenant, 10).Count == 0) await timer.WaitForNextTickAsync(Token);
    }

    [Fact]
    public async Task A_stop_names_providers_by_their_ids()
    {
        var answer = await SendAsync("PUT", "/v1/stops", """{"providers":["nobody"]}""");

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Contains("\"providers[0]\"", await answer.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
    }

    private async Task<string> TextAsync(string method, string path, string? body = null)
    {
        using var answer = await SendAsync(method, path, body);
        var text = await answer.Content.ReadAsStringAsync(Token);
        Assert.True(answer.IsSuccessStatusCode, text);
        return text;
    }

    private async Task<HttpResponseMessage> SendAsync(string method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        return await _host.Client.SendAsync(request, Token);
    }
}
