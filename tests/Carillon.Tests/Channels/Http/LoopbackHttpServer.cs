using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Carillon.Tests.Channels.Http;

/// <summary>A request as it came over the wire. Header names in lower case.</summary>
/// <param name="Connection">Which connection brought it, from 1.</param>
internal sealed record ReceivedRequest(string Method, string Target, IReadOnlyDictionary<string, string> Headers, byte[] Body, int Connection)
{
    public string Text => Encoding.UTF8.GetString(Body);
}

/// <summary>What a server writes, byte for byte.</summary>
/// <param name="Close">Closes the connection behind it.</param>
/// <param name="After">It is written when this has completed.</param>
internal sealed record HttpReply(byte[] Bytes, bool Close = false, Task? After = null)
{
    /// <summary>The connection ends without a word.</summary>
    public static readonly HttpReply Cut = new([], Close: true);

    public static HttpReply Of(int status, string body = "", params string[] headers) => Of(status, Encoding.UTF8.GetBytes(body), headers);

    public static HttpReply Of(int status, byte[] body, params string[] headers)
    {
        var head = new StringBuilder().Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {status} Status\r\nContent-Length: {body.Length}\r\n");
        foreach (var header in headers) head.Append(header).Append("\r\n");
        return new HttpReply([.. Encoding.UTF8.GetBytes(head.Append("\r\n").ToString()), .. body]);
    }

    public static HttpReply Json(int status, string body) => Of(status, body, "Content-Type: application/json");

    /// <summary>Written as it stands, and the connection closed.</summary>
    public static HttpReply Raw(string text) => new(Encoding.UTF8.GetBytes(text), Close: true);
}

/// <summary>An HTTP/1.1 server on a loopback port that answers as its script says, however wrong that is, and keeps connections.</summary>
internal sealed class LoopbackHttpServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<ReceivedRequest, HttpReply> _answer;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;
    private int _connections;

    public LoopbackHttpServer(Func<ReceivedRequest, HttpReply> answer)
    {
        _answer = answer;
        _listener.Start(512);
        _accepting = AcceptAsync();
    }

    /// <summary>The same to every request.</summary>
    public LoopbackHttpServer(HttpReply answer)
        : this(_ => answer)
    {
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary><c>http://127.0.0.1:port</c></summary>
    public string Url => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Port}");

    public int Connections => Volatile.Read(ref _connections);

    public ConcurrentQueue<ReceivedRequest> Requests { get; } = new();

    /// <summary>Completes when the first request has come whole.</summary>
    public TaskCompletionSource RequestCame { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the server has closed a connection.</summary>
    public TaskCompletionSource ConnectionClosed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

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
                sessions.Add(ServeAsync(client, Interlocked.Increment(ref _connections)));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(sessions);
        }
    }

    private async Task ServeAsync(TcpClient client, int connection)
    {
        using (client) await ServeAllAsync(client, connection);
        ConnectionClosed.TrySetResult();
    }

    private async Task ServeAllAsync(TcpClient client, int connection)
    {
        client.NoDelay = true;
        try
        {
            await using var stream = client.GetStream();
            while (await ReadAsync(stream, connection) is { } request)
            {
                Requests.Enqueue(request);
                RequestCame.TrySetResult();
                var reply = _answer(request);
                if (reply.After is { } after) await after.WaitAsync(_stop.Token);
                await stream.WriteAsync(reply.Bytes, _stop.Token);
                if (reply.Close) return;
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // The client is gone, or the test is over.
        }
    }

    private async Task<ReceivedRequest?> ReadAsync(NetworkStream stream, int connection)
    {
        var head = new List<byte>();
        var one = new byte[1];
        while (head is not [.., (byte)'\r', (byte)'\n', (byte)'\r', (byte)'\n'])
        {
            if (await stream.ReadAsync(one, _stop.Token) == 0) return null;
            head.Add(one[0]);
        }

        var lines = Encoding.UTF8.GetString([.. head]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var first = lines[0].Split(' ');
        var headers = lines.Skip(1).Select(l => l.Split(':', 2))
            .ToDictionary(p => p[0].ToLowerInvariant(), p => p[1].Trim(), StringComparer.Ordinal);
        var body = new byte[headers.TryGetValue("content-length", out var length) ? int.Parse(length, CultureInfo.InvariantCulture) : 0];
        await stream.ReadExactlyAsync(body, _stop.Token);
        return new ReceivedRequest(first[0], first[1], headers, body, connection);
    }
}
