using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Carillon.Security;

/// <summary>
/// The text of API keys: <c>ck_</c> and 256 random bits in base64url, 46 characters. It is shown once; stored is its SHA-256 (see
/// <see cref="ApiKey.Hash"/>), which needs no stretching and is looked up as it is.
/// </summary>
public static class ApiKeys
{
    public const string Prefix = "ck_";

    private const int SecretBytes = 32;
    private const int Length = 3 + 43;

    private static readonly SearchValues<char> Alphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    public static (string Text, byte[] Hash) Make()
    {
        Span<byte> secret = stackalloc byte[SecretBytes];
        RandomNumberGenerator.Fill(secret);
        var text = Prefix + Base64Url.EncodeToString(secret);
        CryptographicOperations.ZeroMemory(secret);
        return (text, SHA256.HashData(Encoding.ASCII.GetBytes(text)));
    }

    /// <summary>The hash to look a presented key up by; null for what cannot be a key, so that it never reaches the store.</summary>
    public static byte[]? Hash(ReadOnlySpan<char> presented)
    {
        if (presented.Length != Length || !presented.StartsWith(Prefix, StringComparison.Ordinal)) return null;
        // Not Base64Url.IsValid: it passes over blanks.
        if (presented[Prefix.Length..].ContainsAnyExcept(Alphabet)) return null;
        Span<byte> bytes = stackalloc byte[Length];
        Encoding.ASCII.GetBytes(presented, bytes);
        return SHA256.HashData(bytes);
    }

    /// <summary>In a time that does not tell where they differ.</summary>
    public static bool Matches(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> stored) => CryptographicOperations.FixedTimeEquals(hash, stored);
}
