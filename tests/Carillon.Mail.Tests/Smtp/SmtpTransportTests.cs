using System.Text;

namespace Carillon.Mail.Tests.Smtp;

public sealed class SmtpTransportTests
{
    private static readonly byte[] Content = "Subject: x\r\n\r\nHello\r\n"u8.ToArray();
    private static readonly SmtpEnvelope Envelope = new("from@example.com", "to@example.org");

    [Theory]
    [InlineData(Pieces.Whole)]
    [InlineData(Pieces.Lines)]
    [InlineData(Pieces.Bytes)]
    public async Task A_message_is_accepted_however_the_replies_are_cut(Pieces pieces)
    {
        var server = new ScriptedServer { Pieces = pieces };
        await using SmtpTransport transport = server.Transport();

        SmtpDelivery delivery = await transport.SendAsync(Envelope, Content);

        Assert.Equal(SmtpOutcome.Accepted, delivery.Outcome);
        Assert.Equal(250, delivery.Reply!.Code);
        Assert.Equal("2.0.0", delivery.Reply.EnhancedStatus);
        Assert.Equal("2.0.0 Ok: queued as 4XYZ", delivery.Reply.Text);
        Assert.Equal(Encoding.ASCII.GetString(Content), Assert.Single(server.Messages));
    }

    [Fact]
    public async Task The_content_and_the_next_envelope_leave_in_one_write()
    {
        var opens = new TaskCompletionSource();
        var server = new ScriptedServer { Opens = opens.Task };
        await using SmtpTransport transport = server.Transport(Options() with { MaxConnections = 1 });

        Task<SmtpDelivery>[] sending = [.. Enumerable.Range(0, 3).Select(_ => transport.SendAsync(Envelope, Content).AsTask())];
        opens.SetResult();
        await Task.WhenAll(sending);

        const string Commands = "MAIL FROM:<from@example.com> SIZE=21\r\nRCPT TO:<to@example.org>\r\nDATA\r\n";
        string content = Encoding.ASCII.GetString(Content) + ".\r\n";
        Assert.Equal(["EHLO client.example\r\n", Commands, content + Commands, content + Commands, content], server.Writes.Take(5));
        Assert.Equal(3, server.Messages.Count);
    }

    [Fact]
    public async Task A_line_that_starts_with_a_dot_arrives_unchanged()
    {
        var server = new ScriptedServer();
        await using SmtpTransport transport = server.Transport();
        const string Text = ".first\r\n..\r\n.\r\nQUIT\r\n";

        await transport.SendAsync(Envelope, Encoding.ASCII.GetBytes(Text));

        Assert.Equal(Text, Assert.Single(server.Messages));
    }

    [Theory]
    [InlineData("a\nb\r\n")]
    [InlineData("a\rb\r\n")]
    [InlineData("a\r\n.\n.\r\n")]
    [InlineData("a\r")]
    [InlineData("a\0b\r\n")]
    public async Task Content_that_could_smuggle_a_message_is_refused(string content)
    {
        var server = new ScriptedServer();
        await using SmtpTransport transport = server.Transport();

        SmtpDelivery delivery = await transport.SendAsync(Envelope, Encoding.ASCII.GetBytes(content));

        Assert.Equal((SmtpOutcome.Rejected, SmtpStage.Queued), (delivery.Outcome, delivery.Stage));
        Assert.Equal(0, server.Connections);
    }

    private static SmtpOptions Options() => new() { Host = "mail.example", Security = SmtpSecurity.None, ClientName = "client.example" };
}
