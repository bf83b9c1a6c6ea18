using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Carillon.Bench.Processes;

namespace Carillon.Bench.Raw;

/// <summary>
/// What the machine gives for the same bytes to the same sink: bare sockets, one write for a message's content and the next one's
/// envelope, nothing looked at. It is the limit that a whole job is set against.
/// </summary>
internal static class RawSmtp
{
    public static async Task<Measurement> RunAsync(IMessageSink sink, byte[] content, TimeSpan time, int connections = 16)
    {
        var sinkBefore = sink.Usage;
        var before = ProcessUsage.OfSelf();
        using var stop = new CancellationTokenSource(time);
        var started = Stopwatch.GetTimestamp();
        var loops = await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(() => LoopAsync(sink.Port, content, stop.Token))));
        var elapsed = Stopwatch.GetElapsedTime(started);
        return new Measurement("raw SMTP")
        {
            Messages = loops.Sum(),
            Time = elapsed,
            Load = ProcessUsage.OfSelf().Since(before),
            Sink = sink.Usage.Since(sinkBefore),
            Notes = $"{content.Length:N0} octets a message, {connections} connections",
        };
    }

    private static async Task<long> LoopAsync(int port, byte[] content, CancellationToken stop)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port, CancellationToken.None);
        var envelope = "MAIL FROM:<welcome@isp.example>\r\nRCPT TO:<customer-00000001@home.example>\r\nDATA\r\n"u8.ToArray();
        byte[] both = [.. content, .. ".\r\n"u8, .. envelope];
        var buffer = new byte[4096];
        await ReadAsync(1);
        await socket.SendAsync("EHLO bench.example\r\n"u8.ToArray());
        var count = await socket.ReceiveAsync(buffer);
        // The last line of the answer has a blank behind its code.
        while (!buffer.AsSpan(0, count).EndsWith("\r\n"u8) || buffer[buffer.AsSpan(0, count - 1).LastIndexOf((byte)'\n') + 4] != ' ')
            count += await socket.ReceiveAsync(buffer.AsMemory(count));
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
                var read = await socket.ReceiveAsync(buffer.AsMemory());
                if (read == 0) throw new BenchException("The sink has closed.");
                lines -= buffer.AsSpan(0, read).Count((byte)'\n');
            }
        }
    }
}
