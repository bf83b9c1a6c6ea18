namespace Carillon.Mail.Tests.Smtp;

public sealed class PoolTests
{
    private static readonly byte[] Content = "Subject: x\r\n\r\nHello\r\n"u8.ToArray();
    private static readonly SmtpEnvelope Envelope = new("from@example.com", "to@example.org");

    [Fact]
    public async Task A_message_that_waits_can_be_withdrawn_and_is_not_sent()
    {
        var opens = new TaskCompletionSource();
        var server = new ScriptedServer { Opens = opens.Task };
        await using SmtpTransport transport = server.Transport(Options() with { MaxConnections = 1 });
        using var cancel = new CancellationTokenSource();

        Task<SmtpDelivery> first = transport.SendAsync(new SmtpEnvelope("a@example.com", "withdrawn@example.org"), Content, cancel.Token).AsTask();
        Task<SmtpDelivery> second = transport.SendAsync(Envelope, Content).AsTask();
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        opens.SetResult();
        Assert.Equal(SmtpOutcome.Accepted, (await second).Outcome);
        Assert.DoesNotContain(server.Commands, c => c.Contains("withdrawn", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_message_that_is_under_way_is_no_longer_withdrawn()
    {
        using var cancel = new CancellationTokenSource();
        var server = new ScriptedServer
        {
            OnCommand = line =>
            {
                if (line == "DATA") cancel.Cancel();
                return null;
            },
        };
        await using SmtpTransport transport = server.Transport(Options());

        Assert.Equal(SmtpOutcome.Accepted, (await transport.SendAsync(Envelope, Content, cancel.Token)).Outcome);
    }

    [Fact]
    public async Task A_cancelled_token_sends_nothing()
    {
        var server = new ScriptedServer();
        await using SmtpTransport transport = server.Transport(Options());

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => transport.SendAsync(Envelope, Content, new CancellationToken(true)).AsTask());
        Assert.Equal(0, server.Connections);
    }

    [Fact]
    public async Task A_thousand_callers_share_the_connections_and_each_message_arrives_once()
    {
        var server = new ScriptedServer();
        await using SmtpTransport transport = server.Transport(Options() with { MaxConnections = 4, MaxMessagesPerConnection = 100 });

        SmtpDelivery[] deliveries = await Task.WhenAll(Enumerable.Range(0, 1000).Select(i => Task.Run(async () =>
            await transport.SendAsync(new SmtpEnvelope("f@example.com", $"u{i}@example.org"), System.Text.Encoding.ASCII.GetBytes($"X: {i}\r\n")))));

        Assert.All(deliveries, d => Assert.Equal(SmtpOutcome.Accepted, d.Outcome));
        Assert.Equal(1000, server.Messages.Distinct().Count());
        Assert.Equal(1000, server.Messages.Count);
        Assert.InRange(server.Connections, 10, 16);
    }

    [Fact]
    public async Task A_connection_closes_after_so_many_messages()
    {
        var opens = new TaskCompletionSource();
        var server = new ScriptedServer { Opens = opens.Task };
        await using SmtpTransport transport = server.Transport(Options() with { MaxConnections = 1, MaxMessagesPerConnection = 2 });

        Task<SmtpDelivery>[] sending = [.. Enumerable.Range(0, 5).Select(_ => transport.SendAsync(Envelope, Content).AsTask())];
        opens.SetResult();

        Assert.All(await Task.WhenAll(sending), d => Assert.Equal(SmtpOutcome.Accepted, d.Outcome));
        Assert.Equal((3, 2), (server.Connections, server.Commands.Count(c => c == "QUIT")));
    }

    [Fact]
    public async Task An_idle_connection_is_used_again_and_closed_with_QUIT_when_idle_for_long()
    {
        var time = new ManualTime();
        var server = new ScriptedServer();
        await using SmtpTransport transport = server.Transport(Options(), time);

        await transport.SendAsync(Envelope, Content);
        await transport.SendAsync(Envelope, Content);
        Assert.Equal((1, 1), (server.Connections, transport.ConnectionCount));
        await time.AdvanceUntilAsync(Eventually(() => transport.ConnectionCount == 0));

        Assert.Contains("QUIT", server.Commands);
        Assert.Equal(SmtpOutcome.Accepted, (await transport.SendAsync(Envelope, Content)).Outcome);
        Assert.Equal(2, server.Connections);
    }

    [Fact]
    public async Task NOOP_keeps_an_idle_connection_alive()
    {
        var time = new ManualTime();
        var server = new ScriptedServer();
        await using SmtpTransport transport = server.Transport(Options() with { KeepAlive = TimeSpan.FromSeconds(10) }, time);

        await transport.SendAsync(Envelope, Content);
        while (server.Commands.Count(c => c == "NOOP") < 5)
        {
            time.Advance(TimeSpan.FromSeconds(11));
            await Eventually(() => transport.IdleCount == 1);
        }

        Assert.Equal(SmtpOutcome.Accepted, (await transport.SendAsync(Envelope, Content)).Outcome);
        Assert.Equal(1, server.Connections);
    }

    [Fact]
    public async Task Closing_lets_the_message_under_way_finish_and_tells_those_that_wait()
    {
        Task closing = Task.CompletedTask;
        SmtpTransport? transport = null;
        var server = new ScriptedServer
        {
            OnCommand = line =>
            {
                if (line == "DATA") closing = transport!.DisposeAsync().AsTask();
                return null;
            },
        };
        transport = server.Transport(Options() with { MaxConnections = 1, Pipelining = false });

        Task<SmtpDelivery> first = transport.SendAsync(Envelope, Content).AsTask();
        Task<SmtpDelivery> second = transport.SendAsync(Envelope, Content).AsTask();

        Assert.Equal(SmtpOutcome.Accepted, (await first).Outcome);
        Assert.Equal((SmtpOutcome.Unavailable, SmtpStage.Queued), ((await second).Outcome, (await second).Stage));
        await closing;
        await Assert.ThrowsAsync<ObjectDisposedException>(() => transport.SendAsync(Envelope, Content).AsTask());
    }

    [Fact]
    public async Task Closing_does_not_wait_for_connections_that_are_not_open_yet()
    {
        ScriptedServer server = new ScriptedServer().On("CONNECT", ScriptedServer.Hang);
        SmtpTransport transport = server.Transport(Options(), new ManualTime());

        Task<SmtpDelivery> sending = transport.SendAsync(Envelope, Content).AsTask();
        await server.Hanging.Task;
        await transport.DisposeAsync();

        Assert.Equal((SmtpOutcome.Unavailable, SmtpStage.Queued), ((await sending).Outcome, (await sending).Stage));
    }

    [Fact]
    public async Task Closing_gives_up_on_a_server_that_hangs()
    {
        var time = new ManualTime();
        ScriptedServer server = new ScriptedServer().On(".", ScriptedServer.Hang);
        SmtpTransport transport = server.Transport(Options(), time);

        Task<SmtpDelivery> sending = transport.SendAsync(Envelope, Content).AsTask();
        await server.Hanging.Task;
        Task closing = transport.DisposeAsync().AsTask();
        SmtpDelivery delivery = await time.AdvanceUntilAsync(sending);
        await closing;

        Assert.Equal(SmtpOutcome.Unknown, delivery.Outcome);
    }

    [Fact]
    public async Task An_address_that_is_not_allowed_is_not_connected_to()
    {
        await using var transport = new SmtpTransport(new SmtpOptions
        {
            Host = "localhost",
            Port = 9,
            Security = SmtpSecurity.None,
            AllowAddress = _ => false,
        });

        SmtpDelivery delivery = await transport.SendAsync(Envelope, Content);

        Assert.Equal((SmtpOutcome.Unavailable, SmtpStage.Connect), (delivery.Outcome, delivery.Stage));
        Assert.Contains("not allowed", delivery.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hundred_recipients_leave_in_one_write()
    {
        var server = new ScriptedServer();
        await using SmtpTransport transport = server.Transport(Options());

        SmtpDelivery delivery = await transport.SendAsync(
            new SmtpEnvelope("", [.. Enumerable.Range(0, 100).Select(i => $"u{i}@example.org")]), Content);

        Assert.Equal(100, delivery.Recipients.Count(r => r.Outcome == SmtpOutcome.Accepted));
        Assert.StartsWith("MAIL FROM:<> SIZE", server.Writes.ElementAt(1), StringComparison.Ordinal);
        Assert.EndsWith("RCPT TO:<u99@example.org>\r\nDATA\r\n", server.Writes.ElementAt(1), StringComparison.Ordinal);
    }

    [Fact]
    public void Options_do_not_print_their_password() =>
        Assert.DoesNotContain("geheim", new SmtpOptions { Host = "h", UserName = "u", Password = "geheim" }.ToString(), StringComparison.Ordinal);

    [Fact]
    public void Faulty_options_are_reported_all_together()
    {
        ArgumentException e = Assert.Throws<ArgumentException>(() => new SmtpTransport(new SmtpOptions
        {
            Host = " ",
            Port = 70000,
            MaxConnections = 0,
            Password = "x",
            ClientName = "a b",
        }));

        foreach (string part in new[] { "Host", "Port", "MaxConnections", "Password", "ClientName" })
            Assert.Contains(part, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a@example.com>\r\nRCPT TO:<b@example.com")]
    [InlineData("a@example.com> SIZE=1")]
    [InlineData("a b@example.com")]
    [InlineData("")]
    public void An_address_that_could_end_its_command_makes_no_envelope(string address)
    {
        Assert.Throws<ArgumentException>(() => new SmtpEnvelope("from@example.com", address));
        if (address.Length > 0) Assert.Throws<ArgumentException>(() => new SmtpEnvelope(address, "to@example.com"));
    }

    private static SmtpOptions Options() => new() { Host = "mail.example", Security = SmtpSecurity.None, ClientName = "client.example" };

    private static async Task<bool> Eventually(Func<bool> condition)
    {
        while (!condition()) await Task.Yield();
        return true;
    }
}
