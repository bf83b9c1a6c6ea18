using System.Net;

namespace Carillon.Server.Tests.Http;

public sealed class ReferencePageTests : IAsyncLifetime
{
    private ApiHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await ApiHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [InlineData("/docs", "text/html")]
    [InlineData("/docs/reference.js", "text/javascript")]
    [InlineData("/docs/scalar.js", "text/javascript")]
    public async Task Page_and_scripts_need_no_key_and_may_load_nothing_from_elsewhere(string path, string type)
    {
        using var client = new HttpClient { BaseAddress = _host.Client.BaseAddress };
        var response = await client.GetAsync(path, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(type, response.Content.Headers.ContentType!.MediaType);
        var policy = response.Headers.GetValues("Content-Security-Policy").Single();
        Assert.StartsWith("default-src 'none'; script-src 'self';", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("http", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe-eval", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal(response.Content.Headers.ContentLength, (await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).Length);
    }

    [Fact]
    public async Task The_page_names_only_what_this_server_has()
    {
        var page = await _host.Client.GetStringAsync("/docs", TestContext.Current.CancellationToken);

        Assert.DoesNotContain("//", page, StringComparison.Ordinal);
        foreach (var script in new[] { "docs/scalar.js", "docs/reference.js", "openapi/v1.json" })
        {
            Assert.Contains($"\"{script}\"", page, StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.OK, (await _host.Client.GetAsync("/" + script, TestContext.Current.CancellationToken)).StatusCode);
        }
    }

    [Fact]
    public async Task What_a_browser_has_already_is_not_sent_again()
    {
        var first = await _host.Client.GetAsync("/docs/scalar.js", TestContext.Current.CancellationToken);
        var request = new HttpRequestMessage(HttpMethod.Get, "/docs/scalar.js");
        request.Headers.IfNoneMatch.Add(first.Headers.ETag!);

        var second = await _host.Client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
        Assert.Empty(await second.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }
}
