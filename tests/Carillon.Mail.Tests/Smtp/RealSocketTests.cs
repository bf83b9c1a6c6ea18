using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Carillon.Mail.Tests.Smtp;

public sealed class RealSocketTests
{
    private static readonly byte[] Content = "Subject: x\r\n\r\nHello\r\n"u8.ToArray();
    private static readonly SmtpEnvelope Envelope = new("from@example.com", "to@example.org");

    [Theory]
    [InlineData("250 2.0.0 Ok" + ScriptedServer.Close)]
    [InlineData("250 2.0.0 Ok\r\n421 4.4.2 idle for too long" + ScriptedServer.Close)]
    public async Task A_connection_that_the_server_closed_while_idle_costs_no_message(string final)
    {
        ScriptedServer server = new ScriptedServer { Pieces = Pieces.Lines }.On(".", final);
        using TcpListener listener = server.Listen();
        await using SmtpTransport transport = Transport(listener);

        for (int i = 0; i < 20; i++)
        {
            SmtpDelivery delivery = await transport.SendAsync(Envelope, Content);
            Assert.True(delivery.Outcome == SmtpOutcome.Accepted, delivery.Reason);
        }

        Assert.Equal((20, 20), (server.Messages.Count, server.Connections));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Large_and_small_messages_from_many_callers_arrive_unchanged(bool tls)
    {
        using X509Certificate2 certificate = TestCertificates.For("mail.example");
        var server = new ScriptedServer { Certificate = tls ? certificate : null, Extensions = tls ? ["PIPELINING", "STARTTLS"] : ["PIPELINING"] };
        using TcpListener listener = server.Listen();
        await using SmtpTransport transport = Transport(listener, o => o with
        {
            Security = tls ? SmtpSecurity.StartTls : SmtpSecurity.None,
            TlsHostName = "mail.example",
            TrustedRoots = [certificate],
        });
        string[] messages = [.. Enumerable.Range(0, 60).Select(
            i => $"No: {i}\r\n" + string.Concat(Enumerable.Repeat(i % 3 == 0 ? ".dotted\r\n" : "plain\r\n", i % 10 == 9 ? 80_000 : i * 10)))];

        SmtpDelivery[] deliveries = await Task.WhenAll(messages.Select(
            m => transport.SendAsync(Envelope, System.Text.Encoding.ASCII.GetBytes(m)).AsTask()));

        Assert.All(deliveries, d => Assert.True(d.Outcome == SmtpOutcome.Accepted, d.Reason));
        Assert.Equal(messages.Order(StringComparer.Ordinal), server.Messages.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_reset_in_the_middle_of_large_content_means_certainly_not_sent()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Task server = Task.Run(async () =>
        {
            using Socket socket = await listener.AcceptSocketAsync();
            socket.ReceiveBufferSize = 4096;
            await socket.SendAsync("220 hi\r\n250-x\r\n250 PIPELINING\r\n250 ok\r\n250 ok\r\n354 go\r\n"u8.ToArray());
            // Until content comes: then the client has read all replies.
            for (int read = 0; read < 100_000;) read += await socket.ReceiveAsync(new byte[4096]);
            socket.LingerState = new LingerOption(true, 0); // a reset, not an orderly end
        });
        await using SmtpTransport transport = Transport(listener, o => o with { Pipelining = false });
        byte[] large = new byte[50_000_000];
        Array.Fill(large, (byte)'x');
        for (int i = 98; i < large.Length; i += 100) "\r\n"u8.CopyTo(large.AsSpan(i));

        SmtpDelivery delivery = await transport.SendAsync(Envelope, large);
        await server;

        Assert.Equal((SmtpOutcome.Unavailable, SmtpStage.Content), (delivery.Outcome, delivery.Stage));
    }

    [Fact]
    public async Task A_TLS_handshake_that_hangs_and_a_connect_that_hangs_time_out()
    {
        foreach (bool connect in new[] { true, false })
        {
            var time = new ManualTime();
            var server = new ScriptedServer
            {
                Opens = connect ? new TaskCompletionSource().Task : Task.CompletedTask,
                Extensions = ["STARTTLS"],
            };
            server.On("STARTTLS", "220 go ahead");
            await using SmtpTransport transport = server.Transport(
                new SmtpOptions { Host = "mail.example", Security = SmtpSecurity.StartTls, ClientName = "client.example" }, time);

            Task<SmtpDelivery> sending = transport.SendAsync(Envelope, Content).AsTask();
            while (!connect && !server.Commands.Contains("STARTTLS")) await Task.Yield();
            SmtpDelivery delivery = await time.AdvanceUntilAsync(sending);

            Assert.Equal((SmtpOutcome.Unavailable, connect ? SmtpStage.Connect : SmtpStage.StartTls), (delivery.Outcome, delivery.Stage));
        }
    }

    private static SmtpTransport Transport(TcpListener listener, Func<SmtpOptions, SmtpOptions>? change = null)
    {
        var options = new SmtpOptions
        {
            Host = "127.0.0.1",
            Port = ((IPEndPoint)listener.LocalEndpoint).Port,
            Security = SmtpSecurity.None,
            ClientName = "client.example",
        };
        return new SmtpTransport(change?.Invoke(options) ?? options);
    }
}
