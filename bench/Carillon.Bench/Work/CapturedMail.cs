using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Carillon.Bench.Work;

/// <summary>
/// Takes one mail by SMTP and keeps its bytes, so that raw SMTP can be measured with the same bytes that the server sends. It offers
/// what smtp-sink offers.
/// </summary>
internal static class CapturedMail
{
    public static async Task<byte[]> TakeAsync(TcpListener listener, CancellationToken stop)
    {
        using var socket = await listener.AcceptSocketAsync(stop);
        var received = new StringBuilder();
        var buffer = new byte[16 << 10];
        await SendAsync("220 capture.example ESMTP\r\n");
        var data = new MemoryStream();
        var isContent = false;
        while (true)
        {
            var read = await socket.ReceiveAsync(buffer, stop);
            if (read == 0) throw new BenchException("The server went away before it had sent its mail.");
            for (var i = 0; i < read; i++)
            {
                if (isContent)
                {
                    data.WriteByte(buffer[i]);
                    if (buffer[i] != '\n' || !data.GetBuffer().AsSpan(0, (int)data.Length).EndsWith("\r\n.\r\n"u8)) continue;
                    await SendAsync("250 Ok\r\n");
                    data.SetLength(data.Length - 3);
                    return data.ToArray();
                }

                received.Append((char)buffer[i]);
                if (buffer[i] != '\n') continue;
                var line = received.ToString();
                received.Clear();
                isContent = line.StartsWith("DATA", StringComparison.OrdinalIgnoreCase);
                await SendAsync(line[..4].ToUpperInvariant() switch
                {
                    "EHLO" => "250-capture.example\r\n250-PIPELINING\r\n250 8BITMIME\r\n",
                    "DATA" => "354 End data with <CR><LF>.<CR><LF>\r\n",
                    _ => "250 Ok\r\n",
                });
            }
        }

        async Task SendAsync(string line) => await socket.SendAsync(Encoding.ASCII.GetBytes(line), stop);
    }

    public static TcpListener Listen(int port)
    {
        var listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start();
        return listener;
    }
}
