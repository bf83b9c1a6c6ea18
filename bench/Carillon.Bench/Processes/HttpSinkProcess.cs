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

    public static async Task<HttpSinkProcess> StartAsync(string directory, int port, HttpSinkTrouble? trouble = null)
    {
        var process = ChildProcess.Start(
            Path.Combine(directory, $"sink-{port}-{Path.GetRandomFileName()}.log"),
            ["dotnet", typeof(HttpSinkProcess).Assembly.Location, Command, port.ToString(CultureInfo.InvariantCulture), .. (trouble ?? HttpSinkTrouble.None).ToArguments()]);
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

    public bool HasEnded => _process.HasEnded;

    public long Count() => long.Parse(Ask("/count"), CultureInfo.InvariantCulture);

    /// <summary>How many it refused; and of messages that carry the time at which they were made, how many milliseconds late each came.</summary>
    public (long Refused, IReadOnlyList<double> Delays) Urgent()
    {
        var words = Ask("/urgent").Split(' ');
        return (long.Parse(words[0], CultureInfo.InvariantCulture), [.. words.Skip(1).Select(w => double.Parse(w, CultureInfo.InvariantCulture))]);
    }

    private string Ask(string path)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(IPAddress.Loopback, Port);
        socket.Send(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\n\r\n"));
        var answer = new List<byte>();
        var buffer = new byte[4096];
        // The head ends with an empty line, the body with its only end of line.
        while (answer.Count < 20 || answer[^1] != '\n' || answer[^2] == '\r')
        {
            var read = socket.Receive(buffer);
            if (read == 0) throw new BenchException("The HTTP sink has closed.");
            answer.AddRange(buffer.AsSpan(0, read));
        }

        var text = Encoding.ASCII.GetString([.. answer]);
        return text[(text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..].Trim();
    }

    public void Dispose() => _process.Dispose();
}
