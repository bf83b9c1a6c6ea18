using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Carillon.Bench.Processes;

/// <summary>
/// What runs in <see cref="HttpSinkProcess"/>: HTTP/1.1 with lasting connections on blocking sockets, a thread for each, one system
/// call to receive and one to send. It answers each POST as an SMS gateway would, and <c>GET /count</c> with how many there were.
/// </summary>
internal static class HttpSink
{
    private static long _count;

    public static int Run(int port)
    {
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
                    // The digits of the id, from the right.
                    var number = Interlocked.Increment(ref _count);
                    for (var i = answer.Length - 3; i >= answer.Length - 12; i--, number /= 10) answer[i] = (byte)('0' + (number % 10));
                    socket.Send(answer);
                }
                else
                {
                    socket.Send(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\n\r\n{Interlocked.Read(ref _count)}\n"));
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
