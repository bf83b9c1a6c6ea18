using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Carillon.Channels.Webhook;

/// <summary>
/// Signatures of webhooks as Standard Webhooks 1.0.0 has them (https://www.standardwebhooks.com): HMAC-SHA256 over
/// <c>id.timestamp.body</c>, sent as <c>v1,</c> and base 64, several with a space between while a secret is being replaced.
/// </summary>
public static class WebhookSignature
{
    public const string IdHeader = "webhook-id";
    public const string TimestampHeader = "webhook-timestamp";
    public const string SignatureHeader = "webhook-signature";

    /// <summary>How far a timestamp may lie from the receiver's clock, either way.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    private const string Version = "v1,";
    private const int HashLength = HMACSHA256.HashSizeInBytes;

    /// <summary>The value of the header for one secret, or for several of which the receiver may know any.</summary>
    /// <param name="id">The message's, the same at each attempt; without a full stop.</param>
    /// <param name="timestamp">Of this attempt.</param>
    public static string Sign(IReadOnlyList<WebhookSecret> secrets, string id, DateTimeOffset timestamp, ReadOnlySpan<byte> body)
    {
        var seconds = timestamp.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        Span<byte> hash = stackalloc byte[HashLength];
        var header = new StringBuilder(48 * secrets.Count);
        foreach (var secret in secrets)
        {
            Compute(secret, id, seconds, body, hash);
            if (header.Length > 0) header.Append(' ');
            header.Append(Version).Append(Convert.ToBase64String(hash));
        }

        return header.ToString();
    }

    /// <summary>Whether a webhook comes from who has the secret, and now. The headers are given as they came; null for those that did not.</summary>
    /// <param name="body">The bytes as they came: parsed and written again they are others.</param>
    public static bool Verify(WebhookSecret secret, string? id, string? timestamp, string? signatures, ReadOnlySpan<byte> body, DateTimeOffset now)
    {
        if (string.IsNullOrEmpty(id) || string.IsNullOrEmpty(signatures)) return false;
        if (!long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)) return false;
        if (Math.Abs((decimal)seconds - now.ToUnixTimeSeconds()) > (decimal)Tolerance.TotalSeconds) return false;
        Span<byte> expected = stackalloc byte[HashLength];
        Compute(secret, id, timestamp, body, expected);
        Span<byte> given = stackalloc byte[HashLength + 2];
        foreach (var part in signatures.AsSpan().Split(' '))
        {
            var signature = signatures.AsSpan(part);
            if (signature.StartsWith(Version) && Convert.TryFromBase64Chars(signature[Version.Length..], given, out var length)
                && CryptographicOperations.FixedTimeEquals(given[..length], expected))
            {
                return true;
            }
        }

        return false;
    }

    private static void Compute(WebhookSecret secret, string id, string seconds, ReadOnlySpan<byte> body, Span<byte> hash)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secret.Key);
        hmac.AppendData(Encoding.UTF8.GetBytes($"{id}.{seconds}."));
        hmac.AppendData(body);
        hmac.GetHashAndReset(hash);
    }
}
