using System.Security.Cryptography;
using Carillon.Messages;
using Carillon.Security;
using Carillon.Senders;
using Carillon.Storage;
using Carillon.Tests.Storage.Sqlite;

namespace Carillon.Tests.Senders;

public sealed class SenderDirectoryTests : IAsyncLifetime
{
    private static readonly TenantId Tenant = new(1);

    // Made once, and short: pairs take their time.
    private static readonly string Pem = PemOf(1024);

    private readonly SqliteFactory _factory = new();
    private readonly IdGenerator _ids = new(TimeProvider.System);
    private IStorage _storage = null!;
    private SenderDirectory _senders = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _storage = _factory.Create(TimeProvider.System);
        await _storage.OpenAsync(Token);
        _senders = Open("a key that is only for tests");
    }

    public async ValueTask DisposeAsync()
    {
        _senders.Dispose();
        await _storage.DisposeAsync();
        await _factory.DisposeAsync();
    }

    [Theory]
    [InlineData("example.net", "example.net")]
    [InlineData("EXAMPLE.Net", "example.net")]
    [InlineData("news.example.net", "example.net")]
    [InlineData("mail.example.net", "mail.example.net")]
    [InlineData("a.b.mail.example.net", "mail.example.net")]
    [InlineData("example.org", null)]
    [InlineData("anexample.net", null)]
    [InlineData("net", null)]
    [InlineData("", null)]
    [InlineData("[192.0.2.1]", null)]
    public async Task The_longest_domain_at_or_above_that_of_From_signs(string from, string? signing)
    {
        await CreateAsync("example.net");
        await CreateAsync("mail.example.net");

        Assert.Equal(signing, _senders.Find(Tenant, from)?.Domain);
    }

    [Fact]
    public async Task The_installations_sender_serves_tenants_that_have_none_for_the_domain()
    {
        await CreateAsync("example.net", "shared", TenantId.Installation);
        await CreateAsync("mail.example.net", "shared", TenantId.Installation);
        await CreateAsync("example.net", "own");

        Assert.Equal("own", _senders.Find(Tenant, "example.net")?.Selector);
        Assert.Equal("own", _senders.Find(Tenant, "mail.example.net")?.Selector);
        Assert.Equal("shared", _senders.Find(new TenantId(2), "example.net")?.Selector);
        Assert.Equal("shared", _senders.Find(TenantId.Installation, "example.net")?.Selector);
    }

    [Fact]
    public async Task One_tenants_key_signs_nothing_of_another_or_of_the_installation()
    {
        await CreateAsync("example.net");

        Assert.Null(_senders.Find(new TenantId(2), "example.net"));
        Assert.Null(_senders.Find(TenantId.Installation, "example.net"));
    }

    [Fact]
    public async Task Of_two_selectors_the_older_signs_until_it_is_deleted()
    {
        var old = await CreateAsync("example.net", "old");
        await CreateAsync("example.net", "new");
        Assert.Equal("old", _senders.Find(Tenant, "example.net")?.Selector);

        Assert.False(await _senders.DeleteAsync(new TenantId(2), old.Id, Token));
        Assert.Equal("old", _senders.Find(Tenant, "example.net")?.Selector);
        Assert.True(await _senders.DeleteAsync(Tenant, old.Id, Token));
        Assert.Equal("new", _senders.Find(Tenant, "example.net")?.Selector);
    }

    [Fact]
    public async Task A_domain_and_selector_may_be_taken_once_in_whatever_case_and_script()
    {
        var made = await CreateAsync("Bücher.example", "March.2026");

        Assert.Equal(("xn--bcher-kva.example", "march.2026"), (made.Domain, made.Selector));
        Assert.Equal("march.2026._domainkey.xn--bcher-kva.example", made.DnsName);
        var error = await Assert.ThrowsAsync<DuplicateKeyException>(() => CreateAsync("XN--BCHER-KVA.example", "march.2026"));
        Assert.Equal("domain", error.Field);
    }

    [Fact]
    public async Task Without_a_key_a_pair_of_2048_bits_is_made()
    {
        var made = Assert.IsType<SenderCreation.Created>(await _senders.CreateAsync(Tenant, new SenderDraft { Domain = "example.net" }, Token)).Sender;

        Assert.Equal("carillon._domainkey.example.net", made.DnsName);
        using var rsa = RSA.Create();
        rsa.ImportSubjectPublicKeyInfo(Convert.FromBase64String(made.DnsValue["v=DKIM1; k=rsa; p=".Length..]), out _);
        Assert.Equal(2048, rsa.KeySize);
    }

    [Theory]
    [InlineData("", "domain:invalid")]
    [InlineData("net", "domain:invalid")]
    [InlineData("example..net", "domain:invalid")]
    [InlineData("example.net.", "domain:invalid")]
    [InlineData("-example.net", "domain:invalid")]
    [InlineData("exam ple.net", "domain:invalid")]
    [InlineData("example.net; d=example.org", "domain:invalid")]
    [InlineData("example.net\r\nX: y", "domain:invalid")]
    [InlineData("192.0.2.1", "domain:invalid")]
    [InlineData("ana@example.net", "domain:invalid")]
    [InlineData("bücher..example", "domain:invalid")]
    public async Task What_is_no_domain_is_refused(string domain, string fault) => Assert.Equal([fault], await FaultsAsync(domain, "s", Pem));

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("s; t=1")]
    [InlineData("a..b")]
    [InlineData("under_score")]
    [InlineData("é")]
    public async Task What_is_no_selector_is_refused(string selector) => Assert.Equal(["selector:invalid"], await FaultsAsync("example.net", selector, Pem));

    [Fact]
    public async Task A_name_that_the_DNS_cannot_hold_is_refused()
    {
        var domain = string.Join('.', Enumerable.Repeat(new string('a', 59), 4));

        Assert.Equal(["selector:too_long"], await FaultsAsync(domain, "carillon", Pem));
    }

    [Fact]
    public async Task Keys_that_mail_servers_would_not_take_are_refused()
    {
        using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var rsa = RSA.Create(1024);
        Assert.Equal(["private_key:out_of_range"], await FaultsAsync("example.net", "s", PemOf(512)));
        Assert.Equal(["private_key:out_of_range"], await FaultsAsync("example.net", "s", PemOf(4104)));
        Assert.Equal(["private_key:invalid"], await FaultsAsync("example.net", "s", "-----BEGIN RSA PRIVATE KEY-----"));
        Assert.Equal(["private_key:invalid"], await FaultsAsync("example.net", "s", curve.ExportPkcs8PrivateKeyPem()));
        Assert.Equal(["private_key:invalid"], await FaultsAsync("example.net", "s", rsa.ExportSubjectPublicKeyInfoPem()));
        Assert.Equal(["private_key:invalid"], await FaultsAsync("example.net", "s", rsa.ExportEncryptedPkcs8PrivateKeyPem("p", new PbeParameters(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1))));
    }

    [Fact]
    public async Task Every_fault_is_told_at_once() =>
        Assert.Equal(["domain:invalid", "selector:invalid", "private_key:invalid"], await FaultsAsync("x", "_", "none"));

    [Fact]
    public async Task A_key_is_sealed_for_its_sender_alone_and_one_that_does_not_open_is_told()
    {
        await CreateAsync("example.net");
        var (sender, sealedKey) = Assert.Single(await _storage.Senders.AllAsync(Token));
        Assert.Equal(-1, sealedKey.AsSpan().IndexOf("PRIVATE KEY"u8));
        await _storage.Senders.CreateAsync(sender with { Id = _ids.Next(), Tenant = new TenantId(2) }, sealedKey, Token);

        using var again = Open("a key that is only for tests");
        using var stranger = Open("a key of quite another node");

        Assert.Contains("Mail from example.net is not signed", Assert.Single(await again.LoadAsync(Token)), StringComparison.Ordinal);
        Assert.Equal("example.net", again.Find(Tenant, "example.net")?.Domain);
        Assert.Null(again.Find(new TenantId(2), "example.net"));
        Assert.Equal(2, (await stranger.LoadAsync(Token)).Count);
    }

    private static string PemOf(int bits)
    {
        using var rsa = RSA.Create(bits);
        return rsa.ExportPkcs8PrivateKeyPem();
    }

    private SenderDirectory Open(string encryptionKey)
    {
        Assert.True(KeyRing.TryParse(encryptionKey, out var ring, out _));
        return new SenderDirectory(_storage.Senders, new SecretBox(ring), _ids, TimeProvider.System);
    }

    private async Task<SenderDomain> CreateAsync(string domain, string selector = "s", TenantId? tenant = null)
    {
        var draft = new SenderDraft { Domain = domain, Selector = selector, PrivateKey = Pem };
        return Assert.IsType<SenderCreation.Created>(await _senders.CreateAsync(tenant ?? Tenant, draft, Token)).Sender;
    }

    private async Task<IEnumerable<string>> FaultsAsync(string domain, string selector, string pem)
    {
        var draft = new SenderDraft { Domain = domain, Selector = selector, PrivateKey = pem };
        var refused = Assert.IsType<SenderCreation.Refused>(await _senders.CreateAsync(Tenant, draft, Token));
        Assert.Empty(await _storage.Senders.AllAsync(Token));
        return refused.Faults.Select(f => $"{f.Field}:{f.Code}");
    }
}
