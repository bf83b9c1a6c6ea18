using static Carillon.Server.Api.ListFilters;

namespace Carillon.Server.Api;

/// <summary>Keys, tenants and their limits.</summary>
internal static class AdministrationOperations
{
    public static readonly ApiOperation CreateKey = new("createKey", "Administration", "Make an API key; it is shown this once")
    {
        Body = typeof(ApiShapes.Key),
        Answer = typeof(ApiShapes.StoredKey),
        Status = 201,
        Problems = [400, 401, 403, 415, 422],
        Example = """
            { "name": "billing system", "scopes": [ "messages:write", "messages:read" ] }
            """,
    };

    public static readonly ApiOperation ListKeys = new("listKeys", "Administration", "The tenant's API keys, without the keys themselves")
    {
        Answer = typeof(ApiShapes.Page<ApiShapes.StoredKey>),
        Query = [Limit, After],
        Problems = [401, 403, 422],
    };

    public static readonly ApiOperation RevokeKey = new("revokeKey", "Administration", "Revoke an API key; it is refused within two seconds")
    {
        Status = 204,
        Problems = [401, 403, 404],
    };

    public static readonly ApiOperation CreateTenant = new("createTenant", "Administration", "Make a tenant and its first key")
    {
        Body = typeof(ApiShapes.Tenant),
        Answer = typeof(ApiShapes.StoredTenant),
        Status = 201,
        Problems = [400, 401, 403, 409, 415, 422],
        Example = """
            { "key": "acme", "name": "Acme Internet" }
            """,
    };

    public static readonly ApiOperation ListTenants = new("listTenants", "Administration", "The tenants of the installation")
    {
        Answer = typeof(ApiShapes.Page<ApiShapes.StoredTenant>),
        Query = [Limit, After],
        Problems = [401, 403, 422],
    };

    public static readonly ApiOperation GetRequestLimits = new("getRequestLimits", "Administration", "How many requests a tenant may send; null is without a limit")
    {
        Answer = typeof(ApiShapes.RequestLimits),
        Problems = [401, 403, 404],
    };

    public static readonly ApiOperation PutRequestLimits = new("putRequestLimits", "Administration", "Set how many requests a tenant may send")
    {
        Description = "Counted on each node, by buckets that are filled evenly: a burst of all, then so many in so many seconds. A batch is one request. Counts within two seconds on every node.",
        Body = typeof(ApiShapes.RequestLimits),
        Answer = typeof(ApiShapes.RequestLimits),
        Problems = [400, 401, 403, 404, 415, 422],
    };
}
