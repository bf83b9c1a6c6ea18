using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Carillon.Mail;

/// <summary>The client's side of SCRAM-SHA-256 (RFC 5802, RFC 7677), without channel binding.</summary>
internal sealed class ScramSha256(string user, string password, string nonce)
{
    // A hostile server could otherwise burn the client's time; 4,096 is the usual count.
    private const int MaxIterations = 1_000_000;

    private readonly string _firstBare = $"n={EscapeName(user)},r={nonce}";
    private byte[]? _serverSignature;

    public string First => "n,," + _firstBare;

    /// <summary>The answer to the server's first message, or null when that is wrong.</summary>
    public string? Answer(string serverFirst)
    {
        // r=nonce,s=salt,i=iterations
        string? combined = Field(serverFirst, 'r'), salt = Field(serverFirst, 's'), count = Field(serverFirst, 'i');
        if (combined is null || !combined.StartsWith(nonce, StringComparison.Ordinal) || combined.Length == nonce.Length
            || salt is null || !System.Buffers.Text.Base64.IsValid(salt)
            || !int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out int iterations)
            || iterations is < 1 or > MaxIterations)
        {
            return null;
        }

        byte[] salted = Rfc2898DeriveBytes.Pbkdf2(
            Encoding.UTF8.GetBytes(Prepare(password)), Convert.FromBase64String(salt), iterations, HashAlgorithmName.SHA256, 32);
        byte[] clientKey = HMACSHA256.HashData(salted, "Client Key"u8);
        string withoutProof = $"c=biws,r={combined}";
        byte[] message = Encoding.UTF8.GetBytes($"{_firstBare},{serverFirst},{withoutProof}");
        byte[] signature = HMACSHA256.HashData(SHA256.HashData(clientKey), message);
        for (int i = 0; i < signature.Length; i++) signature[i] ^= clientKey[i];
        _serverSignature = HMACSHA256.HashData(HMACSHA256.HashData(salted, "Server Key"u8), message);
        return $"{withoutProof},p={Convert.ToBase64String(signature)}";
    }

    /// <summary>Does the server's last message prove that it knows the password?</summary>
    public bool Verify(string serverFinal)
    {
        string? proof = Field(serverFinal, 'v');
        return proof is not null && _serverSignature is not null && System.Buffers.Text.Base64.IsValid(proof)
            && CryptographicOperations.FixedTimeEquals(Convert.FromBase64String(proof), _serverSignature);
    }

    private static string? Field(string message, char name)
    {
        foreach (string part in message.Split(','))
        {
            if (part.Length > 1 && part[0] == name && part[1] == '=') return part[2..];
        }

        return null;
    }

    private static string EscapeName(string name) =>
        Prepare(name).Replace("=", "=3D", StringComparison.Ordinal).Replace(",", "=2C", StringComparison.Ordinal);

    /// <summary>The part of SASLprep (RFC 4013) that changes what people type.</summary>
    private static string Prepare(string text) => Ascii.IsValid(text) ? text : text.Normalize(NormalizationForm.FormKC);
}
