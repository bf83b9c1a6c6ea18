using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;

namespace Carillon.EndToEnd.Tests.Rig;

/// <summary>One connection to a <see cref="SmtpSink"/>.</summary>
internal sealed class SmtpSession(SmtpSink sink, Socket socket, int number)
{
    private readonly ArrayBufferWriter<byte> _answers = new();
    private PipeReader _input = null!;
    private NetworkStream _stream = null!;
    private string? _sender;
    private string _recipient = "";
    private int _message;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using (_stream = new NetworkStream(socket, ownsSocket: true))
            {
                _input = PipeReader.Create(_stream, new StreamPipeReaderOptions(bufferSize: 64 << 10, leaveOpen: true));
                await ServeAsync(cancellationToken);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or DroppedException)
        {
            // The client went, was killed, or was dropped: all are ordinary here.
        }
    }

    private async Task ServeAsync(CancellationToken cancellationToken)
    {
        await AnswerAsync(SmtpMoment.Greeting, "220 sink ready", cancellationToken);
        while (await ReadLineAsync(cancellationToken) is { } line)
        {
            var verb = line.Length >= 4 ? line[..4].ToUpperInvariant() : line.ToUpperInvariant();
            switch (verb)
            {
                case "EHLO":
                    await AnswerAsync(SmtpMoment.Hello, sink.Extensions is { } offered ? Hello(offered) : "502 unknown command", cancellationToken);
                    break;
                case "HELO":
                    await AnswerAsync(SmtpMoment.Hello, "250 sink", cancellationToken);
                    break;
                case "MAIL":
                    _message++;
                    _recipient = "";
                    _sender = Path(line);
                    if (!await AnswerAsync(SmtpMoment.MailFrom, "250 sender ok", cancellationToken)) _sender = null;
                    break;
                case "RCPT":
                    await TakeRecipientAsync(Path(line), cancellationToken);
                    break;
                case "DATA":
                    await TakeAsync(cancellationToken);
                    break;
                case "RSET" or "NOOP":
                    Write("250 ok\r\n"u8);
                    break;
                case "QUIT":
                    Write("221 bye\r\n"u8);
                    await FlushAsync(cancellationToken);
                    return;
                default:
                    Write("500 unknown command\r\n"u8);
                    break;
            }
        }
    }

    private async ValueTask TakeRecipientAsync(string recipient, CancellationToken cancellationToken)
    {
        if (_sender is null)
        {
            Write("503 no valid sender\r\n"u8);
            return;
        }

        _recipient = recipient;
        if (!await AnswerAsync(SmtpMoment.RecipientTo, "250 recipient ok", cancellationToken)) _recipient = "";
    }

    private async Task TakeAsync(CancellationToken cancellationToken)
    {
        if (_recipient.Length == 0)
        {
            Write("503 no valid recipient\r\n"u8);
            return;
        }

        if (!await AnswerAsync(SmtpMoment.Data, "354 go on", cancellationToken)) return;
        await FlushAsync(cancellationToken);
        if (Ask(SmtpMoment.Content) is { } act)
        {
            var begun = await _input.ReadAsync(cancellationToken);
            _input.AdvanceTo(begun.Buffer.Start, begun.Buffer.Start);
            await PerformAsync(act, cancellationToken);
        }

        var content = await ReadContentAsync(cancellationToken);
        var final = Ask(SmtpMoment.FinalDot);
        var mail = new SunkMail(_sender!, _recipient, MessageId(content), 0, number, sink.KeepContent ? content : []);
        // What answers otherwise has refused it; what drops or hangs has it all the same, and the client cannot know.
        if (final is not SmtpAct.Say) sink.Take(mail);
        if (final is null || await PerformAsync(final, cancellationToken)) Write("250 taken\r\n"u8);
    }

    /// <summary>True when the ordinary answer is to follow.</summary>
    private async Task<bool> PerformAsync(SmtpAct act, CancellationToken cancellationToken)
    {
        switch (act)
        {
            case SmtpAct.Say say:
                Write(say.Bytes);
                return false;
            case SmtpAct.Drop:
                await FlushAsync(cancellationToken);
                socket.Close();
                throw new DroppedException();
            case SmtpAct.Hang:
                await FlushAsync(cancellationToken);
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
                return false;
            case SmtpAct.Wait wait:
                await FlushAsync(cancellationToken);
                await Task.Delay(wait.Time, TimeProvider.System, cancellationToken);
                return true;
            case SmtpAct.Hold hold:
                await FlushAsync(cancellationToken);
                await hold.Gate.WaitAsync(cancellationToken);
                return true;
            default:
                throw new InvalidOperationException($"{act} is no act.");
        }
    }

    /// <summary>Answers as the script says, or as usual; true for the latter.</summary>
    private async ValueTask<bool> AnswerAsync(SmtpMoment moment, string usual, CancellationToken cancellationToken)
    {
        if (Ask(moment) is { } act && !await PerformAsync(act, cancellationToken)) return false;
        Write(Encoding.ASCII.GetBytes(usual + "\r\n"));
        return true;
    }

    private SmtpAct? Ask(SmtpMoment moment) => sink.Script(new SmtpScene(moment, number, _message, _sender ?? "", _recipient));

    private void Write(ReadOnlySpan<byte> answer) => _answers.Write(answer);

    /// <summary>Answers leave together before the next read that has to wait, as PIPELINING asks for.</summary>
    private async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (_answers.WrittenCount == 0) return;
        await _stream.WriteAsync(_answers.WrittenMemory, cancellationToken);
        _answers.ResetWrittenCount();
    }

    private async ValueTask<string?> ReadLineAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (!_input.TryRead(out var read))
            {
                await FlushAsync(cancellationToken);
                read = await _input.ReadAsync(cancellationToken);
            }

            if (read.Buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = Encoding.UTF8.GetString(read.Buffer.Slice(0, end)).TrimEnd('\r');
                _input.AdvanceTo(read.Buffer.GetPosition(1, end));
                return line;
            }

            if (read.IsCompleted) return null;
            _input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            await FlushAsync(cancellationToken);
        }
    }

    private async ValueTask<byte[]> ReadContentAsync(CancellationToken cancellationToken)
    {
        // Where the end cannot have begun is not searched again: contents may have many megabytes.
        long searched = 0;
        while (true)
        {
            var read = await _input.ReadAsync(cancellationToken);
            var reader = new SequenceReader<byte>(read.Buffer.Slice(searched));
            if (reader.TryReadTo(out ReadOnlySequence<byte> rest, "\r\n.\r\n"u8))
            {
                var bytes = read.Buffer.Slice(0, searched + rest.Length).ToArray();
                _input.AdvanceTo(reader.Position);
                return bytes;
            }

            searched = Math.Max(0, read.Buffer.Length - 4);

            // Without its end a content was never sent: nobody may take it.
            if (read.IsCompleted) throw new DroppedException();
            _input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static string Hello(IReadOnlyList<string> offered)
    {
        string[] lines = ["sink", .. offered];
        return string.Join("\r\n", lines.Select((line, i) => $"250{(i == lines.Length - 1 ? ' ' : '-')}{line}"));
    }

    /// <summary><c>MAIL FROM:&lt;a@b&gt; SIZE=1</c></summary>
    private static string Path(string line)
    {
        var open = line.IndexOf('<', StringComparison.Ordinal);
        var close = line.IndexOf('>', Math.Max(open, 0));
        return open < 0 || close < 0 ? "" : line[(open + 1)..close];
    }

    private static string MessageId(byte[] content)
    {
        var header = content.AsSpan(0, content.AsSpan().IndexOf("\r\n\r\n"u8) is var end and >= 0 ? end : content.Length);
        var at = header.IndexOf("Message-ID:"u8);
        if (at < 0) return "";
        var value = header[(at + "Message-ID:".Length)..];
        var close = value.IndexOf((byte)'>');
        return close < 0 ? "" : Encoding.ASCII.GetString(value[..(close + 1)]).Trim();
    }

    /// <summary>The script broke the connection, or the client ended within a content.</summary>
    private sealed class DroppedException : Exception;
}
