using System.Net;
using Carillon.Messages;
using Carillon.Security;

namespace Carillon.Server.Tests.Http;

public sealed class CountersApiTests : IAsyncLifetime
{
    private const string Path = "/v1/counters/rebuild";

    private EngineHost _host = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _host = await EngineHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_rebuild_is_begun_once_and_watched_to_its_end()
    {
        _host.Client.DefaultRequestHeaders.Authorization = new("Bearer", await _host.AddKeyAsync(TenantId.Installation, Scopes.Admin));
        Assert.Equal(HttpStatusCode.NotFound, (await _host.Client.GetAsync(Path, Token)).StatusCode);

        var begun = await _host.Client.PostAsync(Path, null, Token);
        var again = await _host.Client.PostAsync(Path, null, Token);

        Assert.Equal((HttpStatusCode.Accepted, Path), (begun.StatusCode, begun.Headers.Location?.ToString()));
        Assert.Equal(HttpStatusCode.Accepted, again.StatusCode);
        var first = await ApiHost.JsonAsync(begun);
        Assert.Equal(("reading", 0), (first.GetProperty("status").GetString(), first.GetProperty("progress").GetDouble()));
        Assert.Equal(0, first.GetProperty("until").GetDateTimeOffset().ToUnixTimeSeconds() % 900);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        var now = first;
        while (now.GetProperty("status").GetString() != "done")
        {
            await timer.WaitForNextTickAsync(Token);
            now = await ApiHost.JsonAsync(await _host.Client.GetAsync(Path, Token));
        }

        Assert.Equal((1, 0), (now.GetProperty("progress").GetDouble(), now.GetProperty("quarter_hours_left").GetInt64()));
        Assert.True(now.GetProperty("finished_at").GetDateTimeOffset() >= now.GetProperty("started_at").GetDateTimeOffset());
    }

    [Fact]
    public async Task A_tenants_administrator_is_refused()
    {
        Assert.Equal(HttpStatusCode.Forbidden, (await _host.Client.PostAsync(Path, null, Token)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await _host.Client.GetAsync(Path, Token)).StatusCode);
    }
}
