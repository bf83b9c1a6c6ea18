using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Carillon.Messages;
using Carillon.Security;

namespace Carillon.Server.Api;

/// <summary>Makes API keys: <c>ck_</c> and 256 random bits in base64url. Only the hash is ever kept.</summary>
internal static class KeyIssuer
{
    public const string Prefix = "ck_";

    /// <returns>The key as it is shown once, and as it is stored.</returns>
    public static (string Text, ApiKey Key) Issue(TenantId tenant, string name, IReadOnlyList<string> scopes, Guid id, DateTimeOffset now)
    {
        var text = Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        return (text, new ApiKey { Id = id, Tenant = tenant, Name = name, Hash = SHA256.HashData(Encoding.ASCII.GetBytes(text)), Scopes = scopes, CreatedAt = now });
    }
}
