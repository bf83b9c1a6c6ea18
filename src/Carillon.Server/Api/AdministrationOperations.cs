using static Carillon.Server.Api.ListFilters;

namespace Carillon.Server.Api;

/// <summary>Keys, tenants and their limits, encryption.</summary>
internal static class AdministrationOperations
{
    public static readonly ApiOperation CreateKey = new("createKey", "Administration", "Make an API key; it is shown this once")
    {
        Body = typeof(ApiShapes.Key),
        Answer = typeof(ApiShapes.StoredKey),
        Status = 201,
        Problems = [400, 401, 403, 415, 422],
        Example = """
            { "name": "billing system", "scopes": [ "messages:write", "messages:read" ], "limits": { "recipients_per_minute": 600, "recipients_per_day": 20000 } }
            """,
    };

    public static readonly ApiOperation GetKey = new("getKey", "Administration", "An API key, without the key itself")
    {
        Answer = typeof(ApiShapes.StoredKey),
        Problems = [401, 403, 404],
    };

    public static readonly ApiOperation ReplaceKey = new("replaceKey", "Administration", "Name an API key, and set how many recipients it may address")
    {
        Description = "Counts within two seconds on every node. Scopes stay: make another key. A key of the installation changes keys of every tenant, and lifts the cap for new keys.",
        Body = typeof(ApiShapes.KeyDetails),
        Answer = typeof(ApiShapes.StoredKey),
        Problems = [400, 401, 403, 404, 412, 415, 422],
        IsConditional = true,
        Example = """
            { "name": "billing system", "limits": { "recipients_per_minute": 1200, "recipients_per_day": null } }
            """,
    };

    public static readonly ApiOperation GetEncryption = new("getEncryption", "Administration", "What is sealed with which encryption key")
    {
        Description = "A key of which nothing is left may be taken out of ENCRYPTION_KEY. For administrators of the installation.",
        Answer = typeof(ApiShapes.Encryption),
        Problems = [401, 403],
    };

    public static readonly ApiOperation Reseal = new("reseal", "Administration", "Seal anew what the first encryption key does not seal yet")
    {
        Description = "A part of it, in commits of 200, so that nothing else waits long; until done is true there is more. Whatever breaks off, the next call goes on. For administrators of the installation.",
        Query = [("limit", "How many at most: 1 to 500, 50 by default.")],
        Answer = typeof(ApiShapes.Resealing),
        Problems = [401, 403, 422],
    };

    public static readonly ApiOperation ListKeys = new("listKeys", "Administration", "The tenant's API keys, without the keys themselves")
    {
        Answer = typeof(ApiShapes.Page<ApiShapes.StoredKey>),
        Query = [("tenant", "With a key of the installation: of this tenant."), Limit, After],
        Problems = [401, 403, 404, 422],
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

    public static readonly ApiOperation GetRequestLimits = new("getRequestLimits", "Administration", "How many requests a tenant may send and recipients it may address; null is without a limit")
    {
        Answer = typeof(ApiShapes.RequestLimits),
        Problems = [401, 403, 404],
    };

    public static readonly ApiOperation PutRequestLimits = new("putRequestLimits", "Administration", "Set how many requests a tenant may send and recipients it may address")
    {
        Description = "Requests are counted on each node, by buckets that are filled evenly: a burst of all, then so many in so many seconds. A batch is one request. Counts within two seconds on every node.",
        Body = typeof(ApiShapes.RequestLimits),
        Answer = typeof(ApiShapes.RequestLimits),
        Problems = [400, 401, 403, 404, 415, 422],
    };
}
