using System.Security.Cryptography.X509Certificates;

namespace Carillon.Mail.Tests.Smtp;

public sealed class TlsTests
{
    private static readonly byte[] Content = "Subject: x\r\n\r\nHello\r\n"u8.ToArray();
    private static readonly SmtpEnvelope Envelope = new("from@example.com", "to@example.org");
    private static readonly X509Certificate2 Certificate = TestCertificates.For("mail.example");

    [Theory]
    [InlineData(SmtpSecurity.StartTls)]
    [InlineData(SmtpSecurity.StartTlsIfOffered)]
    [InlineData(SmtpSecurity.Tls)]
    public async Task Mail_goes_over_TLS_with_a_certificate_of_a_trusted_root(SmtpSecurity security)
    {
        ScriptedServer server = Server(security == SmtpSecurity.Tls);
        await using SmtpTransport transport = server.Transport(Options(security) with { TrustedRoots = [Certificate] });

        SmtpDelivery delivery = await transport.SendAsync(Envelope, Content);

        Assert.True(delivery.Outcome == SmtpOutcome.Accepted, delivery.Reason);
        if (security != SmtpSecurity.Tls) Assert.Equal(["EHLO client.example", "STARTTLS", "EHLO client.example"], server.Commands.Take(3));
    }

    [Theory]
    [InlineData("mail.example", false)]
    [InlineData("other.example", true)]
    public async Task A_certificate_of_an_unknown_root_or_another_name_is_refused(string host, bool trusted)
    {
        ScriptedServer server = Server(implicitTls: false);
        SmtpOptions options = Options(SmtpSecurity.StartTls) with { Host = host, TrustedRoots = trusted ? [Certificate] : null };
        await using SmtpTransport transport = server.Transport(options);

        SmtpDelivery delivery = await transport.SendAsync(Envelope, Content);

        Assert.Equal((SmtpOutcome.Unavailable, SmtpStage.StartTls), (delivery.Outcome, delivery.Stage));
        Assert.Empty(server.Messages);
    }

    [Fact]
    public async Task The_callers_own_judgement_of_a_certificate_counts()
    {
        ScriptedServer server = Server(implicitTls: false);
        await using SmtpTransport transport = server.Transport(
            Options(SmtpSecurity.StartTls) with { CertificateValidation = (_, certificate, _, _) => certificate!.Subject == "CN=mail.example" });

        Assert.Equal(SmtpOutcome.Accepted, (await transport.SendAsync(Envelope, Content)).Outcome);
    }

    [Theory]
    [InlineData("220 go ahead\r\n250 mail.example")]
    [InlineData("220 go ahead\r\n25")]
    [InlineData("454 4.7.0 not now")]
    [InlineData("502 5.5.1 not implemented")]
    [InlineData(ScriptedServer.Close)]
    public async Task What_is_said_before_the_handshake_is_refused(string reply)
    {
        ScriptedServer server = Server(implicitTls: false).On("STARTTLS", reply);
        await using SmtpTransport transport = server.Transport(Options(SmtpSecurity.StartTlsIfOffered) with { TrustedRoots = [Certificate] });

        SmtpDelivery delivery = await transport.SendAsync(Envelope, Content);

        Assert.Equal((SmtpOutcome.Unavailable, SmtpStage.StartTls), (delivery.Outcome, delivery.Stage));
        Assert.Empty(server.Messages);
    }

    [Fact]
    public async Task A_server_that_does_not_offer_required_TLS_gets_no_mail()
    {
        var server = new ScriptedServer();
        await using SmtpTransport transport = server.Transport(Options(SmtpSecurity.StartTls));

        SmtpDelivery delivery = await transport.SendAsync(Envelope, Content);

        Assert.Equal((SmtpOutcome.Unavailable, SmtpStage.StartTls), (delivery.Outcome, delivery.Stage));
        Assert.DoesNotContain(server.Commands, c => c.StartsWith("MAIL", StringComparison.Ordinal));
    }

    private static ScriptedServer Server(bool implicitTls) =>
        new() { Certificate = Certificate, ImplicitTls = implicitTls, Extensions = ["PIPELINING", "STARTTLS"] };

    private static SmtpOptions Options(SmtpSecurity security) =>
        new() { Host = "mail.example", Security = security, ClientName = "client.example" };
}
