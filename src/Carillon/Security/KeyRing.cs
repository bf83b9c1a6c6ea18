using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Carillon.Security;

/// <summary>
/// The encryption keys of an installation: the first seals, all open. Immutable; every node of an installation has the same keys.
/// To rotate, add the new key as the last on every node, then make it the first, and drop the old one when nothing is sealed with
/// it any more.
/// </summary>
public sealed class KeyRing
{
    private readonly EncryptionKey[] _keys;

    private KeyRing(EncryptionKey[] keys) => _keys = keys;

    /// <summary>The ids of the keys, for people.</summary>
    public string Names => string.Join(", ", _keys.Select(key => key.Name));

    internal int Count => _keys.Length;

    /// <summary>The ids of the keys, in their order: the first seals.</summary>
    internal IEnumerable<byte[]> Ids => _keys.Select(key => key.Id.ToArray());

    internal EncryptionKey Sealing => _keys[0];

    /// <summary>
    /// Reads <c>ENCRYPTION_KEY</c>: one key, or several with commas between. A key is <c>base64:</c> and 32 bytes in base 64, 64
    /// hexadecimal digits (32 bytes taken as they are), or any other text of at least 16 characters. Text is stretched by
    /// PBKDF2-HMAC-SHA256 with 600,000 iterations and the salt <c>carillon/encryption-key/1</c> (a fraction of a second each,
    /// at start). The salt is fixed because every node must come to the same key from the text alone: the text must be hard to guess.
    /// </summary>
    /// <param name="faults">Every fault, for the operator; no key stands in them.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out KeyRing? ring, out IReadOnlyList<string> faults)
    {
        ArgumentNullException.ThrowIfNull(text);
        var found = new List<string>();
        var keys = new List<EncryptionKey>();
        var parts = text.Split(',', StringSplitOptions.TrimEntries);
        for (var i = 0; i < parts.Length; i++)
        {
            var key = EncryptionKey.TryParse(parts[i], out var fault);
            var which = parts.Length == 1 ? "The encryption key" : string.Create(CultureInfo.InvariantCulture, $"Encryption key {i + 1}");
            if (key is null) found.Add($"{which} {fault}");
            else if (keys.Exists(other => other.Id.SequenceEqual(key.Id))) found.Add($"{which} stands there twice.");
            else keys.Add(key);
        }

        faults = found;
        ring = found.Count == 0 ? new KeyRing([.. keys]) : null;
        return ring is not null;
    }

    internal bool TryFind(ReadOnlySpan<byte> id, [NotNullWhen(true)] out EncryptionKey? key)
    {
        foreach (var candidate in _keys)
        {
            if (!candidate.Id.SequenceEqual(id)) continue;
            key = candidate;
            return true;
        }

        key = null;
        return false;
    }
}

/// <summary>One key of a ring. Its id, the first 4 bytes of its SHA-256, stands in all that it seals.</summary>
internal sealed class EncryptionKey
{
    public const int Length = 32;
    public const int IdLength = 4;
    public const int MinTextLength = 16;
    public const int Iterations = 600_000;
    public const string Base64Prefix = "base64:";

    private static readonly byte[] Salt = "carillon/encryption-key/1"u8.ToArray();

    private readonly byte[] _bytes;
    private readonly byte[] _id;

    public EncryptionKey(byte[] bytes)
    {
        _bytes = bytes;
        _id = SHA256.HashData(bytes)[..IdLength];
    }

    public ReadOnlySpan<byte> Bytes => _bytes;

    public ReadOnlySpan<byte> Id => _id;

    public string Name => Convert.ToHexStringLower(_id);

    /// <param name="fault">What is wrong, to follow the key's name in a sentence.</param>
    public static EncryptionKey? TryParse(string text, out string? fault)
    {
        fault = null;
        if (text.StartsWith(Base64Prefix, StringComparison.Ordinal))
        {
            var digits = text.AsSpan(Base64Prefix.Length);
            // Length first: a decoder would have to be given room for anything.
            if (digits.Length <= 44 && Base64.IsValid(digits, out var length) && length == Length)
                return new EncryptionKey(Convert.FromBase64String(digits.ToString()));
            fault = "is not 32 bytes in base 64 after \"base64:\".";
            return null;
        }

        if (text.Length == 2 * Length && text.All(char.IsAsciiHexDigit)) return new EncryptionKey(Convert.FromHexString(text));
        if (text.Length >= MinTextLength)
            return new EncryptionKey(Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(text), Salt, Iterations, HashAlgorithmName.SHA256, Length));
        fault = text.Length == 0 ? "is empty." : "has fewer than 16 characters.";
        return null;
    }
}
