using System.Security.Cryptography;
using System.Text;

namespace Carillon.Security;

/// <summary>
/// Seals secrets for storage with AES-256-GCM, so that nobody reads, changes or swaps them without the key. Thread-safe.
/// <code>
/// | version = 1 | key id | nonce | ciphertext       | tag |
/// | 1           | 4      | 12    | as the plaintext | 16  |   bytes
/// </code>
/// The purpose is authenticated with the content, and each purpose has a key of its own (HMAC-SHA256 of the purpose under the
/// ring's key). A purpose that names its row (<c>provider-credentials:prv_…</c>) keeps a sealed value from being moved to another
/// row, and keeps each key far below the 2^32 random nonces that it may see.
/// </summary>
public sealed class SecretBox(KeyRing keys)
{
    /// <summary>How much longer than its plaintext a sealed secret is.</summary>
    public const int Overhead = HeaderLength + NonceLength + TagLength;

    private const byte Version = 1;
    private const int HeaderLength = 1 + EncryptionKey.IdLength;
    private const int NonceLength = 12;
    private const int TagLength = 16;

    // What stands before a purpose when its key is derived: the ring's keys may serve other ends later.
    private const string Domain = "carillon/secret/1\0";

    /// <summary>Seals under the ring's first key.</summary>
    /// <param name="purpose">What it is and whose; the same text opens it.</param>
    public byte[] Seal(ReadOnlySpan<byte> plaintext, string purpose)
    {
        ArgumentNullException.ThrowIfNull(purpose);
        var key = keys.Sealing;
        var box = new byte[plaintext.Length + Overhead];
        box[0] = Version;
        key.Id.CopyTo(box.AsSpan(1));
        var nonce = box.AsSpan(HeaderLength, NonceLength);
        RandomNumberGenerator.Fill(nonce);
        var associated = Associate(purpose);
        using var cipher = Cipher(key, associated);
        cipher.Encrypt(nonce, plaintext, box.AsSpan(HeaderLength + NonceLength, plaintext.Length), box.AsSpan(box.Length - TagLength), associated);
        return box;
    }

    /// <summary>Opens what was sealed for the same purpose under any key of the ring.</summary>
    /// <exception cref="SecretUnreadableException">Another key, another purpose, or changed bytes.</exception>
    public byte[] Open(ReadOnlySpan<byte> box, string purpose)
    {
        ArgumentNullException.ThrowIfNull(purpose);
        if (box.Length < Overhead || box[0] != Version)
            throw new SecretUnreadableException("This is not a sealed secret of a known version.");
        var id = box.Slice(1, EncryptionKey.IdLength);
        if (!keys.TryFind(id, out var key))
        {
            throw new SecretUnreadableException(
                $"The secret was sealed with the encryption key {Convert.ToHexStringLower(id)}; this node has {keys.Names}.");
        }

        var plaintext = new byte[box.Length - Overhead];
        var associated = Associate(purpose);
        using var cipher = Cipher(key, associated);
        try
        {
            cipher.Decrypt(box.Slice(HeaderLength, NonceLength), box[(HeaderLength + NonceLength)..^TagLength], box[^TagLength..], plaintext, associated);
        }
        catch (AuthenticationTagMismatchException exception)
        {
            throw new SecretUnreadableException("The sealed secret was changed, or belongs elsewhere.", exception);
        }

        return plaintext;
    }

    /// <summary>It opens, but not under the key that seals now: sealing it again finishes a rotation.</summary>
    public bool NeedsResealing(ReadOnlySpan<byte> box) =>
        box.Length >= Overhead && !box.Slice(1, EncryptionKey.IdLength).SequenceEqual(keys.Sealing.Id);

    /// <summary>The same secret, sealed under the ring's first key.</summary>
    /// <exception cref="SecretUnreadableException">Another key, another purpose, or changed bytes.</exception>
    public byte[] Reseal(ReadOnlySpan<byte> box, string purpose)
    {
        var plaintext = Open(box, purpose);
        try
        {
            return Seal(plaintext, purpose);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plaintext);
        }
    }

    /// <summary>The id of the key that something was sealed with; null for what is not sealed.</summary>
    internal static byte[]? KeyIdOf(ReadOnlySpan<byte> box) =>
        box.Length >= Overhead && box[0] == Version ? box.Slice(1, EncryptionKey.IdLength).ToArray() : null;

    private static byte[] Associate(string purpose) => Encoding.UTF8.GetBytes(Domain + purpose);

    private static AesGcm Cipher(EncryptionKey key, ReadOnlySpan<byte> associated)
    {
        Span<byte> derived = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key.Bytes, associated, derived);
        try
        {
            return new AesGcm(derived, TagLength);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(derived);
        }
    }
}

/// <summary>A sealed secret cannot be opened. The message says why and holds nothing secret.</summary>
public sealed class SecretUnreadableException(string message, Exception? inner = null) : Exception(message, inner);
