using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
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

    /// <summary>Content is answered only when this has completed.</summary>
    public Task Answers { get; init; } = Task.CompletedTask;

    /// <summary>Completes when the first content has come.</summary>
    public TaskCompletionSource ContentCame { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
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
        catch (Exception exception) when (exception is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(sessions);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var _ = client;
        client.NoDelay = true;
        using var reader = new StreamReader(client.GetStream(), Encoding.UTF8);
        try
        {
            if (!await SayAsync(client, "CONNECT", "220 loopback ESMTP")) return;
            while (await reader.ReadLineAsync(_stop.Token) is { } line)
            {
                Commands.Enqueue(line);
                var verb = line.Split(' ')[0].ToUpperInvariant();
                var usual = verb switch
                {
                    "EHLO" => "250-loopback\r\n250-PIPELINING\r\n250 8BITMIME",
                    "DATA" => "354 go ahead",
                    "QUIT" => "221 bye",
                    _ => "250 2.0.0 Ok",
                };
                if (!await SayAsync(client, verb, usual) || verb == "QUIT") return;
                if (verb != "DATA" || _script.ContainsKey("DATA")) continue;
                var content = new StringBuilder();
                while (await reader.ReadLineAsync(_stop.Token) is { } text && text != ".") content.Append(text).Append("\r\n");
                Messages.Enqueue(content.ToString());
                ContentCame.TrySetResult();
                await Answers;
                if (!await SayAsync(client, ".", "250 2.0.0 Ok: queued as 4XYZ")) return;
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // The client is gone, or the test is over.
        }
    }

    private async Task<bool> SayAsync(TcpClient client, string command, string usual)
    {
        var reply = _script.GetValueOrDefault(command, usual);
        if (reply == Close) return false;
        await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(reply + "\r\n"), _stop.Token);
        return true;
    }
}
