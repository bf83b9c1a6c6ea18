using Carillon.Messages;
using Carillon.Security;

namespace Carillon.Server.Api;

/// <summary>Makes API keys as they are shown, once, and as they are stored.</summary>
internal static class KeyIssuer
{
    public static (string Text, ApiKey Key) Issue(TenantId tenant, string name, IReadOnlyList<string> scopes, Guid id, DateTimeOffset now)
    {
        var (text, hash) = ApiKeys.Make();
        return (text, new ApiKey { Id = id, Tenant = tenant, Name = name, Hash = hash, Scopes = scopes, CreatedAt = now });
    }
}
