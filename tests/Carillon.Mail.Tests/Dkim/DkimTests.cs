using System.Buffers;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace Carillon.Mail.Tests.Dkim;

public sealed class DkimTests
{
    [Theory]
    [InlineData("", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")] // RFC 6376 section 3.4.4
    [InlineData("\r\n\r\n", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")]
    public void An_empty_body_in_relaxed_form_has_the_hash_of_nothing(string body, string expected) =>
        Assert.Equal(expected, BodyHash(body, DkimCanonicalization.Relaxed));

    [Fact]
    public void An_empty_body_in_simple_form_is_one_line_end() =>
        Assert.Equal("frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY=", BodyHash("", DkimCanonicalization.Simple));

    [Fact]
    public void Relaxed_white_space_does_not_count_as_in_the_example_of_RFC_6376()
    {
        Assert.Equal(BodyHash(" C\r\nD E\r\n", DkimCanonicalization.Simple), BodyHash(" C \r\nD \t E\r\n\r\n\r\n", DkimCanonicalization.Relaxed));

        using var output = new PooledBuffer();
        DkimHeaders.Canonicalize("B : Y\t\r\n\tZ  "u8, DkimCanonicalization.Relaxed, output);
        Assert.Equal("b:Y Z", Encoding.ASCII.GetString(output.Written.Span));
    }

    [Theory]
    [InlineData(DkimCanonicalization.Relaxed, DkimCanonicalization.Relaxed)]
    [InlineData(DkimCanonicalization.Relaxed, DkimCanonicalization.Simple)]
    [InlineData(DkimCanonicalization.Simple, DkimCanonicalization.Relaxed)]
    [InlineData(DkimCanonicalization.Simple, DkimCanonicalization.Simple)]
    public async Task Each_signature_verifies_with_dkimpy_and_no_longer_after_a_change(DkimCanonicalization header, DkimCanonicalization body)
    {
        const string Python = "/usr/bin/python3";
        Assert.SkipUnless(Directory.Exists("/usr/lib/python3/dist-packages/dkim"), "python3-dkim is not installed.");
        using var rsa = RSA.Create(2048);
        using DkimKey key = DkimKey.FromPem(rsa.ExportPkcs8PrivateKeyPem());
        var signer = new DkimSigner("Example.COM", "s1", rsa, header, body);
        Mail.MailMessage message = Mime.MimeText.Message();
        message.SetText("a  b \t c \n\n trailing \n\n\n");
        message.ListUnsubscribe = new ListUnsubscribe(["https://example.com/u"], oneClick: true);
        message.Headers = [new MailHeader("References", "<1@a> <2@a>"), new MailHeader("References", "<3@a>")];
        var output = new ArrayBufferWriter<byte>();
        MimeWriter.Write(message, output, new MimeOptions { DkimSigner = signer });

        const string Script = """
            import sys, dkim
            raw = sys.stdin.buffer.read(); record = sys.argv[1].encode(); names = []
            def dns(name, timeout=5): names.append(name); return record
            def ok(m):
                try: return dkim.DKIM(m).verify(dnsfunc=dns)
                except dkim.ValidationError: return False
            assert ok(raw), 'does not verify'
            assert names[0].rstrip(b'.') == b's1._domainkey.example.com', names
            for old, new in ((b'Subject: Hello', b'Subject: Hullo'), (b'One-Click', b'Two-Click'), (b'a  b', b'a  c'), (b'\r\n\r\n', b'\r\nFrom: evil@example.com\r\n\r\n')):
                assert old in raw, old
                assert not ok(raw.replace(old, new, 1)), old
            assert not ok(b'Subject: another\r\n' + raw)
            """;
        using var process = Process.Start(new ProcessStartInfo(Python, ["-c", Script, key.DnsRecord])
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
        await process.StandardInput.BaseStream.WriteAsync(output.WrittenMemory, TestContext.Current.CancellationToken);
        process.StandardInput.Close();
        string errors = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, errors + Encoding.Latin1.GetString(output.WrittenSpan));
    }

    [Fact]
    public void A_key_says_what_goes_into_the_DNS()
    {
        using DkimKey key = DkimKey.Generate();
        using DkimKey again = DkimKey.FromPem(key.ExportPrivatePem());

        Assert.StartsWith("v=DKIM1; k=rsa; p=MII", key.DnsRecord, StringComparison.Ordinal);
        Assert.Equal(key.DnsRecord, again.DnsRecord);
        Assert.Equal("s1._domainkey.xn--bcher-kva.example", DkimKey.DnsName("Bücher.example", "s1"));
        string[] strings = key.ZoneFileText.Split("\" \"");
        Assert.True(strings.Length == 2 && strings.All(s => s.Trim('"').Length <= 255));
        Assert.Equal(key.DnsRecord, string.Concat(strings).Trim('"'));
    }

    [Fact]
    public void Short_keys_and_names_that_are_none_are_refused()
    {
        using var weak = RSA.Create(512);
        using var good = RSA.Create(1024);

        Assert.Throws<ArgumentException>(() => new DkimSigner("example.com", "s", weak));
        Assert.Throws<ArgumentException>(() => new DkimSigner("example.com; x=y", "s", good));
        Assert.Throws<ArgumentException>(() => new DkimSigner("example.com", "s\r\n", good));
        Assert.Throws<ArgumentException>(() => DkimKey.FromPem("-----BEGIN PUBLIC KEY-----"));
    }

    [Fact]
    public async Task Many_threads_sign_with_one_signer()
    {
        using DkimKey key = DkimKey.Generate(1024);
        DkimSigner signer = key.CreateSigner("example.com", "s");
        var time = new Smtp.ManualTime();

        string[] written = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Run(
            () => Mime.MimeText.Write(Mime.MimeText.Message(), new MimeOptions { DkimSigner = signer, Time = time }))));

        Assert.Single(written.Distinct());
    }

    private static string BodyHash(string body, DkimCanonicalization form)
    {
        byte[] hash = new byte[32];
        DkimBody.Hash(Encoding.ASCII.GetBytes(body), form, hash);
        return Convert.ToBase64String(hash);
    }
}
