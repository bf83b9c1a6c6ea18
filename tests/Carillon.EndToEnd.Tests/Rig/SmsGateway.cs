using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Carillon.EndToEnd.Tests.Rig;

/// <summary>
/// An SMS gateway over HTTP in this process: lasting connections, a form in, JSON out. It keeps account of every request that came whole and
/// behaves as its script says. It begins closed: connections are refused until <see cref="Open"/>.
/// </summary>
internal sealed class SmsGateway(string name, SmsRecord record) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<Socket, Task> _connections = new();
    private TcpListener? _listener;
    private Task _loop = Task.CompletedTask;
    private int _underWay;
    private int _mostAtOnce;
    private int _requests;

    public string Name => name;

    public int Port { get; } = FreePort.Find();

    /// <summary>Asked once for each request, with its number from 1; may be changed at any time. Null takes it.</summary>
    public Func<int, SmsAct?> Script { get; set; } = _ => null;

    /// <summary>The most requests that came whole and were not answered, at one time.</summary>
    public int MostAtOnce
    {
        get => Volatile.Read(ref _mostAtOnce);
        set => Volatile.Write(ref _mostAtOnce, value);
    }

    /// <summary>The API key of the last request.</summary>
    public string Key { get; private set; } = "";

    public void Open()
    {
        _listener = new TcpListener(IPAddress.Loopback, Port);
        _listener.Server.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        _listener.Start(512);
        _loop = AcceptAsync(_listener);
    }

    /// <summary>It is dead: its connections break, answers under way with them, and new ones are refused.</summary>
    public void Close()
    {
        _listener?.Stop();
        foreach (var socket in _connections.Keys) Break(socket);
    }

    public async ValueTask DisposeAsync()
    {
        Close();
        await _loop;
        await Task.WhenAll(_connections.Values);
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                var socket = await listener.AcceptSocketAsync();
                socket.NoDelay = true;
                var served = new TaskCompletionSource();
                _connections[socket] = served.Task;
                _ = ServeAsync(socket, served);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // It was closed.
        }
    }

    private async Task ServeAsync(Socket socket, TaskCompletionSource served)
    {
        var buffer = new byte[16 << 10];
        var length = 0;
        try
        {
            while (true)
            {
                int end;
                while ((end = EndOf(buffer.AsSpan(0, length))) == 0)
                {
                    var read = await socket.ReceiveAsync(buffer.AsMemory(length));
                    if (read == 0) return;
                    length += read;
                }

                var request = Encoding.ASCII.GetString(buffer.AsSpan(0, end));
                var message = Field(request, "ref=", '&');
                Key = Field(request, "Authorization: Bearer ", '\r');
                buffer.AsSpan(end, length - end).CopyTo(buffer);
                length -= end;
                if (!await AnswerAsync(socket, message)) return;
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The other end is gone, or this one was closed.
        }
        finally
        {
            _connections.TryRemove(socket, out _);
            socket.Dispose();
            served.SetResult();
        }
    }

    /// <returns>Whether the connection goes on.</returns>
    private async Task<bool> AnswerAsync(Socket socket, string message)
    {
        var atOnce = Interlocked.Increment(ref _underWay);
        for (var most = MostAtOnce; atOnce > most; most = MostAtOnce) Interlocked.CompareExchange(ref _mostAtOnce, atOnce, most);
        var isCounted = true;
        try
        {
            var number = Interlocked.Increment(ref _requests);
            var act = Script(number) ?? new SmsAct.Take();
            record.Add(name, message, act.Fate);
            if (act.After is { } after) await after;
            var answer = act switch
            {
                SmsAct.Refuse { Status: var status, RetryAfter: { } seconds } => $"HTTP/1.1 {status} No\r\nRetry-After: {seconds}\r\nContent-Length: 0\r\n\r\n",
                SmsAct.Refuse { Status: var status } => $"HTTP/1.1 {status} No\r\nContent-Length: 0\r\n\r\n",
                SmsAct.Cut => "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Len",
                _ => $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 17\r\n\r\n{{\"id\":\"{number:D9}\"}}",
            };
            // Before the other end can know: its next request is another one.
            isCounted = false;
            Interlocked.Decrement(ref _underWay);
            await socket.SendAsync(Encoding.ASCII.GetBytes(answer));
            if (act is not SmsAct.Cut) return true;
            Break(socket);
            return false;
        }
        finally
        {
            if (isCounted) Interlocked.Decrement(ref _underWay);
        }
    }

    private static void Break(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(true, 0);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It is gone already.
        }

        socket.Dispose();
    }

    /// <summary>Where the first request ends; 0 while it has not come whole.</summary>
    private static int EndOf(ReadOnlySpan<byte> bytes)
    {
        var head = bytes.IndexOf("\r\n\r\n"u8);
        if (head < 0) return 0;
        var at = bytes[..head].IndexOf("Content-Length: "u8);
        var body = at >= 0 && System.Buffers.Text.Utf8Parser.TryParse(bytes[(at + 16)..], out int length, out _) ? length : 0;
        return head + 4 + body <= bytes.Length ? head + 4 + body : 0;
    }

    private static string Field(string request, string name, char end)
    {
        var at = request.IndexOf(name, StringComparison.OrdinalIgnoreCase);
        if (at < 0) return "";
        var value = request[(at + name.Length)..];
        var length = value.IndexOf(end, StringComparison.Ordinal);
        return length < 0 ? value : value[..length];
    }
}

/// <summary>What a gateway does with a request.</summary>
internal abstract record SmsAct(SmsFate Fate)
{
    /// <summary>What it waits for before it answers.</summary>
    public Task? After { get; init; }

    public sealed record Take() : SmsAct(SmsFate.Taken);

    /// <param name="RetryAfter">Seconds.</param>
    public sealed record Refuse(int Status, int? RetryAfter = null) : SmsAct(SmsFate.Refused);

    /// <summary>It takes the message, and its connection breaks in the middle of the answer.</summary>
    public sealed record Cut() : SmsAct(SmsFate.Cut);
}

internal enum SmsFate
{
    Taken,
    Refused,

    /// <summary>Taken, and nobody was told.</summary>
    Cut,
}

/// <param name="Message">The public id of the message.</param>
/// <param name="At">When the request had come whole.</param>
internal sealed record SmsRequest(string Gateway, string Message, SmsFate Fate, DateTimeOffset At);

/// <summary>Every request that came whole to any of several gateways, in order.</summary>
internal sealed class SmsRecord
{
    private readonly Lock _lock = new();
    private readonly List<SmsRequest> _requests = [];

    public int Count
    {
        get
        {
            lock (_lock) return _requests.Count;
        }
    }

    public void Add(string gateway, string message, SmsFate fate)
    {
        lock (_lock) _requests.Add(new SmsRequest(gateway, message, fate, TimeProvider.System.GetUtcNow()));
    }

    public int CountOf(string gateway, SmsFate? fate = null)
    {
        lock (_lock) return _requests.Count(r => r.Gateway == gateway && (fate is null || r.Fate == fate));
    }

    public List<SmsRequest> All()
    {
        lock (_lock) return [.. _requests];
    }
}
