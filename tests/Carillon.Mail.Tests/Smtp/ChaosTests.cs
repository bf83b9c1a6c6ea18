using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Carillon.Mail.Tests.Smtp;

public sealed class ChaosTests
{
    [Theory]
    [InlineData(1, Pieces.Whole, "PIPELINING")]
    [InlineData(2, Pieces.Lines, "PIPELINING")]
    [InlineData(3, Pieces.Bytes, "PIPELINING")]
    [InlineData(4, Pieces.Whole, "CHUNKING PIPELINING")]
    [InlineData(5, Pieces.Whole, "CHUNKING")]
    [InlineData(6, Pieces.Bytes, "SIZE")]
    public async Task Whatever_breaks_an_outcome_never_contradicts_what_the_server_has(int seed, Pieces pieces, string extensions)
    {
        var random = new Random(seed);
        var gate = new Lock();
        ScriptedServer server = new ScriptedServer
        {
            Pieces = pieces,
            Extensions = extensions.Split(' '),
            OnCommand = line =>
            {
                int dice;
                lock (gate) dice = random.Next(60);
                return line.StartsWith("EHLO", StringComparison.Ordinal) || line.StartsWith("BDAT", StringComparison.Ordinal) ? null : dice switch
                {
                    0 => ScriptedServer.Close,
                    1 => "421 4.3.2 closing" + ScriptedServer.Close,
                    2 => "451 4.3.0 later",
                    3 => "550 5.1.1 never",
                    4 => "250 half" + ScriptedServer.Cut,
                    5 => "rubbish",
                    _ => null,
                };
            },
        }.On(".#5", ScriptedServer.Close).On(".#8", "250 2.0.0 taken, but who knows" + ScriptedServer.Cut).On(".#3", "452 4.3.1 full").On(".#6", "554 5.6.0 no");
        SmtpTransport transport = server.Transport(new SmtpOptions
        {
            Host = "mail.example",
            Security = SmtpSecurity.None,
            ClientName = "client.example",
            MaxConnections = 5,
            MaxMessagesPerConnection = 20,
            Chunking = true,
        });

        (int Number, SmtpOutcome? Outcome)[] results = await Task.WhenAll(Enumerable.Range(0, 1500).Select(number => Task.Run(async () =>
        {
            using var cancel = new CancellationTokenSource();
            Task<SmtpDelivery> sending = transport.SendAsync(
                new SmtpEnvelope("a@example.com", "b@example.org"), Encoding.ASCII.GetBytes($"No: {number}\r\n"), cancel.Token).AsTask();
            if (number % 7 == 0) await cancel.CancelAsync();
            try
            {
                return (number, (SmtpOutcome?)(await sending).Outcome);
            }
            catch (OperationCanceledException)
            {
                return (number, null);
            }
        })));
        await transport.DisposeAsync();

        ILookup<int, string> taken = server.Messages.ToLookup(m => int.Parse(m[4..], System.Globalization.CultureInfo.InvariantCulture));
        foreach ((int number, SmtpOutcome? outcome) in results)
        {
            int count = taken[number].Count();
            bool fits = outcome switch
            {
                SmtpOutcome.Accepted => count == 1,
                SmtpOutcome.Unknown => count <= 1,
                _ => count == 0,
            };
            Assert.True(fits, $"message {number}: {outcome}, and the server has it {count} times");
        }

        // All of them occur, or this proves nothing.
        Assert.Equal(6, results.Select(r => r.Outcome).Distinct().Count());
    }

    [Fact]
    public void Any_octets_from_a_server_are_a_reply_or_a_broken_connection_however_they_are_cut()
    {
        Gen<byte[]> hostile = Gen.ArrayOf(Gen.Elements("250 ok\r\n", "250-a\r\n", "550 no\r\n", "354", "\r\n", "\n", "\r", "2", "99", " ", "-", "\0", "é", "421 x\r\n",
            new string('y', 1999), new string('z', 3000))).Select(parts => Encoding.Latin1.GetBytes(string.Concat(parts)));
        Prop.ForAll(Arb.From(hostile), Arb.From(Gen.Choose(1, 5000)), (octets, piece) =>
        {
            Assert.Equal(Read(octets, octets.Length + 1), Read(octets, piece));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));
    }

    /// <summary>The codes of all replies, and how it ended.</summary>
    private static string Read(byte[] octets, int piece)
    {
        var reader = new ReplyReader();
        var result = new StringBuilder();
        int at = 0;
        try
        {
            while (true)
            {
                while (reader.TryRead(SmtpStage.Hello)) result.Append(reader.Code).Append(' ').Append(reader.Text.Length).Append(';');
                if (at == octets.Length) return result.Append("open").ToString();
                Memory<byte> free = reader.Free();
                Assert.True(free.Length > 0);
                int count = Math.Min(Math.Min(piece, free.Length), octets.Length - at);
                octets.AsMemory(at, count).CopyTo(free);
                reader.Received(count);
                at += count;
            }
        }
        catch (SmtpBrokenException)
        {
            return result.Append("broken").ToString();
        }
    }
}
