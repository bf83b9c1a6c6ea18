using System.Security.Cryptography;
using System.Text;

namespace Carillon.Channels.Email;

/// <summary>ECDSA on P-256 with SHA-256, of the timestamp and the body behind it.</summary>
internal static class SendGridSignature
{
    /// <summary>A SubjectPublicKeyInfo; null for what is none, or of another curve.</summary>
    public static byte[]? ReadKey(string text)
    {
        var key = new byte[text.Length];
        if (!Convert.TryFromBase64String(text, key, out var length)) return null;
        using var ecdsa = ECDsa.Create();
        try
        {
            ecdsa.ImportSubjectPublicKeyInfo(key.AsSpan(0, length), out var read);
            return read == length && ecdsa.KeySize == 256 ? key[..length] : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    public static bool IsValid(byte[] key, string signature, string timestamp, ReadOnlySpan<byte> body)
    {
        var given = new byte[signature.Length];
        if (!Convert.TryFromBase64String(signature, given, out var length)) return false;
        using var ecdsa = ECDsa.Create();
        ecdsa.ImportSubjectPublicKeyInfo(key, out _);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(timestamp));
        hash.AppendData(body);
        return ecdsa.VerifyHash(hash.GetHashAndReset(), given.AsSpan(0, length), DSASignatureFormat.Rfc3279DerSequence);
    }
}
