using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Carillon.Bench.Processes;

namespace Carillon.Bench.Raw;

/// <summary>
/// What the machine gives for the same requests to the same sink: bare sockets with lasting connections, one request under way on
/// each, nothing of the answers looked at but their end. It is the limit that the whole job is set against.
/// </summary>
internal static class RawHttp
{
    public static async Task<Measurement> RunAsync(IMessageSink sink, byte[] request, TimeSpan time, int connections = 64)
    {
        var sinkBefore = sink.Usage;
        var before = ProcessUsage.OfSelf();
        using var stop = new CancellationTokenSource(time);
        var started = Stopwatch.GetTimestamp();
        var loops = await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(() => LoopAsync(sink.Port, request, stop.Token))));
        return new Measurement("raw HTTP")
        {
            Messages = loops.Sum(),
            Time = Stopwatch.GetElapsedTime(started),
            Load = ProcessUsage.OfSelf().Since(before),
            Sink = sink.Usage.Since(sinkBefore),
            Notes = $"{request.Length:N0} octets a request, {connections} connections",
        };
    }

    private static async Task<long> LoopAsync(int port, byte[] request, CancellationToken stop)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port, CancellationToken.None);
        var buffer = new byte[4096];
        long messages = 0;
        while (!stop.IsCancellationRequested)
        {
            await socket.SendAsync(request);
            var length = 0;
            do
            {
                var read = await socket.ReceiveAsync(buffer.AsMemory(length));
                if (read == 0) throw new BenchException("The sink has closed.");
                length += read;
            }
            while (buffer[length - 1] != '}');
            messages++;
        }

        return messages;
    }
}
