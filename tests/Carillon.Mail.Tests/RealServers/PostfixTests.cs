using System.Buffers;
using System.Text;

namespace Carillon.Mail.Tests.RealServers;

public sealed class PostfixTests(PostfixServer postfix) : IClassFixture<PostfixServer>
{
    private static readonly byte[] Content = "From: a@example.com\r\nSubject: x\r\n\r\n.dot\r\nHello\r\n"u8.ToArray();

    [Theory]
    [InlineData(SmtpSecurity.None, SmtpAuthMechanism.CramMd5)]
    [InlineData(SmtpSecurity.None, SmtpAuthMechanism.ScramSha256)]
    [InlineData(SmtpSecurity.StartTls, SmtpAuthMechanism.Plain)]
    [InlineData(SmtpSecurity.StartTls, SmtpAuthMechanism.Login)]
    [InlineData(SmtpSecurity.StartTls, SmtpAuthMechanism.Auto)]
    [InlineData(SmtpSecurity.Tls, SmtpAuthMechanism.Auto)]
    public async Task Postfix_takes_mail_by_each_security_and_mechanism(SmtpSecurity security, SmtpAuthMechanism mechanism)
    {
        await using SmtpTransport transport = Transport(security, options => options with { AuthMechanism = mechanism });

        SmtpDelivery delivery = await transport.SendAsync(new SmtpEnvelope("a@example.com", "many@example.org"), Content);

        Assert.True(delivery.Outcome == SmtpOutcome.Accepted, delivery.Reason);
        Assert.StartsWith("2.0.0 Ok: queued as", delivery.Reply!.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SmtpAuthMechanism.Plain)]
    [InlineData(SmtpAuthMechanism.ScramSha256)]
    [InlineData(SmtpAuthMechanism.CramMd5)]
    public async Task A_wrong_password_makes_the_provider_unavailable(SmtpAuthMechanism mechanism)
    {
        await using SmtpTransport transport = Transport(SmtpSecurity.StartTls, o => o with { AuthMechanism = mechanism, Password = "wrong" });

        SmtpDelivery delivery = await transport.SendAsync(new SmtpEnvelope("a@example.com", "many@example.org"), Content);

        Assert.Equal((SmtpOutcome.Unavailable, SmtpStage.Authenticate, 535), (delivery.Outcome, delivery.Stage, delivery.Reply!.Code));
    }

