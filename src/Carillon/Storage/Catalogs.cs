using Carillon.Contacts;
using Carillon.Messages;
using Carillon.Providers;
using Carillon.Security;
using Carillon.Senders;
using Carillon.Templates;

namespace Carillon.Storage;

/// <summary>Contacts by the caller's id. Intake writes contacts through <see cref="AcceptWrite.Contacts"/>.</summary>
public interface IContactStore
{
    ValueTask<Contact?> GetAsync(TenantId tenant, string id, CancellationToken cancellationToken = default);

    /// <summary>The id of a contact that has this address on one of the channels, a verified one first; null for none.</summary>
    ValueTask<string?> FindByAddressAsync(
        TenantId tenant, IReadOnlyList<Channel> channels, string identifier, CancellationToken cancellationToken = default);
}

public interface ITemplateStore
{
    /// <summary>
    /// Stores a template with its first version, which is <see cref="Template.Published"/> or a draft.
    /// <see cref="DuplicateKeyException"/> when the key is taken.
    /// </summary>
    /// <param name="idempotency">To be kept in the same commit. When its key is there already nothing is written, and what it stands for is returned.</param>
    ValueTask<IdempotencyRecord?> CreateAsync(
        Template template, TemplateVersion version, IdempotencyRecord? idempotency = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Puts this in the place of the revision before it, with the version to which <see cref="Template.Published"/> points; with
    /// <see cref="Template.DeletedAt"/> it is deleted. False, and nothing is written, when another revision stands there.
    /// <see cref="DuplicateKeyException"/> when another template has the key.
    /// </summary>
    ValueTask<bool> ReplaceAsync(Template template, CancellationToken cancellationToken = default);

    /// <summary>Stores a draft under the number that follows the highest; whatever number it comes with is not looked at.</summary>
    /// <param name="idempotency">Made of the version with its number; as for <see cref="CreateAsync"/>.</param>
    ValueTask<VersionAddition> AddVersionAsync(
        TenantId tenant, TemplateVersion version, Func<TemplateVersion, IdempotencyRecord>? idempotency = null, CancellationToken cancellationToken = default);

    /// <summary>Puts this in the place of the revision before it. False when that is published, or another revision stands there.</summary>
    ValueTask<bool> ReplaceDraftAsync(TenantId tenant, TemplateVersion version, CancellationToken cancellationToken = default);

    /// <summary><see cref="ReplaceDraftAsync"/> by the published version and <see cref="ReplaceAsync"/>, both or neither.</summary>
    ValueTask<bool> PublishAsync(Template template, TemplateVersion version, CancellationToken cancellationToken = default);

    /// <summary>Null when there is none, or it is deleted.</summary>
    ValueTask<Template?> GetAsync(TenantId tenant, Guid id, CancellationToken cancellationToken = default);

    ValueTask<Template?> GetByKeyAsync(TenantId tenant, string key, CancellationToken cancellationToken = default);

    ValueTask<TemplateVersion?> GetVersionAsync(TenantId tenant, Guid versionId, CancellationToken cancellationToken = default);

    ValueTask<TemplateVersion?> GetVersionAsync(TenantId tenant, Guid templateId, int number, CancellationToken cancellationToken = default);

    /// <summary>The published version with the highest number below <paramref name="number"/>.</summary>
    ValueTask<TemplateVersion?> PublishedBeforeAsync(TenantId tenant, Guid templateId, int number, CancellationToken cancellationToken = default);

    /// <summary>By number, the highest first, below <paramref name="before"/>.</summary>
    ValueTask<IReadOnlyList<TemplateVersionSummary>> ListVersionsAsync(
        TenantId tenant, Guid templateId, int? before, int limit, CancellationToken cancellationToken = default);

    /// <summary>By key.</summary>
    ValueTask<IReadOnlyList<Template>> ListAsync(TenantId tenant, TemplateQuery query, CancellationToken cancellationToken = default);
}

/// <summary>Which templates are to be listed; null filters nothing.</summary>
public sealed record TemplateQuery
{
    public string? Category { get; init; }

    public string? Type { get; init; }

    public bool? IsActive { get; init; }

    public string? AfterKey { get; init; }

