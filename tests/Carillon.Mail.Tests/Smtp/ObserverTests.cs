using System.Collections.Concurrent;

namespace Carillon.Mail.Tests.Smtp;

public sealed class ObserverTests
{
    private static readonly byte[] Content = "Subject: x\r\n\r\nHello\r\n..\r\n"u8.ToArray();
    private static readonly SmtpEnvelope Envelope = new("from@example.com", "to@example.org");

    [Theory]
    [InlineData("PLAIN", "AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm=>235 ok", "C AUTH PLAIN ***|S 235 ok")]
    [InlineData("LOGIN", "AUTH LOGIN=>334 VXNlcm5hbWU6|dGlt=>334 UGFzc3dvcmQ6|dGFuc3RhYWZ0YW5zdGFhZg===>235 ok", "C AUTH LOGIN|S 334 ***|C ***|S 334 ***|C ***|S 235 ok")]
    [InlineData("CRAM-MD5", "AUTH CRAM-MD5=>334 PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+|dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw=>235 ok",
        "C AUTH CRAM-MD5|S 334 ***|C ***|S 235 ok")]
    [InlineData("PLAIN", "AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm=>535 5.7.8 no: dj02cnJpVFJCaTIzV3BSUi93dHVwK21NaFVaVW4=", "C AUTH PLAIN ***|S 535 5.7.8 no: ***")]
    public async Task A_login_is_told_without_what_proves_it(string mechanism, string dialogue, string told)
    {
        var lines = new ConcurrentQueue<SmtpDialogueLine>();
        ScriptedServer server = Server(mechanism, dialogue);
        await using (SmtpTransport transport = server.Transport(Options(lines))) await transport.SendAsync(Envelope, Content);

        var said = lines.Select(Show).ToList();
        Assert.Equal(told.Split('|'), said.Skip(said.FindIndex(l => l.StartsWith("C AUTH", StringComparison.Ordinal))).Take(told.Split('|').Length));
    }

    [Theory]
    [InlineData("")]
    [InlineData("PIPELINING")]
    public async Task A_dialogue_is_told_line_by_line_in_the_order_in_which_it_was_said(string extension)
    {
        var lines = new ConcurrentQueue<SmtpDialogueLine>();
        var server = new ScriptedServer { Extensions = extension.Length == 0 ? [] : [extension] };
        await using (SmtpTransport transport = server.Transport(Options(lines) with { UserName = null, Password = null })) await transport.SendAsync(Envelope, Content);

        var said = lines.Select(Show).ToList();
        Assert.Equal(["* connecting to mail.example:25", "* connected"], said.Take(2));
        Assert.StartsWith("S 220", said[2], StringComparison.Ordinal);
        Assert.StartsWith("C EHLO", said[3], StringComparison.Ordinal);
        var dialogue = said.Skip(said.FindIndex(l => l.StartsWith("C MAIL", StringComparison.Ordinal))).Select(l => l[0] == 'S' ? l[..5] : l);
        string[] expected = extension.Length == 0
            ? ["C MAIL FROM:<from@example.com>", "S 250", "C RCPT TO:<to@example.org>", "S 250", "C DATA", "S 354"]
            : ["C MAIL FROM:<from@example.com>", "C RCPT TO:<to@example.org>", "C DATA", "S 250", "S 250", "S 354"];
        Assert.Equal([.. expected, "C Subject: x", "C ", "C Hello", "C ..", "C .", "S 250", "C QUIT", "S 221"], dialogue.Select(l => l.TrimEnd(' ').Length == 1 ? "C " : l.TrimEnd(' ')));
    }

    [Fact]
    public async Task What_is_no_reply_is_told_too()
    {
        var lines = new ConcurrentQueue<SmtpDialogueLine>();
        ScriptedServer server = new ScriptedServer().On("EHLO", "HTTP/1.1 400 Bad Request");
        await using (SmtpTransport transport = server.Transport(Options(lines))) await transport.SendAsync(Envelope, Content);

        Assert.Contains("S HTTP/1.1 400 Bad Request", lines.Select(Show));
        Assert.Equal("* the server sent something that is no reply", Show(lines.Last()));
    }

    private static string Show(SmtpDialogueLine line) => $"{line.Side switch { SmtpDialogueSide.Client => 'C', SmtpDialogueSide.Server => 'S', _ => '*' }} {line.Text}";

    private static SmtpOptions Options(ConcurrentQueue<SmtpDialogueLine> lines) => new()
    {
        Host = "mail.example",
        Security = SmtpSecurity.None,
        ClientName = "client.example",
        UserName = "tim",
        Password = "tanstaaftanstaaf",
        Observer = lines.Enqueue,
    };

    /// <summary>"say=>answer|say=>answer": any other line is answered as usual.</summary>
    private static ScriptedServer Server(string mechanism, string dialogue)
    {
        var answers = dialogue.Split('|').ToDictionary(s => s[..s.LastIndexOf("=>", StringComparison.Ordinal)], s => s[(s.LastIndexOf("=>", StringComparison.Ordinal) + 2)..]);
        return new ScriptedServer { Extensions = ["AUTH " + mechanism], OnCommand = answers.GetValueOrDefault };
    }
}
