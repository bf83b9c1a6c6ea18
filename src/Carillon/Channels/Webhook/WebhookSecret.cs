using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Carillon.Channels.Webhook;

/// <summary>
/// The secret that a sender and a receiver of webhooks share: <c>whsec_</c> and 24 to 64 bytes in base 64, as Standard Webhooks has it
/// (https://www.standardwebhooks.com). Its text says nothing of the key. Immutable.
/// </summary>
public sealed class WebhookSecret
{
    public const string Prefix = "whsec_";
    public const int MinBytes = 24;
    public const int MaxBytes = 64;

    private readonly byte[] _key;

    private WebhookSecret(byte[] key) => _key = key;

    internal ReadOnlySpan<byte> Key => _key;

    /// <summary>Reads a secret; its prefix may be missing.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out WebhookSecret? secret)
    {
        secret = null;
        if (text is null) return false;
        if (text.StartsWith(Prefix, StringComparison.Ordinal)) text = text[Prefix.Length..];
        Span<byte> key = stackalloc byte[MaxBytes + 2];
        // More than that does not fit, and is refused with what is no base 64.
        if (!Convert.TryFromBase64String(text, key, out var length) || length is < MinBytes or > MaxBytes) return false;
        secret = new WebhookSecret(key[..length].ToArray());
        return true;
    }

    /// <summary>A new secret of 32 random bytes, as text.</summary>
    public static string Create() => Prefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    public override string ToString() => Prefix + "…";
}
