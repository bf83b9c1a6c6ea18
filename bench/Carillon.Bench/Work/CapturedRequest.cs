using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Carillon.Bench.Work;

/// <summary>Takes one request by HTTP and keeps its bytes, so that raw HTTP can be measured with the same bytes that the server sends.</summary>
internal static class CapturedRequest
{
    public static async Task<byte[]> TakeAsync(TcpListener listener, CancellationToken stop)
    {
        using var socket = await listener.AcceptSocketAsync(stop);
        var buffer = new byte[64 << 10];
        var length = 0;
        while (!IsWhole(Encoding.Latin1.GetString(buffer, 0, length)))
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(length), stop);
            if (read == 0) throw new BenchException("The server went away before it had sent its request.");
            length += read;
        }

        await socket.SendAsync("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 32\r\n\r\n{\"status\":\"queued\",\"id\":\"first\"}"u8.ToArray(), stop);
        return buffer[..length];
    }

    private static bool IsWhole(string text)
    {
        var head = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        const string name = "Content-Length: ";
        var at = text.IndexOf(name, StringComparison.Ordinal);
        if (head < 0 || at < 0) return false;
        at += name.Length;
        return text.Length == head + 4 + int.Parse(text.AsSpan(at, text.IndexOf('\r', at) - at), CultureInfo.InvariantCulture);
    }
}
