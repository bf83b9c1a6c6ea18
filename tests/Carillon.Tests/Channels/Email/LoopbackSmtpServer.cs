using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Carillon.Tests.Channels.Email;

/// <summary>
/// An SMTP server on a loopback port that takes everything until its script says otherwise: for a command (<c>CONNECT</c>,
/// <c>RCPT</c>, <c>.</c> …) the reply to give, or <see cref="Close"/>.
/// </summary>
internal sealed class LoopbackSmtpServer : IAsyncDisposable
{
    public const string Close = "<close>";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Dictionary<string, string> _script;
    private readonly System.Threading.Channels.Channel<string> _arrivals = System.Threading.Channels.Channel.CreateUnbounded<string>();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;
    private int _connections;

    public LoopbackSmtpServer(params (string Command, string Reply)[] script)
    {
        _script = script.ToDictionary(s => s.Command, s => s.Reply, StringComparer.Ordinal);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public int Connections => Volatile.Read(ref _connections);

    public ConcurrentQueue<string> Commands { get; } = new();

    public ConcurrentQueue<string> Messages { get; } = new();

    /// <summary>With it the server speaks TLS from the first byte, and takes logins.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Content is answered only when this has completed.</summary>
    public Task Answers { get; init; } = Task.CompletedTask;

    /// <summary>Completes when the first content has come.</summary>
    public TaskCompletionSource ContentCame { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The first content that nobody has taken here yet, once it has come.</summary>
    public ValueTask<string> NextMessageAsync(CancellationToken cancellationToken) => _arrivals.Reader.ReadAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _accepting;
        _listener.Stop();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var sessions = new List<Task>();
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                Interlocked.Increment(ref _connections);
                sessions.Add(ServeAsync(client));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(sessions);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var _ = client;
        client.NoDelay = true;
        try
        {
            await using var stream = await OpenAsync(client);
            using var reader = new StreamReader(stream, Encoding.UTF8);
            if (!await SayAsync(stream, "CONNECT", "220 loopback ESMTP")) return;
            while (await reader.ReadLineAsync(_stop.Token) is { } line)
            {
                Commands.Enqueue(line);
                var verb = line.Split(' ')[0].ToUpperInvariant();
                var usual = verb switch
                {
                    "EHLO" => "250-loopback\r\n250-PIPELINING\r\n250-AUTH PLAIN\r\n250 8BITMIME",
                    "AUTH" => "235 2.7.0 welcome",
                    "DATA" => "354 go ahead",
                    "QUIT" => "221 bye",
                    _ => "250 2.0.0 Ok",
                };
                if (!await SayAsync(stream, verb, usual) || verb == "QUIT") return;
                if (verb != "DATA" || _script.ContainsKey("DATA")) continue;
                var content = new StringBuilder();
                while (await reader.ReadLineAsync(_stop.Token) is { } text && text != ".") content.Append(text).Append("\r\n");
                Messages.Enqueue(content.ToString());
                _arrivals.Writer.TryWrite(content.ToString());
                ContentCame.TrySetResult();
                await Answers;
                if (!await SayAsync(stream, ".", "250 2.0.0 Ok: queued as 4XYZ")) return;
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or AuthenticationException)
        {
            // The client is gone or does not like the certificate, or the test is over.
        }
    }

    private async Task<Stream> OpenAsync(TcpClient client)
    {
        if (Certificate is null) return client.GetStream();
        var tls = new SslStream(client.GetStream());
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = Certificate }, _stop.Token);
        return tls;
    }

    private async Task<bool> SayAsync(Stream stream, string command, string usual)
    {
        var reply = _script.GetValueOrDefault(command, usual);
        if (reply == Close) return false;
        await stream.WriteAsync(Encoding.UTF8.GetBytes(reply + "\r\n"), _stop.Token);
        return true;
    }
}
