using Carillon.Mail;
using Carillon.Messages;

namespace Carillon.Senders;

/// <summary>A domain from which mail is sent, with the key that signs it (DKIM, RFC 6376). Its private key is not here: storage keeps it sealed.</summary>
public sealed record SenderDomain
{
    /// <summary><see cref="TenantId.Installation"/> for one that serves every tenant without a sender of its own for the domain.</summary>
    public required TenantId Tenant { get; init; }

    public required Guid Id { get; init; }

    /// <summary>In ASCII and lower case. Mail from the domains below it is signed as well.</summary>
    public required string Domain { get; init; }

    /// <summary>Names the key in the DNS; in ASCII and lower case.</summary>
    public required string Selector { get; init; }

    /// <summary>The public key as the TXT record holds it: <c>v=DKIM1; k=rsa; p=…</c>.</summary>
    public required string DnsValue { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Where the TXT record goes: <c>selector._domainkey.domain</c>.</summary>
    public string DnsName => DkimKey.DnsName(Domain, Selector);
}
