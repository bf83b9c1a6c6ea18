namespace Carillon.Mail.Tests.Smtp;

/// <summary>Every step of the dialogue goes wrong in every way, with the replies whole, line by line and octet by octet.</summary>
public sealed class FailureDialogueTests
{
    private static readonly byte[] Content = "Subject: x\r\n\r\nHello\r\n"u8.ToArray();
    private static readonly SmtpEnvelope Envelope = new("from@example.com", "to@example.org");
    private static readonly string[] PipeliningAlone = ["PIPELINING"];

    public static TheoryData<string, string, SmtpOutcome, SmtpStage> Failures
    {
        get
        {
            var data = new TheoryData<string, string, SmtpOutcome, SmtpStage>();
            string huge = "250 " + new string('x', 1_000_000);
            string endless = string.Concat(Enumerable.Repeat("250-more\r\n", 5000)) + "250 end";
            string[] broken = ["hello there", "99", "250\tx", "250-x\r\n251 y", "250 a\rb", "950 no", "250 x\n", huge, endless, "\u0001\u0002"];

            foreach ((string step, SmtpStage stage) in new[] { ("CONNECT", SmtpStage.Greeting), ("EHLO", SmtpStage.Hello) })
            {
                foreach (string reply in (string[])["421 4.3.2 closing", "450 busy", "554 go away", ScriptedServer.Close, ScriptedServer.Hang, .. broken])
                    data.Add(step, reply, SmtpOutcome.Unavailable, stage);
            }

            foreach ((string step, SmtpStage stage) in new[]
            {
                ("MAIL", SmtpStage.MailFrom), ("RCPT", SmtpStage.RecipientTo), ("DATA", SmtpStage.Data), (".", SmtpStage.Content),
            })
            {
                SmtpOutcome noReply = step == "." ? SmtpOutcome.Unknown : SmtpOutcome.Unavailable;
                data.Add(step, "451 4.3.0 later", SmtpOutcome.Deferred, stage);
                data.Add(step, "452-4.2.2 full\r\n452 4.2.2 really", SmtpOutcome.Deferred, stage);
                data.Add(step, "550 5.1.1 no such user", SmtpOutcome.Rejected, stage);
                data.Add(step, "554", SmtpOutcome.Rejected, stage);
                data.Add(step, "421 4.4.2 closing" + ScriptedServer.Close, SmtpOutcome.Unavailable, stage);
                data.Add(step, ScriptedServer.Close, noReply, stage);
                data.Add(step, ScriptedServer.Hang, noReply, stage);
                data.Add(step, "250 half a li" + ScriptedServer.Cut, noReply, stage);
                data.Add(step, "250-2.0.0 half a reply\r\n250" + ScriptedServer.Cut, noReply, stage);
                if (step != ".") data.Add(step, "530 5.7.0 Authentication required", SmtpOutcome.Unavailable, stage);
                if (step != "DATA") data.Add(step, "354 go ahead", noReply, stage);
                foreach (string reply in broken) data.Add(step, reply, noReply, stage);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Failures), DisableDiscoveryEnumeration = true)]
    public async Task Each_failure_says_what_the_caller_does_next(string step, string reply, SmtpOutcome outcome, SmtpStage stage)
    {
        foreach (Pieces pieces in Enum.GetValues<Pieces>())
        {
            if (pieces == Pieces.Bytes && reply.Length > 10_000) continue;
            foreach (string[] extensions in new[] { PipeliningAlone, [] })
            {
                var server = new ScriptedServer { Pieces = pieces, Extensions = extensions }.On(step, reply);
                var time = new ManualTime();
                SmtpTransport transport = server.Transport(null, time);

                Task<SmtpDelivery> sending = transport.SendAsync(Envelope, Content).AsTask();
                await Task.WhenAny(sending, server.Hanging.Task);
                SmtpDelivery delivery = await time.AdvanceUntilAsync(sending);

                string context = $"{step} {pieces} {extensions.Length}: {delivery.Reason}";
                Assert.True(outcome == delivery.Outcome, $"{context}: {delivery.Outcome}");
                Assert.True(stage == delivery.Stage, $"{context}: {delivery.Stage}");
                Assert.True(delivery.Reason.Length is > 0 and < 600, context);
                await transport.DisposeAsync();
            }
        }
    }

