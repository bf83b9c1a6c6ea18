using System.Text;

namespace Carillon.Mail.Tests.Smtp;

public sealed class ExtensionTests
{
    private static readonly byte[] Content = "Subject: x\r\n\r\nHello\r\n"u8.ToArray();
    private static readonly SmtpEnvelope Envelope = new("from@example.com", "to@example.org");

    [Fact]
    public async Task An_address_beyond_ASCII_asks_for_SMTPUTF8()
    {
        var server = new ScriptedServer();
        await using SmtpTransport transport = server.Transport();

        await transport.SendAsync(new SmtpEnvelope("from@example.com", "用户@例子.测试"), Content);

        Assert.Contains("MAIL FROM:<from@example.com> SIZE=21 BODY=8BITMIME SMTPUTF8", server.Commands);
        Assert.Contains("RCPT TO:<" + Latin1("用户@例子.测试") + ">", server.Commands);
    }

    [Fact]
    public async Task A_domain_beyond_ASCII_alone_goes_in_its_ASCII_form_to_any_server()
    {
        var server = new ScriptedServer { Extensions = [] };
        await using SmtpTransport transport = server.Transport();

        SmtpDelivery delivery = await transport.SendAsync(new SmtpEnvelope("from@bücher.example", "to@例子.测试"), Content);

        Assert.Equal(SmtpOutcome.Accepted, delivery.Outcome);
        Assert.Contains("MAIL FROM:<from@xn--bcher-kva.example>", server.Commands);
        Assert.Contains("RCPT TO:<to@xn--fsqu00a.xn--0zwm56d>", server.Commands);
    }

    [Fact]
    public async Task What_the_server_cannot_carry_is_rejected_and_the_next_message_goes()
    {
        var server = new ScriptedServer { Extensions = ["PIPELINING", "SIZE 30"] };
        await using SmtpTransport transport = server.Transport(
            new SmtpOptions { Host = "mail.example", Security = SmtpSecurity.None, MaxConnections = 1 });

        SmtpDelivery[] deliveries = await Task.WhenAll(
            transport.SendAsync(new SmtpEnvelope("from@example.com", "用户@example.org"), Content).AsTask(),
            transport.SendAsync(Envelope, "Subject: ñ\r\n\r\nx\r\n"u8.ToArray()).AsTask(),
            transport.SendAsync(Envelope, new byte[31].Select(_ => (byte)'x').ToArray()).AsTask(),
            transport.SendAsync(Envelope, Content).AsTask());

        Assert.Equal(
            [SmtpOutcome.Rejected, SmtpOutcome.Rejected, SmtpOutcome.Rejected, SmtpOutcome.Accepted], deliveries.Select(d => d.Outcome));
        Assert.Contains("SMTPUTF8", deliveries[0].Reason, StringComparison.Ordinal);
        Assert.Contains("8BITMIME", deliveries[1].Reason, StringComparison.Ordinal);
        Assert.Contains("31 octets", deliveries[2].Reason, StringComparison.Ordinal);
        Assert.Single(server.Messages);
    }

    [Fact]
    public async Task Eight_bit_content_is_announced()
    {
        var server = new ScriptedServer { Extensions = ["8BITMIME"] };
        await using SmtpTransport transport = server.Transport();

        await transport.SendAsync(Envelope, "Subject: x\r\n\r\nñ\r\n"u8.ToArray());

        Assert.Contains("MAIL FROM:<from@example.com> BODY=8BITMIME", server.Commands);
        Assert.Equal("Subject: x\r\n\r\n" + Latin1("ñ") + "\r\n", Assert.Single(server.Messages));
    }

    [Fact]
    public async Task Delivery_status_notifications_are_asked_for_where_offered()
    {
        var server = new ScriptedServer { Extensions = ["DSN"] };
        await using SmtpTransport transport = server.Transport();
        var notification = new SmtpNotification
        {
            Notify = SmtpNotify.Success | SmtpNotify.Failure,
            ReturnFullMessage = false,
            EnvelopeId = "id=1+x",
            OriginalRecipient = true,
        };

        await transport.SendAsync(new SmtpEnvelope("from@example.com", "to+tag@example.org") { Notification = notification }, Content);

        Assert.Contains("MAIL FROM:<from@example.com> RET=HDRS ENVID=id+3D1+2Bx", server.Commands);
        Assert.Contains("RCPT TO:<to+tag@example.org> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;to+2Btag@example.org", server.Commands);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Chunks_are_sent_without_dots_where_offered_and_wished(bool pipelining)
    {
        var server = new ScriptedServer { Extensions = pipelining ? ["CHUNKING", "PIPELINING"] : ["CHUNKING"] };
        await using SmtpTransport transport = server.Transport(Options() with { Chunking = true, MaxConnections = 1 });
        byte[] large = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(".a line of a large message\r\n", 20_000)));

        SmtpDelivery[] deliveries = await Task.WhenAll(
            transport.SendAsync(Envelope, ".x\r\n.\r\n"u8.ToArray()).AsTask(),
            transport.SendAsync(new SmtpEnvelope("a@example.com", ["b@example.org", "c@example.org"]), Content).AsTask(),
            transport.SendAsync(Envelope, large).AsTask());

        Assert.All(deliveries, d => Assert.True(d.Outcome == SmtpOutcome.Accepted, d.Reason));
        Assert.Equal([".x\r\n.\r\n", Encoding.ASCII.GetString(Content), Encoding.ASCII.GetString(large)], server.Messages);
        Assert.DoesNotContain("DATA", server.Commands);
    }

    [Theory]
    [InlineData(".a line of a large message that starts with a dot\r\n", true)]
    [InlineData("a line of a large message that starts without a dot\r\n", true)]
    [InlineData(".\r\n", true)]
    [InlineData("\r\n", false)]
    [InlineData(".....\r\n", false)]
    public async Task Large_content_arrives_unchanged(string line, bool endsLine)
    {
        var server = new ScriptedServer { Extensions = ["PIPELINING"] };
        await using SmtpTransport transport = server.Transport(Options() with { MaxConnections = 1 });
        string large = string.Concat(Enumerable.Repeat(line, 1_000_000 / line.Length)) + (endsLine ? "" : ".x");

        SmtpDelivery[] deliveries = await Task.WhenAll(
            transport.SendAsync(Envelope, Content).AsTask(),
            transport.SendAsync(Envelope, Encoding.ASCII.GetBytes(large)).AsTask(),
            transport.SendAsync(Envelope, Content).AsTask());

        Assert.All(deliveries, d => Assert.Equal(SmtpOutcome.Accepted, d.Outcome));
        Assert.Equal(large + (endsLine ? "" : "\r\n"), server.Messages.ElementAt(1));
    }

    private static SmtpOptions Options() => new() { Host = "mail.example", Security = SmtpSecurity.None, ClientName = "client.example" };

    private static string Latin1(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));
}
