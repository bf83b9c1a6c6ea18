using System.Net;
using System.Text.Json;
using Carillon.Messages;
using Carillon.Security;

namespace Carillon.Server.Tests.Http;

/// <summary>Disabled endpoints of webhooks, and callbacks that could not be read, over HTTP.</summary>
public sealed class WebhookEndpointsApiTests : IAsyncLifetime
{
    private static readonly TenantId Tenant = new(1);
    private EngineHost _host = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _host = await EngineHost.StartAsync();
        _host.Client.DefaultRequestHeaders.Authorization = new("Bearer", await _host.AddKeyAsync(Tenant, Scopes.Providers));
    }

    public async ValueTask DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Disabled_endpoints_are_listed_page_by_page_and_enabled_by_their_tenant_alone()
    {
        var message = _host.Engine.Ids.Next();
        foreach (var path in new[] { "a", "b", "c" }) await _host.Engine.Endpoints.DisableAsync(Tenant, new Uri("https://example.net/" + path), message);
        await _host.Engine.Endpoints.DisableAsync(new TenantId(2), new Uri("https://example.net/d"), message);

        var first = await GetAsync("/v1/webhook-endpoints?limit=2");
        var second = await GetAsync($"/v1/webhook-endpoints?limit=2&after={first.GetProperty("next").GetString()}");
        var all = first.GetProperty("data").EnumerateArray().Concat(second.GetProperty("data").EnumerateArray()).ToList();
        Assert.Equal(["https://example.net/a", "https://example.net/b", "https://example.net/c"], all.Select(e => e.GetProperty("url").GetString()).Order(StringComparer.Ordinal));
        Assert.Equal(PublicId.Format(PublicId.Message, message), all[0].GetProperty("message_id").GetString());
        Assert.Equal(JsonValueKind.Null, second.GetProperty("next").ValueKind);

        var foreign = PublicId.Format(PublicId.Endpoint, _host.Engine.Endpoints.List(new TenantId(2)).Single().Id);
        Assert.Equal(HttpStatusCode.NotFound, await PostAsync($"/v1/webhook-endpoints/{foreign}/enable"));
        var id = all[0].GetProperty("id").GetString();
        Assert.Equal(HttpStatusCode.NoContent, await PostAsync($"/v1/webhook-endpoints/{id}/enable"));
        Assert.Equal(HttpStatusCode.NotFound, await PostAsync($"/v1/webhook-endpoints/{id}/enable"));
        Assert.Equal(2, (await GetAsync("/v1/webhook-endpoints")).GetProperty("data").GetArrayLength());
    }

    [Fact]
    public async Task Callbacks_are_asked_for_by_who_has_their_provider()
    {
        Assert.Equal(HttpStatusCode.NotFound, await PostAsync($"/v1/callbacks/{PublicId.Format(PublicId.Callback, _host.Engine.Ids.Next())}/retry"));
        Assert.Equal(HttpStatusCode.NotFound, (await _host.Client.GetAsync($"/v1/providers/{PublicId.Format(PublicId.Provider, _host.Engine.Ids.Next())}/callbacks", Token)).StatusCode);
    }

    private async Task<JsonElement> GetAsync(string path) => await ApiHost.JsonAsync(await _host.Client.GetAsync(path, Token));

    private async Task<HttpStatusCode> PostAsync(string path) => (await _host.Client.PostAsync(path, null, Token)).StatusCode;
}
