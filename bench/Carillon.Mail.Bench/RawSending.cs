using System.Net;
using System.Net.Sockets;

namespace Carillon.Mail.Bench;

/// <summary>The same dialogue as the transport's by bare sockets: fixed octets out, four replies in, nothing looked at.</summary>
internal static class RawSending
{
    public static Task<Measurement> RunAsync(int port, int connections, byte[] content, int seconds) =>
        Measurement.OfAsync(seconds, async stop =>
        {
            Task<long>[] loops = [.. Enumerable.Range(0, connections).Select(_ => Task.Run(() => LoopAsync(port, content, stop)))];
            return (await Task.WhenAll(loops)).Sum();
        });

    private static async Task<long> LoopAsync(int port, byte[] content, CancellationToken stop)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port, CancellationToken.None);
        byte[] envelope = "MAIL FROM:<welcome@isp.example>\r\nRCPT TO:<customer1@example.org>\r\nDATA\r\n"u8.ToArray();
        byte[] both = [.. content, .. ".\r\n"u8, .. envelope];
        byte[] buffer = new byte[4096];
        await ReadAsync(1);
        await socket.SendAsync("EHLO bench.example\r\n"u8.ToArray());
        int count = await socket.ReceiveAsync(buffer);
        while (!buffer.AsSpan(0, count).Contains((byte)'\n')) count += await socket.ReceiveAsync(buffer.AsMemory(count));
        await socket.SendAsync(envelope);
        await ReadAsync(3);
        long messages = 0;
        while (!stop.IsCancellationRequested)
        {
            await socket.SendAsync(both);
            await ReadAsync(4);
            messages++;
        }

        return messages;

        async ValueTask ReadAsync(int lines)
        {
            while (lines > 0)
            {
                int read = await socket.ReceiveAsync(buffer.AsMemory());
                if (read == 0) throw new IOException("The sink has closed.");
                lines -= buffer.AsSpan(0, read).Count((byte)'\n');
            }
        }
    }
}