    [Fact(Timeout = 60_000)]
    public async Task What_arrives_in_the_mailbox_is_what_was_written()
    {
        await using SmtpTransport transport = Transport(SmtpSecurity.StartTls, o => o);
        var message = new MailMessage
        {
            From = new MailAddress("a@example.com", "José"),
            To = [new MailAddress("whole@example.org")],
            Subject = "Ñandú",
            MessageId = "1@example.com",
        };
        message.SetText(".\n..\nFrom here\n" + new string('ñ', 2000) + "\nend ");
        var written = new ArrayBufferWriter<byte>();
        using DkimKey key = DkimKey.Generate();
        MimeWriter.Write(message, written, new MimeOptions { DkimSigner = key.CreateSigner("example.com", "s") });

        SmtpDelivery delivery = await transport.SendAsync(new SmtpEnvelope("a@example.com", "whole@example.org"), written.WrittenMemory.ToArray());

        Assert.True(delivery.Outcome == SmtpOutcome.Accepted, delivery.Reason);
        string file = await Programs.FirstFileAsync(postfix.Mailbox, TestContext.Current.CancellationToken);
        string arrived = await File.ReadAllTextAsync(file, Encoding.Latin1, TestContext.Current.CancellationToken);
        Assert.EndsWith(Encoding.Latin1.GetString(written.WrittenSpan).ReplaceLineEndings("\n"), arrived, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_thousand_messages_are_pipelined_and_all_queued()
    {
        await using SmtpTransport transport = Transport(SmtpSecurity.StartTls, o => o with { MaxConnections = 4 });

        SmtpDelivery[] deliveries = await Task.WhenAll(Enumerable.Range(0, 1000).Select(
            _ => transport.SendAsync(new SmtpEnvelope("a@example.com", "many@example.org"), Content).AsTask()));

        Assert.All(deliveries, d => Assert.True(d.Outcome == SmtpOutcome.Accepted, d.Reason));
        Assert.Equal(1000, deliveries.Select(d => d.Reply!.Text).Distinct().Count()); // each has a queue id of its own
    }

    [Theory]
    [InlineData("nobody@example.org", SmtpOutcome.Rejected)]
    [InlineData("later@example.org", SmtpOutcome.Deferred)]
    [InlineData("usuaria-ñ@example.org", SmtpOutcome.Accepted)]
    public async Task A_recipient_has_the_outcome_that_Postfix_says(string recipient, SmtpOutcome outcome)
    {
        await using SmtpTransport transport = Transport(SmtpSecurity.StartTls, o => o);

        SmtpDelivery delivery = await transport.SendAsync(new SmtpEnvelope("a@example.com", recipient), Content);
        SmtpDelivery several = await transport.SendAsync(new SmtpEnvelope("a@example.com", [recipient, "many@example.org"]), Content);

        Assert.True(outcome == delivery.Outcome, delivery.Reason);
        Assert.Equal([outcome, SmtpOutcome.Accepted], several.Recipients.Select(r => r.Outcome));
    }

    [Fact]
    public async Task Without_authentication_Postfix_rejects_the_recipient()
    {
        await using SmtpTransport transport = Transport(SmtpSecurity.StartTls, o => o with { UserName = null, Password = null });

        SmtpDelivery delivery = await transport.SendAsync(new SmtpEnvelope("a@example.com", "many@example.org"), Content);

        Assert.Equal((SmtpOutcome.Rejected, SmtpStage.RecipientTo), (delivery.Outcome, delivery.Stage));
    }

    [Fact]
    public async Task Postfix_understands_the_wish_for_notifications_and_UTF8_headers()
    {
        await using SmtpTransport transport = Transport(SmtpSecurity.StartTls, o => o);
        var notification = new SmtpNotification
        {
            Notify = SmtpNotify.Failure | SmtpNotify.Delay,
            ReturnFullMessage = true,
            EnvelopeId = "a+b=c d",
            OriginalRecipient = true,
        };
        var message = new MailMessage { From = new MailAddress("ñ@bücher.example", "Ñandú"), To = [new MailAddress("ü@example.org")], Subject = "日本語" };
        message.SetText("ñ\n");
        var written = new ArrayBufferWriter<byte>();
        MimeWriter.Write(message, written, new MimeOptions { AllowUtf8Headers = true, Allow8Bit = true });

        SmtpDelivery delivery = await transport.SendAsync(
            new SmtpEnvelope("ñ@bücher.example", "ü+x=y@example.org") { Notification = notification, RequiresUtf8 = true }, written.WrittenMemory);

        Assert.True(delivery.Outcome == SmtpOutcome.Accepted, delivery.Reason);
    }

    [Fact]
    public async Task Chunks_are_taken_too()
    {
        await using SmtpTransport transport = Transport(SmtpSecurity.StartTls, o => o with { Chunking = true, MaxConnections = 1 });

        SmtpDelivery[] deliveries = await Task.WhenAll(Enumerable.Range(0, 50).Select(
            i => transport.SendAsync(new SmtpEnvelope("a@example.com", i % 5 == 0 ? "nobody@example.org" : "many@example.org"), Content).AsTask()));

        Assert.Equal(40, deliveries.Count(d => d.Outcome == SmtpOutcome.Accepted));
        Assert.Equal(10, deliveries.Count(d => d.Outcome == SmtpOutcome.Rejected));
    }

    private SmtpTransport Transport(SmtpSecurity security, Func<SmtpOptions, SmtpOptions> change)
    {
        Assert.SkipWhen(postfix.WhyAbsent is not null, postfix.WhyAbsent ?? "");
        return new SmtpTransport(change(new SmtpOptions
        {
            Host = "127.0.0.1",
            Port = security == SmtpSecurity.Tls ? postfix.TlsPort : postfix.Port,
            Security = security,
            TlsHostName = "mail.example",
            TrustedRoots = [postfix.Certificate],
            UserName = "tim",
            Password = "tanstaaftanstaaf",
            ClientName = "client.example",
        }));
    }
}
