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
