using Carillon.Messages;

namespace Carillon.Storage;

/// <summary>
/// All that is sealed with an encryption key, wherever it stands, by the key's id (bytes 2 to 5 of what is sealed): so that it can be
/// sealed anew. This contract never sees a secret in clear.
/// </summary>
public interface ISealedStore
{
    /// <summary>How many of each kind are sealed with each key. Costs a look at each of them, and at nothing else.</summary>
    ValueTask<IReadOnlyList<SealedCount>> CountAsync(CancellationToken cancellationToken = default);

    /// <summary>Those of one kind that are sealed with one key, by owner, after one.</summary>
    ValueTask<IReadOnlyList<SealedSecret>> ListAsync(
        SealedKind kind, byte[] keyId, Guid? after, int limit, CancellationToken cancellationToken = default);

    /// <summary>
    /// Puts each in the place of what was listed, in one commit; how many it was. One that has changed or gone since is left as it is.
    /// </summary>
    ValueTask<int> ReplaceAsync(IReadOnlyList<SealedReplacement> replacements, CancellationToken cancellationToken = default);
}

/// <summary>What is sealed.</summary>
public enum SealedKind
{
    ProviderCredentials,

    /// <summary>Credentials that were replaced and still count.</summary>
    PreviousCredentials,

    /// <summary>Private keys that sign mail.</summary>
    SenderKeys,

    /// <summary>Secret variables of notifications.</summary>
    NotificationSecrets,
}

public static class SealedKindNames
{
    public static readonly WireNames<SealedKind> All = new(
        (SealedKind.ProviderCredentials, "provider_credentials"),
        (SealedKind.PreviousCredentials, "previous_credentials"),
        (SealedKind.SenderKeys, "sender_keys"),
        (SealedKind.NotificationSecrets, "notification_secrets"));
}

/// <param name="KeyId">Of the encryption key.</param>
public sealed record SealedCount(SealedKind Kind, byte[] KeyId, long Count);

/// <param name="Owner">The provider, sender or notification whose it is.</param>
public sealed record SealedSecret(SealedKind Kind, TenantId Tenant, Guid Owner, byte[] Sealed);

/// <param name="Was">As it was listed.</param>
public sealed record SealedReplacement(SealedSecret Was, byte[] Sealed);
