using System.Text;

namespace Carillon.Mail.Tests.Smtp;

public sealed class AuthenticationTests
{
    private static readonly byte[] Content = "Subject: x\r\n\r\nHello\r\n"u8.ToArray();
    private static readonly SmtpEnvelope Envelope = new("from@example.com", "to@example.org");

    [Theory]
    [InlineData("PLAIN", "AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm=>235 ok")]
    [InlineData("LOGIN", "AUTH LOGIN=>334 VXNlcm5hbWU6|dGlt=>334 UGFzc3dvcmQ6|dGFuc3RhYWZ0YW5zdGFhZg===>235 ok")]
    [InlineData("CRAM-MD5", "AUTH CRAM-MD5=>334 PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+"
        + "|dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw=>235 ok")]
    public async Task A_password_mechanism_says_what_its_document_says(string mechanism, string dialogue)
    {
        ScriptedServer server = Server(mechanism, dialogue);
        await using SmtpTransport transport = server.Transport(Options());

        SmtpDelivery delivery = await transport.SendAsync(Envelope, Content);

        Assert.True(delivery.Outcome == SmtpOutcome.Accepted, delivery.Reason + ": " + string.Join(" | ", server.Commands));
    }

    [Fact]
    public async Task A_token_is_given_by_XOAUTH2_and_a_refusal_is_acknowledged()
    {
        string initial = Convert.ToBase64String("user=tim\u0001auth=Bearer abc\u0001\u0001"u8);
        ScriptedServer server = Server("XOAUTH2", $"AUTH XOAUTH2 {initial}=>334 eyJzdGF0dXMiOiI0MDEifQ==|=>535 5.7.8 token expired");
        await using SmtpTransport transport = server.Transport(Options() with { Password = null, AccessToken = _ => new("abc") });

        SmtpDelivery delivery = await transport.SendAsync(Envelope, Content);

        Assert.Equal((SmtpOutcome.Unavailable, SmtpStage.Authenticate, 535), (delivery.Outcome, delivery.Stage, delivery.Reply!.Code));
    }

    [Theory]
    [InlineData("535 5.7.8 wrong password")]
    [InlineData("454 4.7.0 later")]
    [InlineData("334 not base64!")]
    [InlineData(ScriptedServer.Close)]
    public async Task A_refused_password_is_a_fault_of_the_provider_not_of_the_message(string reply)
    {
        ScriptedServer server = new ScriptedServer { Extensions = ["AUTH CRAM-MD5"] }.On("AUTH", reply);
        await using SmtpTransport transport = server.Transport(Options());

        SmtpDelivery delivery = await transport.SendAsync(Envelope, Content);

        Assert.Equal((SmtpOutcome.Unavailable, SmtpStage.Authenticate), (delivery.Outcome, delivery.Stage));
    }

    [Fact]
    public void SCRAM_SHA_256_agrees_with_the_example_of_RFC_7677()
    {
        var scram = new ScramSha256("user", "pencil", "rOprNGfwEbeRWgbNEkqO");

        Assert.Equal("n,,n=user,r=rOprNGfwEbeRWgbNEkqO", scram.First);
        Assert.Equal(
            "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
            scram.Answer("r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"));
        Assert.True(scram.Verify("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="));
        Assert.False(scram.Verify("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G5="));
        Assert.False(scram.Verify("e=other-error"));
    }

    [Theory]
    [InlineData("r=other,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")]
    [InlineData("r=nonce,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")]
    [InlineData("r=nonceX,s=***,i=4096")]
    [InlineData("r=nonceX,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=999999999")]
    [InlineData("r=nonceX,s=W22ZaJ0SNY7soEsUEjb6gQ==")]
    [InlineData("")]
    public void SCRAM_refuses_a_server_that_breaks_its_rules(string serverFirst) =>
        Assert.Null(new ScramSha256("user", "pencil", "nonce").Answer(serverFirst));

    [Fact]
    public async Task A_SCRAM_server_that_cannot_prove_itself_is_not_trusted()
    {
        var server = new ScriptedServer
        {
            Extensions = ["AUTH SCRAM-SHA-256 PLAIN"],
            OnCommand = line => !line.StartsWith("AUTH SCRAM-SHA-256 ", StringComparison.Ordinal) ? (line.Length > 100 ? "235 ok" : null)
                : "334 " + Convert.ToBase64String(Encoding.ASCII.GetBytes(
                    Encoding.ASCII.GetString(Convert.FromBase64String(line[19..])).Split("r=")[1] is var nonce ? $"r={nonce}X,s=c2FsdA==,i=4096" : "")),
        };
        await using SmtpTransport transport = server.Transport(Options());

        SmtpDelivery delivery = await transport.SendAsync(Envelope, Content);

        Assert.Equal((SmtpOutcome.Unavailable, SmtpStage.Authenticate), (delivery.Outcome, delivery.Stage));
        Assert.Empty(server.Messages);
    }

    [Fact]
    public async Task Without_TLS_that_was_wished_for_the_password_stays_here()
    {
        var server = new ScriptedServer { Extensions = ["AUTH PLAIN LOGIN"] };
        await using SmtpTransport transport = server.Transport(Options() with { Security = SmtpSecurity.StartTlsIfOffered });

        SmtpDelivery delivery = await transport.SendAsync(Envelope, Content);

        Assert.Equal((SmtpOutcome.Unavailable, SmtpStage.Authenticate), (delivery.Outcome, delivery.Stage));
        Assert.DoesNotContain(server.Commands, c => c.StartsWith("AUTH", StringComparison.Ordinal));
    }

    private static SmtpOptions Options() => new()
    {
        Host = "mail.example",
        Security = SmtpSecurity.None,
        ClientName = "client.example",
        UserName = "tim",
        Password = "tanstaaftanstaaf",
    };

    /// <summary>"say=>answer|say=>answer": any other line is refused.</summary>
    private static ScriptedServer Server(string mechanism, string dialogue)
    {
        (string Say, string Answer)[] steps = [.. dialogue.Split('|').Select(s => (s[..s.LastIndexOf("=>", StringComparison.Ordinal)], s[(s.LastIndexOf("=>", StringComparison.Ordinal) + 2)..]))];
        int at = 0;
        return new ScriptedServer
        {
            Extensions = ["AUTH " + mechanism],
            OnCommand = line => at == steps.Length || line.StartsWith("EHLO", StringComparison.Ordinal) ? null
                : line == steps[at].Say ? steps[at++].Answer : "501 unexpected " + line,
        };
    }
}