    public required int Limit { get; init; }
}

/// <param name="Added">With its number; null when the template is not there, or the key was.</param>
/// <param name="Existing">What the idempotency key stands for already.</param>
public readonly record struct VersionAddition(TemplateVersion? Added, IdempotencyRecord? Existing);

/// <summary>Providers with their credentials sealed: this contract never sees a secret in clear.</summary>
public interface IProviderStore
{
    /// <summary><see cref="DuplicateKeyException"/> when the tenant has one of this name.</summary>
    /// <param name="idempotency">To be kept in the same commit. When its key is there already nothing is written, and what it stands for is returned.</param>
    ValueTask<IdempotencyRecord?> CreateAsync(
        Provider provider, byte[]? sealedCredentials, IdempotencyRecord? idempotency = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Puts this in the place of the version before it; with <see cref="Provider.DeletedAt"/> it is deleted. False, and nothing is
    /// written, when another version stands there. <see cref="DuplicateKeyException"/> when the tenant has another one of this name.
    /// </summary>
    ValueTask<bool> ReplaceAsync(Provider provider, byte[]? sealedCredentials, CancellationToken cancellationToken = default);

    /// <summary>The tenant's own; null when there is none, or no more.</summary>
    ValueTask<(Provider Provider, byte[]? SealedCredentials)?> GetAsync(TenantId tenant, Guid id, CancellationToken cancellationToken = default);

    /// <summary>The tenant's own, without those that are deleted, by id, after one.</summary>
    ValueTask<IReadOnlyList<(Provider Provider, byte[]? SealedCredentials)>> ListAsync(
        TenantId tenant, Channel? channel, Guid? after, int limit, CancellationToken cancellationToken = default);

    /// <summary>Every provider of every tenant, those that are deleted included.</summary>
    ValueTask<IReadOnlyList<(Provider Provider, byte[]? SealedCredentials)>> AllAsync(CancellationToken cancellationToken = default);

    /// <summary>Erases the previous credentials whose time is over; false when there were none.</summary>
    ValueTask<bool> ForgetOutlivedAsync(DateTimeOffset now, CancellationToken cancellationToken = default);
}

/// <summary>Domains whose mail is signed, with their private keys sealed: this contract never sees one in clear.</summary>
public interface ISenderStore
{
    /// <summary><see cref="DuplicateKeyException"/> when the tenant has one of this domain and selector.</summary>
    ValueTask CreateAsync(SenderDomain sender, byte[] sealedKey, CancellationToken cancellationToken = default);

    /// <summary>Every sender of every tenant.</summary>
    ValueTask<IReadOnlyList<(SenderDomain Sender, byte[] SealedKey)>> AllAsync(CancellationToken cancellationToken = default);

    /// <summary>The tenant's own, oldest first.</summary>
    ValueTask<IReadOnlyList<SenderDomain>> ListAsync(TenantId tenant, CancellationToken cancellationToken = default);

    /// <summary>False when the tenant has no such sender.</summary>
    ValueTask<bool> DeleteAsync(TenantId tenant, Guid id, CancellationToken cancellationToken = default);
}

public interface ITenantStore
{
    ValueTask<Tenant> CreateAsync(string key, string name, CancellationToken cancellationToken = default);

    /// <summary>Makes a tenant together with its first key, or neither.</summary>
    ValueTask<Tenant> CreateAsync(string key, string name, Func<TenantId, ApiKey> firstKey, CancellationToken cancellationToken = default);

    ValueTask<IReadOnlyList<Tenant>> AllAsync(CancellationToken cancellationToken = default);

    ValueTask CreateKeyAsync(ApiKey key, CancellationToken cancellationToken = default);

    ValueTask<ApiKey?> FindKeyAsync(byte[] hash, CancellationToken cancellationToken = default);

    /// <summary>A key of whichever tenant, revoked or not.</summary>
    ValueTask<ApiKey?> GetKeyAsync(Guid id, CancellationToken cancellationToken = default);

    /// <summary>
    /// Puts its name, limits and <see cref="ApiKey.IsHeld"/> in the place of the version before it. False, and nothing is written, when
    /// another version stands there.
    /// </summary>
    ValueTask<bool> ReplaceKeyAsync(ApiKey key, CancellationToken cancellationToken = default);

    /// <summary>The tenant's keys, those revoked included, oldest first.</summary>
    ValueTask<IReadOnlyList<ApiKey>> ListKeysAsync(TenantId tenant, CancellationToken cancellationToken = default);

    /// <summary>False when the tenant has no such key; revoking twice keeps the first time.</summary>
    ValueTask<bool> RevokeKeyAsync(TenantId tenant, Guid id, DateTimeOffset at, CancellationToken cancellationToken = default);

    ValueTask<bool> AnyKeyAsync(CancellationToken cancellationToken = default);
}
