using System.Buffers;
using System.Text.RegularExpressions;

namespace Carillon.Mail.Tests;

/// <summary>Each C# example of the guides stands here too, where it is compiled and run.</summary>
public sealed partial class DocumentationTests
{
    [Fact]
    public async Task The_examples_do_what_they_say()
    {
        byte[] logo = [1, 2, 3];
        string path = Path.GetTempFileName();
        const string password = "secret";

        using DkimKey key = DkimKey.Generate();
        string name = DkimKey.DnsName("example.com", "s1");
        string record = key.DnsRecord;
        string secret = key.ExportPrivatePem();
        DkimSigner signer = key.CreateSigner("example.com", "s1");

        Assert.Equal("s1._domainkey.example.com", name);
        Assert.StartsWith("v=DKIM1; k=rsa; p=", record, StringComparison.Ordinal);
        Assert.Contains("PRIVATE KEY", secret, StringComparison.Ordinal);

        var message = new MailMessage
        {
            From = new MailAddress("welcome@example.com", "Fibra Norte"),
            To = [new MailAddress("maria@example.org", "María Fernández")],
            Subject = "Your line is ready",
            ListUnsubscribe = new ListUnsubscribe(["https://example.com/u/4f5e"], oneClick: true),
        };
        message.SetText("Hello María,\nyour line is ready.\n");
        message.SetHtml("<p>Hello María,<br>your line is ready.</p>");

        var content = new ArrayBufferWriter<byte>();
        MimeWriter.Write(message, content, new MimeOptions { DkimSigner = signer });
        message.InlineImages = [new InlineImage("logo@example.com", "logo.png", "image/png", logo)];
        message.Attachments = [new MailAttachment("factura nº 5.pdf", "application/pdf", () => File.OpenRead(path))];
        MimeWriter.Write(message, new ArrayBufferWriter<byte>());
        File.Delete(path);

        var server = new Smtp.ScriptedServer();
        await SendAsync(server.Transport());
        Assert.Single(server.Messages);

        async Task SendAsync(SmtpTransport transport)
        {
            SmtpDelivery delivery = await transport.SendAsync(
                new SmtpEnvelope("bounces@example.com", "maria@example.org"), content.WrittenMemory);
            Assert.Equal(SmtpOutcome.Accepted, delivery.Outcome);
            await transport.DisposeAsync();
        }

        async Task CompileAsync()
        {
            await using var transport = new SmtpTransport(new SmtpOptions
            {
                Host = "smtp.example.net",
                Security = SmtpSecurity.StartTls,
                UserName = "carillon",
                Password = password,
            });
            SmtpDelivery delivery = await transport.SendAsync(
                new SmtpEnvelope("bounces@example.com", "maria@example.org"), content.WrittenMemory);
        }

        Assert.NotNull((Func<Task>)CompileAsync);
    }

    [Theory]
    [InlineData("docs/mail.md")]
    [InlineData("src/Carillon.Mail/README.md")]
    public void Every_example_is_one_that_is_compiled(string guide)
    {
        string root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "Carillon.slnx"))) root = Path.GetDirectoryName(root)!;
        string compiled = Squeeze(File.ReadAllText(Path.Combine(root, "tests", "Carillon.Mail.Tests", "DocumentationTests.cs")));

        MatchCollection examples = Example().Matches(File.ReadAllText(Path.Combine(root, guide)));

        Assert.NotEmpty(examples);
        foreach (Match example in examples)
        {
            // The paragraphs of an example may stand apart here, since something is asserted between them.
            foreach (string paragraph in example.Groups["code"].Value.Split("\n\n"))
                Assert.Contains(Squeeze(paragraph), compiled, StringComparison.Ordinal);
        }
    }

    private static string Squeeze(string text) => Space().Replace(text, "");

    [GeneratedRegex("```csharp\n(?<code>.*?)```", RegexOptions.ExplicitCapture | RegexOptions.Singleline | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Example();

    [GeneratedRegex(@"\s+", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Space();
}
