using System.Net;
using System.Net.Http.Headers;
using Carillon.Client;
using Carillon.Messages;
using Carillon.Security;
using Carillon.Server.Http;
using Carillon.Storage;
using RequestLimit = Carillon.Client.RequestLimit;
using RequestLimits = Carillon.Client.RequestLimits;

namespace Carillon.Server.Tests.Http;

public sealed class RequestLimitTests : AloneApiTests
{
    private TenantsClient _tenants = null!;

    private protected override void Prepare() => _tenants = Host.As(TenantId.Installation, Scopes.Admin).Tenants;

    private async Task<HttpResponseMessage> GetAsync(string? key = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/v1/queue");
        if (key is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return await Host.Client.SendAsync(request, Token);
    }

    private static string Header(HttpResponseMessage response, string name) => response.Headers.TryGetValues(name, out var values) ? values.Single() : "";

    [Fact]
    public async Task Without_a_limit_answers_do_not_speak_of_one()
    {
        var response = await GetAsync();

        Assert.Equal(("", ""), (Header(response, "RateLimit"), Header(response, "RateLimit-Policy")));
        var reads = Host.Storage.SettingReads;
        await GetAsync();
        Assert.Equal(reads, Host.Storage.SettingReads);
    }

    [Fact]
    public async Task A_key_over_its_limit_is_429_until_its_bucket_has_a_token_again()
    {
        var limits = new RequestLimits { PerKey = new RequestLimit(2, 60) };
        Assert.Equal(limits, await _tenants.SetRequestLimitsAsync("acme", limits));
        Assert.Equal(limits, await _tenants.GetRequestLimitsAsync("acme"));
        var first = await GetAsync();
        await GetAsync();
        var third = await GetAsync();

        Assert.Equal(("\"key\";q=2;w=60", "\"key\";r=1;t=30"), (Header(first, "RateLimit-Policy"), Header(first, "RateLimit")));
        Assert.Equal(HttpStatusCode.TooManyRequests, third.StatusCode);
        Assert.Equal(("30", "\"key\";r=0;t=60"), (Header(third, "Retry-After"), Header(third, "RateLimit")));
        Assert.Equal("/problems/rate_limited", (await ApiHost.JsonAsync(third)).GetProperty("type").GetString());
        // Another key has a bucket of its own.
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(Host.AddKey(Scopes.Read))).StatusCode);

        Host.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(HttpStatusCode.OK, (await GetAsync()).StatusCode);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await GetAsync()).StatusCode);
    }

    [Fact]
    public async Task Keys_of_a_tenant_share_its_limit_and_a_refusal_by_it_costs_a_key_nothing()
    {
        await _tenants.SetRequestLimitsAsync("acme", new RequestLimits { PerKey = new RequestLimit(5, 10), PerTenant = new RequestLimit(2, 10) });
        var (one, two) = (Host.AddKey(Scopes.Read), Host.AddKey(Scopes.Read));
        await GetAsync(one);
        var second = await GetAsync(two);
        var third = await GetAsync(two);

        Assert.Equal("\"key\";q=5;w=10, \"tenant\";q=2;w=10", Header(second, "RateLimit-Policy"));
        Assert.Equal(HttpStatusCode.TooManyRequests, third.StatusCode);
        Assert.StartsWith("\"key\";r=4;", Header(third, "RateLimit"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_change_from_elsewhere_counts_within_two_seconds_and_survives_a_store_that_is_away()
    {
        await GetAsync();
        await new RequestLimitStore(Host.Storage).PutAsync(ApiHost.Tenant, new Server.Http.RequestLimits(new Server.Http.RequestLimit(1, TimeSpan.FromSeconds(100)), null), CancellationToken.None);
        Assert.Equal("", Header(await GetAsync(), "RateLimit"));

        Host.Time.Advance(RequestLimiter.Lifetime);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync()).StatusCode);
        Host.Time.Advance(RequestLimiter.Lifetime);
        Host.Storage.Failure = new StorageUnavailableException("The disk is full.");

        Assert.Equal(HttpStatusCode.TooManyRequests, (await GetAsync()).StatusCode);
        Assert.True(RequestLimiter.Lifetime <= TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task Only_the_installation_sets_limits_and_every_fault_of_one_is_named()
    {
        Assert.Equal(HttpStatusCode.Forbidden, await Host.As(ApiHost.Tenant, Scopes.Admin).Tenants.SetRequestLimitsAsync("acme", new RequestLimits()).StatusAsync());
        Assert.Equal(HttpStatusCode.NotFound, await _tenants.SetRequestLimitsAsync("nobody", new RequestLimits()).StatusAsync());
        Host.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Host.AddKey(TenantId.Installation, Scopes.Admin));

        var response = await Host.Client.SendAsync("PUT", "/v1/tenants/acme/limits", """{"per_key":{"requests":0,"second":1},"per_tenant":5}""");

        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        Assert.Equal(
            ["per_key.requests", "per_key.second", "per_key.seconds", "per_tenant"],
            (await ApiHost.JsonAsync(response)).GetProperty("errors").EnumerateArray().Select(e => e.GetProperty("field").GetString()).Order(StringComparer.Ordinal));
        Assert.Empty(Host.Storage.Settings);
    }
}
