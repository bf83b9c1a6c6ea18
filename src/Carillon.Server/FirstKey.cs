using Carillon.Messages;
using Carillon.Security;
using Carillon.Server.Api;
using Carillon.Storage;

namespace Carillon.Server;

/// <summary>The key of the first start: without it nobody could make another.</summary>
internal static class FirstKey
{
    /// <summary>
    /// Makes the key where there is none yet. It is shown before it is stored: were it the other way round, a crash between the two
    /// would leave a key that nobody has seen.
    /// </summary>
    public static async Task EnsureAsync(
        ITenantStore tenants, IdGenerator ids, TimeProvider time, TextWriter output, CancellationToken cancellationToken)
    {
        if (await tenants.AnyKeyAsync(cancellationToken)) return;
        var (text, key) = KeyIssuer.Issue(TenantId.Installation, "first key", [Scopes.Admin], ids.Next(), time.GetUtcNow());
        await output.WriteLineAsync($"The first API key, an administrator's, shown only now: {text}");
        await tenants.CreateKeyAsync(key, cancellationToken);
    }
}
