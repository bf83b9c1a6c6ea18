using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Carillon.EndToEnd.Tests.Rig;

namespace Carillon.EndToEnd.Tests.Nodes;

/// <summary>The network between a node and its database: it can be slow, and it can fall silent, when what was sent arrives late or never.</summary>
internal sealed class Network : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentDictionary<Task, bool> _connections = new();
    private readonly int _to;
    private readonly Task _accepting;
    private volatile TaskCompletionSource? _silence;

    public Network(int to)
    {
        _to = to;
        _listener.Start(512);
        _accepting = AcceptAsync();
    }

    /// <summary>How long everything is on its way, each way.</summary>
    public TimeSpan Delay { get; set; }

    public string Url => PostgreSqlServer.UrlAt(((IPEndPoint)_listener.LocalEndpoint).Port);

    /// <summary>As if the cable were pulled: nobody is told, nothing arrives, until <see cref="Mend"/>. Then what was sent meanwhile arrives.</summary>
    public void Silence() => _silence = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Mend()
    {
        var silence = _silence;
        _silence = null;
        silence?.SetResult();
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        Mend();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_connections.Keys);
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var connection = ServeAsync(await _listener.AcceptSocketAsync(_end.Token));
                _connections.TryAdd(connection, true);
                _ = connection.ContinueWith(ended => _connections.TryRemove(ended, out _), TaskScheduler.Default);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // It is over.
        }
    }

    private async Task ServeAsync(Socket node)
    {
        using var database = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using (node)
        {
            node.NoDelay = true;
            try
            {
                await database.ConnectAsync(IPAddress.Loopback, _to, _end.Token);
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                return;
            }

            await Task.WhenAll(PumpAsync(node, database), PumpAsync(database, node));
        }
    }

    private async Task PumpAsync(Socket from, Socket to)
    {
        var buffer = new byte[1 << 16];
        try
        {
            int length;
            do
            {
                length = await from.ReceiveAsync(buffer, _end.Token);
                if (Delay > TimeSpan.Zero) await Task.Delay(Delay, TimeProvider.System, _end.Token);
                while (_silence is { } silence) await silence.Task.WaitAsync(_end.Token);
                for (var sent = 0; sent < length;) sent += await to.SendAsync(buffer.AsMemory(sent, length - sent), _end.Token);
            }
            while (length > 0);
            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // One end is gone: the other hears of it.
            from.Dispose();
            to.Dispose();
        }
    }
}
