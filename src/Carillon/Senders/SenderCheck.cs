using System.Security.Cryptography;
using Carillon.Dispatch;
using Carillon.Mail;

namespace Carillon.Senders;

/// <summary>Finds every fault of a draft, and what it comes to.</summary>
internal static class SenderCheck
{
    // Verifiers must take 1,024 to 4,096 bits and may refuse all else (RFC 8301 section 3.2).
    private const int LeastBits = 1024;
    private const int MostBits = 4096;

    /// <param name="draft">As the caller gave it.</param>
    /// <param name="faults">Gets what is wrong with it, by field; nothing of the key stands in there.</param>
    /// <returns>Names in their kept form and the key, which is null where the draft has none; of no use when there are faults.</returns>
    public static (string Domain, string Selector, DkimKey? Key) Read(SenderDraft draft, List<FieldFault> faults)
    {
        var domain = DomainSyntax.ReadDomain(draft.Domain);
        if (domain is null) faults.Add(new("domain", "invalid", "This must be a domain name such as example.net, without a dot at its end."));
        var selector = DomainSyntax.ReadSelector(draft.Selector);
        if (selector is null)
            faults.Add(new("selector", "invalid", "A selector is made of letters, digits and hyphens, and of dots between them, such as carillon or march.2026."));
        if (domain is not null && selector is not null && DkimKey.DnsName(domain, selector).Length is > DomainSyntax.MaxLength and var length)
        {
            faults.Add(new("selector", "too_long",
                $"The name of the DNS record, selector._domainkey.domain, would have {length} characters; the DNS takes {DomainSyntax.MaxLength}."));
        }

        return (domain ?? "", selector ?? "", draft.PrivateKey is { } pem ? ReadKey(pem, faults) : null);
    }

    private static DkimKey? ReadKey(string pem, List<FieldFault> faults)
    {
        DkimKey key;
        try
        {
            key = DkimKey.FromPem(pem);
        }
        catch (ArgumentException)
        {
            faults.Add(new("private_key", "invalid", "This must be one private RSA key in PEM, PKCS#1 or PKCS#8, not encrypted. Leave it out, and a key pair is made."));
            return null;
        }

        using var rsa = RSA.Create();
        rsa.ImportFromPem(key.ExportPublicPem());
        if (rsa.KeySize is >= LeastBits and <= MostBits) return key;
        faults.Add(new("private_key", "out_of_range", $"The key has {rsa.KeySize:N0} bits; mail servers take {LeastBits:N0} to {MostBits:N0}."));
        key.Dispose();
        return null;
    }
}
