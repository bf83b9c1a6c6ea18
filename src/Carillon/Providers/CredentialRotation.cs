using System.Text.Json;

namespace Carillon.Providers;

/// <summary>What a change of a provider makes of the credentials that it had.</summary>
internal static class CredentialRotation
{
    /// <summary>
    /// Credentials that are replaced stay as the previous ones for <paramref name="grace"/>: the vendor goes on signing with them for a
    /// while, and what it sent before is still under way. Those before them go. Without a rotation all stays as it is.
    /// </summary>
    /// <param name="current">Before the change, its credentials in clear.</param>
    /// <param name="changed">After it.</param>
    /// <param name="sealedCurrent">Of <paramref name="current"/>, as they are stored; null where there are none, or they cannot be opened.</param>
    /// <param name="grace">Zero revokes them, and those before them, at once.</param>
    public static Provider Apply(Provider current, Provider changed, byte[]? sealedCurrent, TimeSpan grace, DateTimeOffset now)
    {
        if (changed.DeletedAt is not null) return changed with { Previous = null };
        var isRotated = !IsSame(current.Credentials, changed.Credentials);
        return changed with
        {
            CredentialsRotatedAt = isRotated && sealedCurrent is not null ? now : current.CredentialsRotatedAt,
            Previous = grace == TimeSpan.Zero ? null
                : isRotated && sealedCurrent is not null ? new PreviousCredentials(sealedCurrent, now + grace)
                : current.Previous is { } previous && previous.Counts(now) ? previous
                : null,
        };
    }

    private static bool IsSame(JsonElement? one, JsonElement? other) =>
        one is null ? other is null : other is not null && JsonElement.DeepEquals(one.Value, other.Value);
}
