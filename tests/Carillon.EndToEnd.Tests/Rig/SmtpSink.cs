using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Carillon.EndToEnd.Tests.Rig;

/// <summary>
/// A real SMTP server in this process. It keeps account of every message that it takes and misbehaves as its script says.
/// </summary>
internal sealed class SmtpSink : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Task, bool> _sessions = new();
    private readonly ConcurrentQueue<SunkMail> _mails = new();
    private readonly Task _loop;
    private int _connections;
    private int _count;
    private int _disposed;

    public SmtpSink(SmtpScript? script = null, bool keepContent = false, int port = 0)
    {
        Script = script ?? (_ => null);
        KeepContent = keepContent;
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Start(512);
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _loop = AcceptAsync();
    }

    public int Port { get; }

    public bool KeepContent { get; }

    /// <summary>May be changed at any time; asked at every scene.</summary>
    public SmtpScript Script { get; set; }

    /// <summary>What EHLO offers; none is a server that knows only HELO.</summary>
    public IReadOnlyList<string>? Extensions { get; init; } = ["PIPELINING", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"];

    /// <summary>Which life of the server is being served: whoever restarts it counts it up.</summary>
    public int Life { get; set; }

    public int Count => Volatile.Read(ref _count);

    public int Connections => Volatile.Read(ref _connections);

    /// <summary>All that was taken, in order.</summary>
    public IReadOnlyCollection<SunkMail> Mails => _mails;

    public Dictionary<string, int> CountByRecipient() =>
        _mails.GroupBy(m => m.Recipient, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);

    public int CountOf(string recipient) => _mails.Count(m => m.Recipient == recipient);

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1) return;
        await _stop.CancelAsync();
        _listener.Stop();
        await _loop;
        await Task.WhenAll(_sessions.Keys);
        _stop.Dispose();
    }

    /// <summary>The sink answers for it from here on, whether its answer arrives or not.</summary>
    internal void Take(SunkMail mail)
    {
        _mails.Enqueue(mail with { Life = Life });
        Interlocked.Increment(ref _count);
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            Socket socket;
            try
            {
                socket = await _listener.AcceptSocketAsync(_stop.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }

            socket.NoDelay = true;
            var session = new SmtpSession(this, socket, Interlocked.Increment(ref _connections)).RunAsync(_stop.Token);
            _sessions.TryAdd(session, true);
            _ = session.ContinueWith(ended => _sessions.TryRemove(ended, out _), TaskScheduler.Default);
        }
    }
}

/// <param name="Content">Empty unless the sink keeps contents.</param>
internal sealed record SunkMail(string Sender, string Recipient, string MessageId, int Life, int Connection, byte[] Content);
