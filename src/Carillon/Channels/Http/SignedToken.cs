using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Carillon.Channels.Http;

/// <summary>The JSON Web Tokens (RFC 7519) by which vendors sign their callbacks: HMAC with a secret that both know.</summary>
internal static class SignedToken
{
    /// <summary>By how much clocks may differ.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(5);

    /// <summary>The token's claims when it is signed with the secret and valid at the time; else null.</summary>
    public static JsonElement? Verify(string token, string secret, DateTimeOffset now)
    {
        var parts = token.Split('.');
        if (parts.Length != 3 || Decode(parts[0]) is not { } head || Decode(parts[1]) is not { } body || Decode(parts[2]) is not { } signature) return null;
        var key = Encoding.UTF8.GetBytes(secret);
        var content = Encoding.ASCII.GetBytes(token[..token.LastIndexOf('.')]);

        // The algorithm is chosen among these alone: "none" is none of them.
        var expected = VendorJson.Parse(head)?.Text("alg") switch
        {
            "HS256" => HMACSHA256.HashData(key, content),
            "HS384" => HMACSHA384.HashData(key, content),
            "HS512" => HMACSHA512.HashData(key, content),
            _ => null,
        };
        if (expected is null || !CryptographicOperations.FixedTimeEquals(expected, signature)) return null;
        if (VendorJson.Parse(body) is not { } claims) return null;
        var isInTime = (TimeOf(claims, "nbf") is not { } from || now >= from - Tolerance) && (TimeOf(claims, "exp") is not { } until || now <= until + Tolerance);
        return isInTime ? claims : null;
    }

    /// <summary>When it was signed, as it says itself; null when it does not.</summary>
    public static DateTimeOffset? IssuedAt(JsonElement claims) => TimeOf(claims, "iat");

    /// <summary>Whether a claim is the SHA-256 of this, in hexadecimal.</summary>
    public static bool IsHashOf(string? claim, ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(content, hash);
        return claim is not null && claim.Equals(Convert.ToHexStringLower(hash), StringComparison.OrdinalIgnoreCase);
    }

    private static DateTimeOffset? TimeOf(JsonElement claims, string name) =>
        claims.Amount(name) is { } seconds and > -62_135_596_800m and < 253_402_300_800m ? DateTimeOffset.UnixEpoch + TimeSpan.FromSeconds((double)seconds) : null;

    private static byte[]? Decode(string part) => Base64Url.IsValid(part) ? Base64Url.DecodeFromChars(part) : null;
}