    [Fact]
    public async Task A_reply_keeps_its_code_status_and_the_start_of_its_text()
    {
        var server = new ScriptedServer().On("RCPT", "550-5.1.1 " + new string('x', 400) + "\r\n550 5.1.1 " + new string('y', 400));
        await using SmtpTransport transport = server.Transport();

        SmtpDelivery delivery = await transport.SendAsync(Envelope, Content);

        Assert.Equal((550, "5.1.1"), (delivery.Reply!.Code, delivery.Reply.EnhancedStatus));
        Assert.Equal(500, delivery.Reply.Text.Length);
        Assert.Contains("\n5.1.1 yyy", delivery.Reply.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("MAIL", "250 2.1.0 Ok\r\n250 2.1.0 Ok")]
    [InlineData("DATA", "354 go ahead\r\n250 2.0.0 Ok: queued as FAKE")]
    public async Task A_reply_too_many_is_never_taken_for_the_answer_to_the_content(string step, string reply)
    {
        var server = new ScriptedServer().On(step, reply);
        await using SmtpTransport transport = server.Transport();

        SmtpDelivery delivery = await transport.SendAsync(Envelope, Content);

        Assert.Equal(SmtpOutcome.Unavailable, delivery.Outcome);
        Assert.Empty(server.Messages);
    }

    [Fact]
    public async Task The_connection_is_used_further_after_a_refusal()
    {
        var opens = new TaskCompletionSource();
        var server = new ScriptedServer { Opens = opens.Task, OnCommand = line => line.Contains("bad@", StringComparison.Ordinal) ? "550 no" : null };
        await using SmtpTransport transport = server.Transport(One());

        Task<SmtpDelivery> first = transport.SendAsync(new SmtpEnvelope("a@example.com", "bad@example.org"), Content).AsTask();
        Task<SmtpDelivery> second = transport.SendAsync(Envelope, Content).AsTask();
        Task<SmtpDelivery> third = transport.SendAsync(new SmtpEnvelope("bad@example.com", "c@example.org"), Content).AsTask();
        Task<SmtpDelivery> fourth = transport.SendAsync(Envelope, Content).AsTask();
        opens.SetResult();

        Assert.Equal(
            [SmtpOutcome.Rejected, SmtpOutcome.Accepted, SmtpOutcome.Rejected, SmtpOutcome.Accepted],
            (await Task.WhenAll(first, second, third, fourth)).Select(d => d.Outcome));
        Assert.Equal(1, server.Connections);
    }

    [Fact]
    public async Task DATA_that_is_accepted_without_a_recipient_ends_with_the_dot_alone()
    {
        var opens = new TaskCompletionSource();
        var server = new ScriptedServer { Opens = opens.Task }.On("RCPT#1", "550 no").On("DATA-EMPTY", "354 go ahead").On("CONTENT-EMPTY", "554 none");
        await using SmtpTransport transport = server.Transport(One());

        Task<SmtpDelivery> first = transport.SendAsync(Envelope, Content).AsTask();
        Task<SmtpDelivery> second = transport.SendAsync(Envelope, Content).AsTask();
        opens.SetResult();

        Assert.Equal(SmtpOutcome.Rejected, (await first).Outcome);
        Assert.Equal(SmtpOutcome.Accepted, (await second).Outcome);
        Assert.Contains(".", server.Commands);
        Assert.Equal(1, server.Connections);
    }

    [Fact]
    public async Task Only_the_message_whose_dot_went_out_is_unknown_when_the_connection_breaks()
    {
        var opens = new TaskCompletionSource();
        var server = new ScriptedServer { Opens = opens.Task, WellFromConnection = 2 }.On(".#1", ScriptedServer.Close);
        await using SmtpTransport transport = server.Transport(One());

        Task<SmtpDelivery> first = transport.SendAsync(Envelope, Content).AsTask();
        Task<SmtpDelivery> second = transport.SendAsync(Envelope, Content).AsTask();
        Task<SmtpDelivery> third = transport.SendAsync(Envelope, Content).AsTask();
        opens.SetResult();

        Assert.Equal((SmtpOutcome.Unknown, SmtpStage.Content), ((await first).Outcome, (await first).Stage));
        Assert.Equal(SmtpOutcome.Unavailable, (await second).Outcome); // its envelope was on its way
        Assert.Equal(SmtpOutcome.Accepted, (await third).Outcome); // still waited, so another connection took it
    }

    [Theory]
    [InlineData("421 4.7.0 too many messages" + ScriptedServer.Close)]
    [InlineData(ScriptedServer.Close)]
    public async Task A_connection_that_worked_and_then_breaks_hands_its_next_message_to_another(string end)
    {
        var opens = new TaskCompletionSource();
        var server = new ScriptedServer { Opens = opens.Task, WellFromConnection = 2 }.On("MAIL#3", end);
        await using SmtpTransport transport = server.Transport(One());

        Task<SmtpDelivery>[] sending = [.. Enumerable.Range(0, 5).Select(_ => transport.SendAsync(Envelope, Content).AsTask())];
        opens.SetResult();

        Assert.All(await Task.WhenAll(sending), delivery => Assert.Equal(SmtpOutcome.Accepted, delivery.Outcome));
        Assert.Equal((2, 5), (server.Connections, server.Messages.Count));
    }

    [Fact]
    public async Task Each_recipient_has_its_own_outcome()
    {
        var server = new ScriptedServer().On("RCPT#2", "550 5.1.1 unknown").On("RCPT#3", "450 4.2.0 greylisted");
        await using SmtpTransport transport = server.Transport();

        SmtpDelivery delivery = await transport.SendAsync(
            new SmtpEnvelope("f@example.com", ["a@example.org", "b@example.org", "c@example.org"]), Content);

        Assert.Equal(SmtpOutcome.Accepted, delivery.Outcome);
        Assert.Equal(
            [("a@example.org", SmtpOutcome.Accepted, 250), ("b@example.org", SmtpOutcome.Rejected, 550), ("c@example.org", SmtpOutcome.Deferred, 450)],
            delivery.Recipients.Select(r => (r.Address, r.Outcome, r.Reply!.Code)));
    }

    [Fact]
    public async Task When_no_recipient_is_taken_the_message_is_deferred_if_one_may_be_taken_later()
    {
        var server = new ScriptedServer().On("RCPT#1", "550 5.1.1 unknown").On("RCPT#2", "450 4.2.0 greylisted");
        await using SmtpTransport transport = server.Transport();

        SmtpDelivery delivery = await transport.SendAsync(new SmtpEnvelope("f@example.com", ["a@example.org", "b@example.org"]), Content);

        Assert.Equal((SmtpOutcome.Deferred, SmtpStage.RecipientTo), (delivery.Outcome, delivery.Stage));
        Assert.Equal([SmtpOutcome.Rejected, SmtpOutcome.Deferred], delivery.Recipients.Select(r => r.Outcome));
    }

    [Fact]
    public async Task A_host_that_refuses_connections_is_unavailable_for_all_that_wait()
    {
        var transport = new SmtpTransport(new SmtpOptions { Host = "127.0.0.1", Port = 1, Security = SmtpSecurity.None });
        SmtpDelivery[] deliveries = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => transport.SendAsync(Envelope, Content).AsTask()));
        await transport.DisposeAsync();

        Assert.All(deliveries, d => Assert.Equal((SmtpOutcome.Unavailable, SmtpStage.Connect), (d.Outcome, d.Stage)));
    }

    [Fact]
    public async Task A_server_without_EHLO_is_greeted_with_HELO()
    {
        var server = new ScriptedServer().On("EHLO", "502 5.5.1 not implemented");
        await using SmtpTransport transport = server.Transport();

        Assert.Equal(SmtpOutcome.Accepted, (await transport.SendAsync(Envelope, Content)).Outcome);
        Assert.Equal(["EHLO client.example", "HELO client.example", "MAIL FROM:<from@example.com>", "RCPT TO:<to@example.org>", "DATA", "."],
            server.Commands.Where(c => c.Length > 0 && !c.StartsWith("Subject", StringComparison.Ordinal) && c != "Hello").Take(6).Append(".").Distinct());
    }

    private static SmtpOptions One() =>
        new() { Host = "mail.example", Security = SmtpSecurity.None, ClientName = "client.example", MaxConnections = 1 };
}
