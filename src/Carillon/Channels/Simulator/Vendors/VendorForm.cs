using System.Security.Cryptography;
using System.Text;
using Carillon.Channels.Http;

namespace Carillon.Channels.Simulator.Vendors;

/// <summary>What the vendors' dialects have in common.</summary>
internal static class VendorForm
{
    public static string Write(IEnumerable<(string Name, string Value)> fields) =>
        string.Join('&', fields.Select(f => $"{Uri.EscapeDataString(f.Name)}={Uri.EscapeDataString(f.Value)}"));

    public static string Hex(int length) => RandomNumberGenerator.GetHexString(length, lowercase: true);

    public static string Uuid() => $"{Hex(8)}-{Hex(4)}-{Hex(4)}-{Hex(4)}-{Hex(12)}";

    /// <summary>A JSON Web Token signed with HMAC-SHA256 (RFC 7515).</summary>
    public static string Token(string claims, string secret)
    {
        var content = System.Buffers.Text.Base64Url.EncodeToString("""{"alg":"HS256","typ":"JWT"}"""u8) + "."
            + System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims));
        var signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(content));
        return $"{content}.{System.Buffers.Text.Base64Url.EncodeToString(signature)}";
    }

    public static string Sha256(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    public static VendorReply Json(int status, string body, TimeSpan? retryAfter = null) => new(status, RequestContent.Json, body, retryAfter);

    /// <summary>A JSON string with its quotes.</summary>
    public static string Quote(string text) => System.Text.Json.JsonSerializer.Serialize(text);
}
