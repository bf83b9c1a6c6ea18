using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Carillon.Tests.Storage.PostgreSql;

/// <summary>A network between a store and its server, that can be cut.</summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentDictionary<Socket, bool> _sockets = new();
    private readonly int _server;
    private readonly Task _accepting;
    private volatile bool _isDown;

    public CuttingProxy(int server)
    {
        _server = server;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>What to do with the next COMMIT that a client sends.</summary>
    public CommitFate Next { get; set; }

    /// <summary>Nothing comes through any more, until <see cref="Mend"/>.</summary>
    public void Cut()
    {
        _isDown = true;
        foreach (var socket in _sockets.Keys) socket.Dispose();
    }

    public void Mend() => _isDown = false;

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        Cut();
        await _accepting;
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync(_end.Token);
                if (_isDown) client.Dispose();
                else connections.Add(ServeAsync(client));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.NoDelay = true;
        _sockets[client] = _sockets[server] = true;
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, _server);
            var line = new Line();
            await await Task.WhenAny(ToServerAsync(client, server, line), ToClientAsync(server, client, line));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // One of both has ended.
        }
        finally
        {
            client.Dispose();
            _sockets.TryRemove(client, out _);
            _sockets.TryRemove(server, out _);
        }
    }

    private async Task ToServerAsync(Socket client, Socket server, Line line)
    {
        var buffer = new byte[1 << 16];
        while (await client.ReceiveAsync(buffer) is > 0 and var length)
        {
            var fate = buffer.AsSpan(0, length).IndexOf("COMMIT\0"u8) >= 0 ? Next : CommitFate.Pass;
            if (fate != CommitFate.Pass) Next = CommitFate.Pass;
            switch (fate)
            {
                case CommitFate.LoseRequestAndGoDown: Cut(); return;
                case CommitFate.LoseRequest: return;
                case CommitFate.LoseAnswer or CommitFate.LoseAnswerAndGoDown: line.Loses = fate; break;
            }

            for (var sent = 0; sent < length;) sent += await server.SendAsync(buffer.AsMemory(sent, length - sent));
        }
    }

    private async Task ToClientAsync(Socket server, Socket client, Line line)
    {
        var buffer = new byte[1 << 16];
        while (await server.ReceiveAsync(buffer) is > 0 and var length)
        {
            // That the server answers says that it has committed.
            if (line.Loses == CommitFate.LoseAnswerAndGoDown) Cut();
            if (line.Loses != CommitFate.Pass) return;
            for (var sent = 0; sent < length;) sent += await client.SendAsync(buffer.AsMemory(sent, length - sent));
        }
    }

    private sealed class Line
    {
        public volatile CommitFate Loses;
    }
}

internal enum CommitFate
{
    Pass,

    /// <summary>The server never hears of it.</summary>
    LoseRequest,

    /// <summary>The server commits, and nobody hears of that.</summary>
    LoseAnswer,

    /// <summary>As <see cref="LoseRequest"/>, and nothing comes through afterwards.</summary>
    LoseRequestAndGoDown,

    /// <summary>As <see cref="LoseAnswer"/>, and nothing comes through afterwards.</summary>
    LoseAnswerAndGoDown,
}
