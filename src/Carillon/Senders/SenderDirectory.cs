using System.Security.Cryptography;
using System.Text;
using Carillon.Dispatch;
using Carillon.Mail;
using Carillon.Messages;
using Carillon.Security;
using Carillon.Storage;

namespace Carillon.Senders;

/// <summary>
/// The senders of this node, with their signers ready. They are a snapshot that is replaced whole, so that finding a signer takes no
/// lock. Thread-safe.
/// </summary>
public sealed class SenderDirectory(ISenderStore store, SecretBox secrets, IdGenerator ids, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _changing = new(1, 1);
    private volatile SignerTable _signers = SignerTable.Empty;

    /// <summary>
    /// What signs a tenant's mail from this domain (in ASCII); null when it has no sender. The tenant's own senders come before the
    /// installation's; among them the longest domain that is this one or above it. Of several selectors the oldest signs, so that a
    /// new key's record can be in the DNS before the old key goes.
    /// </summary>
    public DkimSigner? Find(TenantId tenant, string domain) => _signers.Find(tenant, domain);

    /// <summary>Reads every sender from the store, once, at the start. Those whose key cannot be opened do not sign and are returned with the reason.</summary>
    public async Task<IReadOnlyList<string>> LoadAsync(CancellationToken cancellationToken)
    {
        var faults = new List<string>();
        var ready = new List<(SenderDomain, DkimSigner)>();
        foreach (var (sender, sealedKey) in await store.AllAsync(cancellationToken))
        {
            try
            {
                ready.Add((sender, Open(sender, sealedKey)));
            }
            catch (Exception e) when (e is ArgumentException or SecretUnreadableException)
            {
                // Mail that is not signed may still arrive: better than a server that does not start.
                faults.Add($"Mail from {sender.Domain} is not signed with the selector {sender.Selector}: {e.Message}");
            }
        }

        _signers = SignerTable.Of(ready);
        return faults;
    }

    /// <summary>Checks and stores a sender, with a new key pair where the draft has no key; from then on it signs on this node.</summary>
    /// <exception cref="DuplicateKeyException">The tenant has a sender for this domain and selector.</exception>
    public async Task<SenderCreation> CreateAsync(TenantId tenant, SenderDraft draft, CancellationToken cancellationToken)
    {
        var faults = new List<FieldFault>();
        var (domain, selector, given) = SenderCheck.Read(draft, faults);
        using var key = given;
        if (faults.Count > 0) return new SenderCreation.Refused(faults);

        await _changing.WaitAsync(cancellationToken);
        try
        {
            // Within the gate: making a pair takes a processor for a good part of a second, and never more than one.
            using var made = key is null ? DkimKey.Generate() : null;
            var pair = key ?? made!;
            var sender = new SenderDomain
            {
                Tenant = tenant,
                Id = ids.Next(),
                Domain = domain,
                Selector = selector,
                DnsValue = pair.DnsRecord,
                CreatedAt = time.GetUtcNow(),
            };
            var signer = pair.CreateSigner(domain, selector);
            // Nobody withdraws it from here on: a row that is stored and not in the table would sign only after the next start.
            await store.CreateAsync(sender, Seal(sender.Id, pair), CancellationToken.None);
            _signers = _signers.With(sender, signer);
            return new SenderCreation.Created(sender);
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>Deletes a sender with its key. False when the tenant has none of this id.</summary>
    public async Task<bool> DeleteAsync(TenantId tenant, Guid id, CancellationToken cancellationToken)
    {
        await _changing.WaitAsync(cancellationToken);
        try
        {
            if (!await store.DeleteAsync(tenant, id, CancellationToken.None)) return false;
            _signers = _signers.Without(id);
            return true;
        }
        finally
        {
            _changing.Release();
        }
    }

    public void Dispose() => _changing.Dispose();

    /// <summary>A key opens only where it belongs: the purpose under which it is sealed names its sender.</summary>
    internal static string PurposeOf(Guid senderId) => PublicId.Format("sender-key:", senderId);

    private byte[] Seal(Guid senderId, DkimKey key)
    {
        var pem = Encoding.ASCII.GetBytes(key.ExportPrivatePem());
        try
        {
            return secrets.Seal(pem, PurposeOf(senderId));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pem);
        }
    }

    private DkimSigner Open(SenderDomain sender, byte[] sealedKey)
    {
        var pem = secrets.Open(sealedKey, PurposeOf(sender.Id));
        try
        {
            using var key = DkimKey.FromPem(Encoding.ASCII.GetString(pem));
            return key.CreateSigner(sender.Domain, sender.Selector);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pem);
        }
    }
}
