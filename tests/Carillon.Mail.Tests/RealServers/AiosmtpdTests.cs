using System.Buffers;
using System.Diagnostics;

namespace Carillon.Mail.Tests.RealServers;

public sealed class AiosmtpdTests
{
    private const string Program = "/usr/bin/aiosmtpd";

    [Fact]
    public async Task Aiosmtpd_takes_mail_and_keeps_it_as_it_was_written()
    {
        Assert.SkipUnless(File.Exists(Program), "aiosmtpd is not installed.");
        DirectoryInfo folder = Directory.CreateTempSubdirectory("cm-aio");
        string maildir = Path.Combine(folder.FullName, "box");
        int port = Programs.FreePort();
        using Process process = Programs.Start("/usr/bin/python3", Program, "-n", "-l", $"127.0.0.1:{port}", "-c", "aiosmtpd.handlers.Mailbox", maildir);
        try
        {
            await Programs.WaitForGreetingAsync(port, process, TestContext.Current.CancellationToken);
            await using var transport = new SmtpTransport(new SmtpOptions { Host = "localhost", Port = port, Security = SmtpSecurity.None });
            var message = new MailMessage { From = new MailAddress("a@example.com"), To = [new MailAddress("b@example.org")], Subject = "Ñ" };
            message.SetText(".dot\nñ\n");
            message.SetHtml("<p>ñ</p>");
            var written = new ArrayBufferWriter<byte>();
            MimeWriter.Write(message, written);

            SmtpDelivery[] deliveries = await Task.WhenAll(Enumerable.Range(0, 20).Select(
                _ => transport.SendAsync(new SmtpEnvelope("a@example.com", "b@example.org"), written.WrittenMemory).AsTask()));

            Assert.All(deliveries, d => Assert.True(d.Outcome == SmtpOutcome.Accepted, d.Reason));
            string[] files = Directory.GetFiles(Path.Combine(maildir, "new"));
            Assert.Equal(20, files.Length);
            string text = System.Text.Encoding.Latin1.GetString(written.WrittenSpan).ReplaceLineEndings("\n");
            string body = text[text.IndexOf("\n\n", StringComparison.Ordinal)..];
            Assert.EndsWith(body, (await File.ReadAllTextAsync(files[0], System.Text.Encoding.Latin1, TestContext.Current.CancellationToken)), StringComparison.Ordinal);
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
            folder.Delete(recursive: true);
        }
    }
}
