using Carillon.Messages;
using Carillon.Security;
using Carillon.Server.Api;
using Carillon.Storage;

namespace Carillon.Server;

/// <summary>The key of the first start: without it nobody could make another.</summary>
internal static class FirstKey
{
    /// <returns>The key to show, this once; null when there are keys already.</returns>
    public static async Task<string?> EnsureAsync(ITenantStore tenants, IdGenerator ids, TimeProvider time, CancellationToken cancellationToken)
    {
        if (await tenants.AnyKeyAsync(cancellationToken)) return null;
        var (text, key) = KeyIssuer.Issue(TenantId.Installation, "first key", [Scopes.Admin], ids.Next(), time.GetUtcNow());
        await tenants.CreateKeyAsync(key, cancellationToken);
        return text;
    }
}
