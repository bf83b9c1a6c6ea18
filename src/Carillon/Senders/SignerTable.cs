using System.Collections.Frozen;
using Carillon.Mail;
using Carillon.Messages;

namespace Carillon.Senders;

/// <summary>Signers by tenant and domain. Immutable: a change makes another one.</summary>
internal sealed class SignerTable
{
    public static readonly SignerTable Empty = Of([]);

    private readonly IReadOnlyList<(SenderDomain Sender, DkimSigner Signer)> _all;
    private readonly FrozenDictionary<TenantId, FrozenDictionary<string, DkimSigner>> _byTenant;

    private SignerTable(IReadOnlyList<(SenderDomain Sender, DkimSigner Signer)> all)
    {
        _all = all;
        // Ids sort by time: the first of a domain is the oldest.
        _byTenant = all.OrderBy(s => s.Sender.Id).GroupBy(s => s.Sender.Tenant).ToFrozenDictionary(
            tenant => tenant.Key,
            tenant => tenant.DistinctBy(s => s.Sender.Domain, StringComparer.OrdinalIgnoreCase)
                .ToFrozenDictionary(s => s.Sender.Domain, s => s.Signer, StringComparer.OrdinalIgnoreCase));
    }

    public static SignerTable Of(IReadOnlyList<(SenderDomain Sender, DkimSigner Signer)> all) => new(all);

    public SignerTable With(SenderDomain sender, DkimSigner signer) => new([.. _all, (sender, signer)]);

    public SignerTable Without(Guid id) => new([.. _all.Where(s => s.Sender.Id != id)]);

    public DkimSigner? Find(TenantId tenant, string domain) => Longest(tenant, domain) ?? Longest(TenantId.Installation, domain);

    private DkimSigner? Longest(TenantId tenant, ReadOnlySpan<char> domain)
    {
        if (!_byTenant.TryGetValue(tenant, out var own)) return null;
        var byDomain = own.GetAlternateLookup<ReadOnlySpan<char>>();
        while (true)
        {
            if (byDomain.TryGetValue(domain, out var signer)) return signer;
            var dot = domain.IndexOf('.');
            if (dot < 0) return null;
            domain = domain[(dot + 1)..];
        }
    }
}
