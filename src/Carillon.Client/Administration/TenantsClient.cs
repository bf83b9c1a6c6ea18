using System.Text.Json;

namespace Carillon.Client;

/// <summary><c>/v1/tenants</c>: for the administrators of the installation.</summary>
public sealed class TenantsClient
{
    private const string Path = "v1/tenants";

    private readonly ApiConnection _api;

    internal TenantsClient(ApiConnection api) => _api = api;

    /// <summary>Makes a tenant with its first key, which is in this answer and in none after.</summary>
    public Task<Tenant> CreateAsync(TenantDraft tenant, CancellationToken cancellationToken = default) =>
        _api.SendAsync(
            new ApiCall(HttpMethod.Post, Path)
            {
                Body = JsonSerializer.SerializeToUtf8Bytes(tenant, CarillonJson.Default.TenantDraft),
                Repetition = Repetition.WhenRefused,
            },
            CarillonJson.Default.Tenant, cancellationToken);

    public IAsyncEnumerable<Tenant> ListAsync(int? pageSize = null, CancellationToken cancellationToken = default) =>
        _api.ListAsync(after => new QueryText(Path).Add("limit", pageSize).Add("after", after).ToString(), CarillonJson.Default.PageTenant, cancellationToken);

    /// <summary>How many requests a tenant may send.</summary>
    /// <param name="key">The tenant's.</param>
    public Task<RequestLimits> GetRequestLimitsAsync(string key, CancellationToken cancellationToken = default) =>
        _api.GetAsync(Limits(key), CarillonJson.Default.RequestLimits, cancellationToken);

    /// <summary>Sets how many requests a tenant may send; it counts within two seconds on every node.</summary>
    /// <param name="key">The tenant's.</param>
    public Task<RequestLimits> SetRequestLimitsAsync(string key, RequestLimits limits, CancellationToken cancellationToken = default) =>
        _api.SendAsync(
            new ApiCall(HttpMethod.Put, Limits(key)) { Body = JsonSerializer.SerializeToUtf8Bytes(limits, CarillonJson.Default.RequestLimits) },
            CarillonJson.Default.RequestLimits, cancellationToken);

    private static string Limits(string key) => $"{Path}/{QueryText.Segment(key)}/limits";
}

public sealed record TenantDraft
{
    /// <summary>A short name of its own, such as <c>acme</c>.</summary>
    public required string Key { get; init; }

    public string? Name { get; init; }
}

public sealed record Tenant
{
    public required string Key { get; init; }

    public required string Name { get; init; }

    /// <summary>The tenant's first key; only in the answer that makes it.</summary>
    public string? ApiKey { get; init; }
}

/// <summary>How many requests may come: from each key, and from all of a tenant together; and how many recipients they may address. Null is without a limit.</summary>
public sealed record RequestLimits
{
    public RequestLimit? PerKey { get; init; }

    public RequestLimit? PerTenant { get; init; }

    /// <summary>Accepted notifications of all of the tenant's keys together within any 60 seconds, on each node.</summary>
    public int? RecipientsPerMinute { get; init; }

    /// <summary>Within a day of UTC, on all nodes together.</summary>
    public int? RecipientsPerDay { get; init; }
}

/// <summary>A burst of all of them, then so many in so many seconds. A batch is one request.</summary>
/// <param name="Requests">1 to 1,000,000.</param>
/// <param name="Seconds">1 to 86,400.</param>
public sealed record RequestLimit(int Requests, int Seconds);
