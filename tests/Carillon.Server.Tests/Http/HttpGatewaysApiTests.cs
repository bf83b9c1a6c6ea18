using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Carillon.Messages;
using Carillon.Security;
using Carillon.Tests.Channels.Http;

namespace Carillon.Server.Tests.Http;

/// <summary>SMS by HTTP and webhooks, set up and used over the API.</summary>
public sealed class HttpGatewaysApiTests : IAsyncLifetime
{
    private EngineHost _host = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _host = await EngineHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task An_sms_leaves_by_the_operators_gateway_on_a_private_address()
    {
        await using var gateway = new LoopbackHttpServer(HttpReply.Json(201, """{"id":"g-1"}"""));
        await CreateProviderAsync(gateway, await _host.AddKeyAsync(TenantId.Installation, Scopes.Admin));

        var message = await EndAsync("""{"recipient":{"phone":"+525512345678"},"channel":"sms","message":"Hola"}""", "sent");

        Assert.Equal("g-1", message.GetProperty("external_id").GetString());
        var request = Assert.Single(gateway.Requests);
        Assert.Equal(("to=%2B525512345678&message=Hola", "Bearer k-1"), (request.Text, request.Headers["authorization"]));
    }

    [Fact]
    public async Task An_sms_does_not_leave_by_a_tenants_gateway_on_a_private_address()
    {
        await using var gateway = new LoopbackHttpServer(HttpReply.Of(200));
        await CreateProviderAsync(gateway, null);

        var message = await EndAsync("""{"recipient":{"phone":"+525512345678"},"channel":"sms","message":"Hola"}""", "queued", "\"attempt\"");

        Assert.Contains("not allowed here", message.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(0, gateway.Connections);
    }

    [Fact]
    public async Task An_address_for_webhooks_that_is_no_url_is_refused_by_its_field()
    {
        using var answer = await PostAsync(
            "/v1/notifications", """{"recipient":{"addresses":[{"channel":"webhook","identifier":"ftp://example.net"}]},"channel":"webhook","message":"x"}""");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        var problem = await ApiHost.JsonAsync(answer);
        var fault = Assert.Single(problem.GetProperty("errors").EnumerateArray());
        Assert.Equal(("recipient.addresses[0].identifier", "invalid_url"), (fault.GetProperty("field").GetString(), fault.GetProperty("code").GetString()));
    }

    private async Task CreateProviderAsync(LoopbackHttpServer gateway, string? key)
    {
        using var made = await PostAsync(
            "/v1/providers",
            $$$"""{"name":"gateway","channel":"sms","kind":"http","settings":{"api_url":"{{{gateway.Url}}}","id_path":"id"},"credentials":{"api_key":"k-1"}}""", key);
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
    }

    /// <summary>Sends, and waits until the message has the status and its text says so much.</summary>
    private async Task<JsonElement> EndAsync(string body, string status, string words = "")
    {
        using var accepted = await PostAsync("/v1/notifications", body);
        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        var id = (await ApiHost.JsonAsync(accepted)).GetProperty("messages")[0].GetProperty("id").GetString();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (true)
        {
            using var answer = await _host.Client.GetAsync($"/v1/messages/{id}", Token);
            var message = await ApiHost.JsonAsync(answer);
            if (message.GetProperty("status").GetString() == status && message.GetRawText().Contains(words, StringComparison.Ordinal)) return message;
            await timer.WaitForNextTickAsync(Token);
        }
    }

    private async Task<HttpResponseMessage> PostAsync(string path, string body, string? key = null)
    {
        using var content = new StringContent(body, MediaTypeHeaderValue.Parse("application/json"));
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        if (key is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return await _host.Client.SendAsync(request, Token);
    }
}
