using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Carillon.Mail.Tests.Smtp;

/// <summary>In which pieces the server's replies arrive.</summary>
public enum Pieces
{
    Whole,
    Lines,
    Bytes,
}

/// <summary>
/// An SMTP server in memory that follows the rules until a script says otherwise: for a command (such as "MAIL", "DATA", "." for the end of
/// the content, "CONNECT", or "RCPT#2" for the second one of a connection) it gives the reply, <see cref="Close"/> or <see cref="Hang"/>.
/// </summary>
internal sealed class ScriptedServer
{
    public const string Close = "<close>";
    public const string Hang = "<hang>";

    /// <summary>At the end of a reply: it has no line end, and the connection closes.</summary>
    public const string Cut = "<cut>";

    private readonly Dictionary<string, string> _script = [];
    private int _connections;

    public Pieces Pieces { get; init; }

    public string[] Extensions { get; init; } = ["PIPELINING", "SIZE 10000000", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"];

    /// <summary>From this connection on (counted from 1) the script no longer applies.</summary>
    public int WellFromConnection { get; init; } = int.MaxValue;

    /// <summary>With it STARTTLS is understood (and should be among the extensions).</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>TLS from the first byte.</summary>
    public bool ImplicitTls { get; init; }

    /// <summary>No connection comes about before this is done.</summary>
    public Task Opens { get; init; } = Task.CompletedTask;

    public Func<string, string?>? OnCommand { get; init; }

    public ConcurrentQueue<string> Commands { get; } = new();

    public ConcurrentQueue<string> Messages { get; } = new();

    /// <summary>The groups in which commands arrived: what left in one write is one string.</summary>
    public ConcurrentQueue<string> Writes { get; } = new();

    public int Connections => _connections;

    /// <summary>Completed when a script entry said <see cref="Hang"/>.</summary>
    public TaskCompletionSource Hanging { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ScriptedServer On(string command, string reply)
    {
        _script[command] = reply;
        return this;
    }

    public SmtpTransport Transport(SmtpOptions? options = null, TimeProvider? time = null) =>
        new(options ?? new SmtpOptions { Host = "mail.example", Security = SmtpSecurity.None, ClientName = "client.example" }, time, ConnectAsync);

    public async Task<SmtpChannel> ConnectAsync(CancellationToken cancellationToken)
    {
        await Opens.WaitAsync(cancellationToken);
        (FragmentedStream client, FragmentedStream server) = FragmentedStream.CreatePair();
        int number = Interlocked.Increment(ref _connections);
        _ = Task.Run(() => new Session(this, client, server, number).RunAsync(), cancellationToken);
        return new SmtpChannel(client);
    }

    /// <summary>Answers at a real port too, for what only real sockets show.</summary>
    public TcpListener Listen()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        _ = Task.Run(async () =>
        {
            while (true)
            {
                TcpClient client = await listener.AcceptTcpClientAsync();
                (FragmentedStream near, FragmentedStream far) = FragmentedStream.CreatePair();
                _ = Task.Run(() => new Session(this, near, far, Interlocked.Increment(ref _connections)).RunAsync());
                _ = near.CopyToAsync(client.GetStream()).ContinueWith(_ => client.Dispose(), TaskScheduler.Default);
                _ = client.GetStream().CopyToAsync(near).ContinueWith(_ => near.Dispose(), TaskScheduler.Default);
            }
        });
        return listener;
    }

    private sealed class Session(ScriptedServer owner, FragmentedStream client, FragmentedStream connection, int number)
    {
        private Stream _stream = connection;
        private readonly Dictionary<string, int> _counts = [];
        private readonly StringBuilder _pending = new();
        private readonly byte[] _buffer = new byte[65536];
        private string _input = "";
        private int _at;
        private int _recipients;
        private bool _inMail;

        public async Task RunAsync()
        {
            try
            {
                if (owner.ImplicitTls) await EncryptAsync();
                if (!Say("CONNECT", "220 mail.example ESMTP")) return;
                while (await LineAsync() is { } line)
                {
                    owner.Commands.Enqueue(line);
                    if (!await ObeyAsync(line)) return;
                }
            }
            catch (Exception e) when (e is IOException or System.Security.Authentication.AuthenticationException)
            {
                // The client did not like the certificate, or is gone.
            }
            finally
            {
                Flush();
                await _stream.DisposeAsync();
            }
        }

        private async Task<bool> ObeyAsync(string line)
        {
            string verb = line.Split(' ')[0].ToUpperInvariant();
            if (owner.OnCommand?.Invoke(line) is { } special) return Give(special);
            switch (verb)
            {
                case "EHLO":
                    return Say(verb, string.Join("\r\n", new[] { "250-mail.example" }
                        .Concat(owner.Extensions.Select(e => "250-" + e))) + "\r\n250 HELP");
                case "MAIL":
                    if (_inMail) return Give("503 5.5.1 nested MAIL command");
                    _recipients = 0;
                    return Say(verb, "250 2.1.0 Ok", () => _inMail = true);
                case "RCPT":
                    return _inMail ? Say(verb, "250 2.1.5 Ok", () => _recipients++) : Give("503 5.5.1 need MAIL command");
                case "DATA":
                    if (!_inMail || _recipients == 0)
                    {
                        bool takes = false;
                        return Say("DATA-EMPTY", "554 5.5.1 no valid recipients", () => takes = true) && (!takes || await EmptyAsync());
                    }

                    bool go = true;
                    if (!Say(verb, "354 go ahead", () => go = true, () => go = false)) return false;
                    return !go || await ContentAsync();
                case "BDAT":
                    return await ChunkAsync(int.Parse(line.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture));
                case "RSET":
                    _inMail = false;
                    return Say(verb, "250 2.0.0 Ok");
                case "STARTTLS" when owner.Certificate is not null:
                    if (!Say(verb, "220 2.0.0 go ahead")) return false;
                    Flush();
                    await EncryptAsync();
                    return true;
                case "QUIT":
                    Give("221 2.0.0 Bye");
                    return false;
                default:
                    return Say(verb, "250 2.0.0 Ok");
            }
        }

        private async Task EncryptAsync()
        {
            var tls = new SslStream(_stream);
            await tls.AuthenticateAsServerAsync(owner.Certificate!);
            _stream = tls;
        }

        private async Task<bool> ContentAsync()
        {
            var content = new StringBuilder();
            while (await LineAsync() is { } line)
            {
                if (line == ".")
                {
                    _inMail = false;
                    return Say(".", "250 2.0.0 Ok: queued as 4XYZ", () => owner.Messages.Enqueue(content.ToString()));
                }

                content.Append(line.StartsWith('.') ? line[1..] : line).Append("\r\n");
            }

            return false;
        }

        /// <summary>DATA was accepted though there is no recipient; then only the dot may come.</summary>
        private async Task<bool> EmptyAsync()
        {
            string? line = await LineAsync();
            owner.Commands.Enqueue(line ?? "");
            return line == "." && Say("CONTENT-EMPTY", "554 5.5.1 no valid recipients");
        }

        private async Task<bool> ChunkAsync(int length)
        {
            while (_input.Length - _at < length)
            {
                if (!await FillAsync()) return false;
            }

            string content = _input.Substring(_at, length);
            _at += length;
            if (_recipients == 0) return Give("554 5.5.1 no valid recipients");
            _inMail = false;
            return Say(".", "250 2.0.0 Ok: queued as 4XYZ", () => owner.Messages.Enqueue(content));
        }

        private bool Say(string command, string reply, Action? whenPositive = null, Action? whenNot = null)
        {
            int count = _counts[command] = _counts.GetValueOrDefault(command) + 1;
            if (number < owner.WellFromConnection
                && (owner._script.TryGetValue($"{command}#{count}", out string? special) || owner._script.TryGetValue(command, out special)))
            {
                reply = special;
            }

            if (reply[0] is '2' or '3') whenPositive?.Invoke();
            else whenNot?.Invoke();
            return Give(reply);
        }

        private bool Give(string reply)
        {
            if (reply == Hang)
            {
                Flush();
                // Only when the client has read all and waits for more does its patience begin.
                while (!client.IsStarving) Thread.Yield();
                owner.Hanging.TrySetResult();
                _stream.ReadAsync(_buffer).AsTask().Wait(); // until the client gives up
                return false;
            }

            if (reply == Close) return false;
            if (reply.EndsWith(Cut, StringComparison.Ordinal))
            {
                _pending.Append(reply[..^Cut.Length]);
                return false;
            }

            bool last = reply.EndsWith(Close, StringComparison.Ordinal);
            if (last) reply = reply[..^Close.Length];
            _pending.Append(reply).Append("\r\n");
            return !last;
        }

        private async Task<string?> LineAsync()
        {
            int end;
            while ((end = _input.IndexOf("\r\n", _at, StringComparison.Ordinal)) < 0)
            {
                if (!await FillAsync()) return null;
            }

            string line = _input[_at..end];
            _at = end + 2;
            return line;
        }

        private async Task<bool> FillAsync()
        {
            Flush();
            int count;
            try
            {
                count = await _stream.ReadAsync(_buffer);
            }
            catch (Exception e) when (e is ObjectDisposedException or IOException)
            {
                return false;
            }

            string text = Encoding.Latin1.GetString(_buffer, 0, count);
            owner.Writes.Enqueue(text);
            _input = _input[_at..] + text;
            _at = 0;
            return count > 0;
        }

        private void Flush()
        {
            string text = _pending.ToString();
            _pending.Clear();
            IEnumerable<string> pieces = owner.Pieces switch
            {
                Pieces.Whole => text.Length > 0 ? [text] : [],
                Pieces.Lines => text.Replace("\n", "\n\0", StringComparison.Ordinal).Split('\0', StringSplitOptions.RemoveEmptyEntries),
                _ => text.Select(c => c.ToString()),
            };
            try
            {
                foreach (string piece in pieces) _stream.WriteAsync(Encoding.Latin1.GetBytes(piece)).AsTask().Wait();
            }
            catch (AggregateException)
            {
                // The client is gone.
            }
        }
    }
}
