using System.Buffers.Text;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Carillon.Bench.Processes;

/// <summary>
/// What runs in <see cref="HttpSinkProcess"/>: HTTP/1.1 with lasting connections on blocking sockets, a thread for each, one system
/// call to receive and one to send. It answers each POST as an SMS gateway would, <c>GET /count</c> with how many it took, and <c>GET /urgent</c> with
/// how late those were that carry the time at which they were made.
/// </summary>
internal static class HttpSink
{
    private static readonly Lock Counting = new();
    private static readonly List<double> Delays = [];
    private static long _count;
    private static long _refused;
    private static long _second;
    private static int _inSecond;
    private static HttpSinkTrouble _trouble = HttpSinkTrouble.None;

    /// <summary>Before the microseconds since 1970 at which a message was made.</summary>
    public static ReadOnlySpan<byte> UrgentMark => "urgent-"u8;

    public static int Run(int port, HttpSinkTrouble trouble)
    {
        _trouble = trouble;
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        listener.Listen(1024);
        while (true)
        {
            var socket = listener.Accept();
            new Thread(() => Serve(socket), maxStackSize: 128 << 10) { IsBackground = true }.Start();
        }
    }

    private static void Serve(Socket socket)
    {
        using var _ = socket;
        socket.NoDelay = true;
        var buffer = new byte[16 << 10];
        var length = 0;
        var answer = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 41\r\n\r\n{\"status\":\"queued\",\"id\":\"sms-0000000000\"}"u8.ToArray();
        try
        {
            while (true)
            {
                var end = EndOf(buffer.AsSpan(0, length));
                if (end == 0)
                {
                    var read = socket.Receive(buffer.AsSpan(length));
                    if (read == 0) return;
                    length += read;
                    continue;
                }

                if (buffer[0] == 'P')
                {
                    Note(buffer.AsSpan(0, end));
                    if (IsTooMany())
                    {
                        Interlocked.Increment(ref _refused);
                        socket.Send("HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n"u8);
                        buffer.AsSpan(end, length - end).CopyTo(buffer);
                        length -= end;
                        continue;
                    }

                    // The digits of the id, from the right.
                    var number = Interlocked.Increment(ref _count);
                    if (number > _trouble.DiesAfter)
                    {
                        socket.Send(answer.AsSpan(0, answer.Length / 2));
                        Process.GetCurrentProcess().Kill();
                    }

                    for (var i = answer.Length - 3; i >= answer.Length - 12; i--, number /= 10) answer[i] = (byte)('0' + (number % 10));
                    socket.Send(answer);
                }
                else
                {
                    socket.Send(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\n\r\n{(buffer.AsSpan(0, end).StartsWith("GET /urgent"u8) ? Urgent() : $"{Interlocked.Read(ref _count)}")}\n"));
                }

                buffer.AsSpan(end, length - end).CopyTo(buffer);
                length -= end;
            }
        }
        catch (SocketException)
        {
            // The client is gone.
        }
    }

    private static bool IsTooMany()
    {
        if (_trouble.PerSecond is not { } most) return false;
        lock (Counting)
        {
            var second = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
            if (second != _second) (_second, _inSecond) = (second, 0);
            return ++_inSecond > most;
        }
    }

    private static void Note(ReadOnlySpan<byte> request)
    {
        var at = request.IndexOf(UrgentMark);
        if (at < 0 || !Utf8Parser.TryParse(request[(at + UrgentMark.Length)..], out long made, out _)) return;
        var delay = ((TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalMicroseconds - made) / 1000;
        lock (Counting) Delays.Add(delay);
    }

    private static string Urgent()
    {
        lock (Counting) return string.Join(' ', Delays.Select(d => d.ToString("0.0", CultureInfo.InvariantCulture)).Prepend(Interlocked.Read(ref _refused).ToString(CultureInfo.InvariantCulture)));
    }

    /// <summary>Where the first request ends; 0 while it has not come whole.</summary>
    private static int EndOf(ReadOnlySpan<byte> bytes)
    {
        var head = bytes.IndexOf("\r\n\r\n"u8);
        if (head < 0) return 0;
        var at = bytes[..head].IndexOf("Content-Length: "u8);
        var body = at >= 0 && Utf8Parser.TryParse(bytes[(at + 16)..], out int length, out _) ? length : 0;
        return head + 4 + body <= bytes.Length ? head + 4 + body : 0;
    }
}
