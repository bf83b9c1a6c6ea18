using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Carillon.Bench.Processes;

/// <summary>An SMS gateway over HTTP that takes everything: this program again, with <see cref="Command"/>.</summary>
internal sealed class HttpSinkProcess : IMessageSink
{
    public const string Command = "http-sink";

    private readonly ChildProcess _process;

    private HttpSinkProcess(ChildProcess process, int port)
    {
        _process = process;
        Port = port;
    }

    public int Port { get; }

    public ProcessUsage Usage => ProcessUsage.Of(_process.Id);

    public static async Task<HttpSinkProcess> StartAsync(string directory, int port)
    {
        var process = ChildProcess.Start(
            Path.Combine(directory, $"sink-{port}-{Path.GetRandomFileName()}.log"),
            ["dotnet", typeof(HttpSinkProcess).Assembly.Location, Command, port.ToString(CultureInfo.InvariantCulture)]);
        var sink = new HttpSinkProcess(process, port);
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                sink.Count();
                return sink;
            }
            catch (SocketException) when (attempt < 500 && !process.HasEnded)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
            }
            catch (SocketException)
            {
                var output = process.Output();
                process.Dispose();
                throw new BenchException($"The HTTP sink does not start: {output}");
            }
        }
    }

    public long Count()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(IPAddress.Loopback, Port);
        socket.Send("GET /count HTTP/1.1\r\n\r\n"u8);
        Span<byte> answer = stackalloc byte[512];
        var length = 0;
        while (!answer[..length].EndsWith("\n"u8))
        {
            var read = socket.Receive(answer[length..]);
            if (read == 0) throw new BenchException("The HTTP sink has closed.");
            length += read;
        }

        var text = Encoding.ASCII.GetString(answer[..length]);
        return long.Parse(text.AsSpan(text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4).Trim(), CultureInfo.InvariantCulture);
    }

    public void Dispose() => _process.Dispose();
}
