using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Carillon.Channels.Simulator.Vendors;

namespace Carillon.Channels.Simulator.Smtp;

/// <summary>One connection to the simulated mail server, from its greeting to its end.</summary>
internal sealed class SimulatedMailSession(
    TcpClient client, X509Certificate2 certificate, VendorSettings settings, VendorAccount account, MailRefusals refusals, TimeProvider time)
{
    /// <summary>Of a mail the first part is kept.</summary>
    private const int KeptBytes = 16 << 10;

    /// <summary>RFC 5321, section 4.5.3.1.6, leaves longer lines to extensions; nobody's commands are this long.</summary>
    private const int MaxLine = 16 << 10;

    private const long MaxMail = 64 << 20;

    private static readonly byte[] LineEnd = "\r\n"u8.ToArray();

    private readonly StringBuilder _replies = new();
    private Stream _stream = Stream.Null;
    private PipeReader _reader = null!;
    private bool _isEncrypted;
    private bool _isLoggedIn;
    private string? _from;
    private readonly List<string> _recipients = [];
    private SimulatorFault _fault;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var _ = client;
        client.NoDelay = true;
        try
        {
            _stream = client.GetStream();
            _reader = PipeReader.Create(_stream);
            Reply(settings.Outage ? "421 4.3.2 Service not available (simulated outage)" : "220 simulator.invalid ESMTP Carillon simulator");
            await FlushAsync(cancellationToken);
            if (settings.Outage) return;
            while (await ReadLineAsync(cancellationToken) is { } line)
            {
                if (!await ObeyAsync(line, cancellationToken)) return;
                // Whoever pipelines gets the replies of a group together.
                if (!HasMore()) await FlushAsync(cancellationToken);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or AuthenticationException or InvalidDataException or ObjectDisposedException)
        {
            // The client is gone or does not like the certificate, or the server stops.
        }
        finally
        {
            await _stream.DisposeAsync();
        }
    }

    /// <returns>False ends the connection.</returns>
    private async ValueTask<bool> ObeyAsync(string line, CancellationToken cancellationToken)
    {
        var verb = line.Split(' ', 2)[0].ToUpperInvariant();
        switch (verb)
        {
            case "EHLO" or "HELO":
                Greet(verb);
                return true;
            case "STARTTLS" when !_isEncrypted:
                Reply("220 2.0.0 Ready to start TLS");
                await FlushAsync(cancellationToken);
                await EncryptAsync(cancellationToken);
                return true;
            case "AUTH":
                await LogInAsync(line, cancellationToken);
                return true;
            case "MAIL" or "RCPT" when !_isLoggedIn:
                Reply("530 5.7.0 Authentication required");
                return true;
            case "MAIL":
                Begin(line);
                return true;
            case "RCPT":
                return await AddRecipientAsync(line, cancellationToken);
            case "DATA":
                return await TakeAsync(cancellationToken);
            case "RSET":
                Reset();
                Reply("250 2.0.0 Ok");
                return true;
            case "NOOP":
                Reply("250 2.0.0 Ok");
                return true;
            case "QUIT":
                Reply("221 2.0.0 Bye");
                await FlushAsync(cancellationToken);
                return false;
            default:
                Reply("502 5.5.2 Command not recognized");
                return true;
        }
    }

    private void Greet(string verb)
    {
        Reset();
        if (verb == "HELO")
        {
            Reply("250 simulator.invalid");
            return;
        }

        Reply("250-simulator.invalid");
        Reply("250-PIPELINING");
        Reply(string.Create(CultureInfo.InvariantCulture, $"250-SIZE {MaxMail}"));
        if (!_isEncrypted) Reply("250-STARTTLS");
        else Reply("250-AUTH PLAIN LOGIN");
        Reply("250-ENHANCEDSTATUSCODES");
        Reply("250-8BITMIME");
        Reply("250 SMTPUTF8");
    }

    private async Task EncryptAsync(CancellationToken cancellationToken)
    {
        var tls = new SslStream(_stream);
        _stream = tls;
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, cancellationToken);
        // What came in clear behind the command is not believed (RFC 3207, section 4.2, and what followed from CVE-2011-0411).
        _reader = PipeReader.Create(tls);
        _isEncrypted = true;
    }

    /// <summary>PLAIN (RFC 4616) and LOGIN. Any login is taken but the password <see cref="VendorSimulators.WrongSecret"/>.</summary>
    private async Task LogInAsync(string line, CancellationToken cancellationToken)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var mechanism = words.Length > 1 ? words[1].ToUpperInvariant() : "";
        string? password;
        if (!_isEncrypted || mechanism is not ("PLAIN" or "LOGIN"))
        {
            Reply(_isEncrypted ? "504 5.5.4 Unrecognized authentication type" : "538 5.7.11 Encryption required for requested authentication mechanism");
            return;
        }

        if (mechanism == "PLAIN")
        {
            var initial = words.Length > 2 ? words[2] : await AskAsync("334 ", cancellationToken);
            password = Decode(initial)?.Split('\0') is [_, _, var last] ? last : null;
        }
        else
        {
            if (words.Length <= 2) await AskAsync("334 VXNlcm5hbWU6", cancellationToken);
            password = Decode(await AskAsync("334 UGFzc3dvcmQ6", cancellationToken));
        }

        _isLoggedIn = password is not (null or "" or VendorSimulators.WrongSecret);
        Reply(_isLoggedIn ? "235 2.7.0 Authentication successful" : "535 5.7.8 Authentication credentials invalid");
    }

    private async Task<string?> AskAsync(string challenge, CancellationToken cancellationToken)
    {
        Reply(challenge);
        await FlushAsync(cancellationToken);
        return await ReadLineAsync(cancellationToken);
    }

    private static string? Decode(string? base64)
    {
        Span<byte> bytes = stackalloc byte[1024];
        return base64 is not null && Convert.TryFromBase64String(base64, bytes, out var length) ? Encoding.UTF8.GetString(bytes[..length]) : null;
    }

    private void Begin(string line)
    {
        if (_from is not null)
        {
            Reply("503 5.5.1 Sender already given");
            return;
        }

        _from = PathOf(line);
        Reply(_from is null ? "501 5.1.7 Bad sender address syntax" : "250 2.1.0 Ok");
    }

    /// <summary>Refusals as Postfix and the large mailbox providers word theirs; the codes are those of RFC 3463.</summary>
    private async ValueTask<bool> AddRecipientAsync(string line, CancellationToken cancellationToken)
    {
        if (_from is null)
        {
            Reply("503 5.5.1 Need MAIL command");
            return true;
        }

        if (PathOf(line) is not { Length: > 0 } to)
        {
            Reply("501 5.1.3 Bad recipient address syntax");
            return true;
        }

        var isRepeated = refusals.IsFresh(to);
        var fault = isRepeated ? SimulatorFault.Unavailable : account.FaultOf(to);
        switch (fault)
        {
            case SimulatorFault.Rejected:
                Reply($"550 5.1.1 <{to}>: Recipient address rejected: User unknown");
                return true;
            case SimulatorFault.Throttled:
                Reply("450 4.7.1 Too many messages, try again later");
                return true;
            case SimulatorFault.Unavailable:
                if (!isRepeated) refusals.Add(to);
                Reply("421 4.3.2 Service shutting down");
                await FlushAsync(cancellationToken);
                return false;
            default:
                if (_recipients.Count == 0) _fault = fault;
                _recipients.Add(to);
                Reply("250 2.1.5 Ok");
                return true;
        }
    }

    private async ValueTask<bool> TakeAsync(CancellationToken cancellationToken)
    {
        if (_recipients.Count == 0)
        {
            Reply("554 5.5.1 No valid recipients");
            return true;
        }

        Reply("354 End data with <CR><LF>.<CR><LF>");
        await FlushAsync(cancellationToken);
        var content = await ReadContentAsync(cancellationToken);
        var latency = account.DrawLatency() + (_fault == SimulatorFault.Slow ? SimulatorGateway.SlowLatency : TimeSpan.Zero);
        if (latency > TimeSpan.Zero) await Task.Delay(latency, time, cancellationToken);
        var id = Convert.ToHexString(RandomNumberGenerator.GetBytes(5));
        foreach (var to in _recipients) account.Add(new VendorMessage(id, _from!, to, content, Reference: null, ReportTo: null, time.GetUtcNow(), []));
        if (_fault == SimulatorFault.AnswerLost) return false;
        Reply($"250 2.0.0 Ok: queued as {id}");
        Reset();
        return true;
    }

    private void Reset()
    {
        (_from, _fault) = (null, SimulatorFault.None);
        _recipients.Clear();
    }

    private static string? PathOf(string line)
    {
        var (from, to) = (line.IndexOf('<', StringComparison.Ordinal), line.IndexOf('>', StringComparison.Ordinal));
        return from >= 0 && to > from ? line[(from + 1)..to] : null;
    }

    private void Reply(string line) => _replies.Append(line).Append("\r\n");

    private async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (_replies.Length == 0) return;
        var bytes = Encoding.UTF8.GetBytes(_replies.ToString());
        _replies.Clear();
        await _stream.WriteAsync(bytes, cancellationToken);
        await _stream.FlushAsync(cancellationToken);
    }

    private bool HasMore()
    {
        if (!_reader.TryRead(out var read)) return false;
        var has = read.Buffer.PositionOf((byte)'\n') is not null;
        _reader.AdvanceTo(read.Buffer.Start, has ? read.Buffer.Start : read.Buffer.End);
        return has;
    }

    private async ValueTask<string?> ReadLineAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await _reader.ReadAsync(cancellationToken);
            if (read.Buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = Encoding.UTF8.GetString(read.Buffer.Slice(0, end)).TrimEnd('\r');
                _reader.AdvanceTo(read.Buffer.GetPosition(1, end));
                return line;
            }

            if (read.IsCompleted) return null;
            if (read.Buffer.Length > MaxLine) throw new InvalidDataException("A line is too long.");
            _reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    /// <summary>The mail to its lone dot, as it was before the dots at the beginning of lines were doubled; its first part.</summary>
    private async Task<string> ReadContentAsync(CancellationToken cancellationToken)
    {
        var kept = new ArrayBufferWriter<byte>();
        long size = 0;
        while (true)
        {
            var read = await _reader.ReadAsync(cancellationToken);
            var rest = read.Buffer;
            while (rest.PositionOf((byte)'\n') is { } end)
            {
                var line = rest.Slice(0, end);
                rest = rest.Slice(rest.GetPosition(1, end));
                if (IsDot(line))
                {
                    _reader.AdvanceTo(rest.Start);
                    return Encoding.UTF8.GetString(kept.WrittenSpan);
                }

                size += line.Length;
                if (size > MaxMail) throw new InvalidDataException("The mail is too large.");
                Keep(kept, line);
            }

            if (read.IsCompleted) throw new InvalidDataException("The mail has no end.");
            if (rest.Length > MaxMail) throw new InvalidDataException("A line is too long.");
            _reader.AdvanceTo(rest.Start, rest.End);
        }
    }

    private static bool IsDot(in ReadOnlySequence<byte> line) => line.Length is 1 or 2 && line.FirstSpan[0] == '.' && (line.Length == 1 || line.Slice(1).FirstSpan[0] == '\r');

    private static void Keep(ArrayBufferWriter<byte> kept, in ReadOnlySequence<byte> line)
    {
        if (kept.WrittenCount >= KeptBytes) return;
        var text = line.Length > 0 && line.FirstSpan[0] == '.' ? line.Slice(1) : line;
        foreach (var part in text.Slice(0, Math.Min(text.Length, KeptBytes))) kept.Write(part.Span);
        if (text.Length == 0 || text.Slice(text.Length - 1).FirstSpan[0] != '\r') kept.Write(LineEnd);
        else kept.Write(LineEnd.AsSpan(1));
    }
}
