using System.Security.Cryptography;

namespace Carillon.Mail;

/// <summary>A key pair for DKIM and what goes into the DNS for it (RFC 6376 section 3.6.1).</summary>
public sealed class DkimKey : IDisposable
{
    private readonly RSA _rsa;

    private DkimKey(RSA rsa) => _rsa = rsa;

    /// <summary>The public part as the text of a TXT record: <c>v=DKIM1; k=rsa; p=…</c>.</summary>
    public string DnsRecord => "v=DKIM1; k=rsa; p=" + Convert.ToBase64String(_rsa.ExportSubjectPublicKeyInfo());

    /// <summary>The record as a zone file has it: strings of at most 255 octets in quotes.</summary>
    public string ZoneFileText => string.Join(' ', DnsRecord.Chunk(255).Select(part => $"\"{new string(part)}\""));

    /// <summary>A new pair.</summary>
    /// <param name="bits">2,048 by default; 1,024–4,096. Longer ones do not fit into all resolvers' answers.</param>
    public static DkimKey Generate(int bits = 2048)
    {
        if (bits is < 1024 or > 4096) throw new ArgumentOutOfRangeException(nameof(bits), bits, "1,024–4,096 bits");
        return new DkimKey(RSA.Create(bits));
    }

    /// <summary>Reads a private RSA key in PEM, PKCS#1 or PKCS#8.</summary>
    /// <exception cref="ArgumentException">This is no such key.</exception>
    public static DkimKey FromPem(string pem)
    {
        var rsa = RSA.Create();
        try
        {
            rsa.ImportFromPem(pem);
            rsa.ExportParameters(includePrivateParameters: true);
            return new DkimKey(rsa);
        }
        catch (Exception e)
        {
            rsa.Dispose();
            throw new ArgumentException("Not a private RSA key in PEM.", nameof(pem), e);
        }
    }

    /// <summary>Where the record goes: <c>selector._domainkey.domain</c>.</summary>
    public static string DnsName(string domain, string selector) =>
        $"{CheckName(selector, nameof(selector))}._domainkey.{CheckName(domain, nameof(domain))}";

    /// <summary>The private key as PKCS#8 PEM. A secret.</summary>
    public string ExportPrivatePem() => _rsa.ExportPkcs8PrivateKeyPem();

    /// <summary>The public key as PEM.</summary>
    public string ExportPublicPem() => _rsa.ExportSubjectPublicKeyInfoPem();

    public DkimSigner CreateSigner(string domain, string selector) => new(domain, selector, _rsa);

    public void Dispose() => _rsa.Dispose();

    internal static string CheckName(string name, string parameter)
    {
        ArgumentException.ThrowIfNullOrEmpty(name, parameter);
        string ascii = DomainNames.ToAscii(name).ToLowerInvariant();
        foreach (char c in ascii)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '.' or '_')) throw new ArgumentException("Not a domain name.", parameter);
        }

        return ascii;
    }
}
