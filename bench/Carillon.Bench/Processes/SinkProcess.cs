using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Carillon.Bench.Processes;

/// <summary>Postfix's smtp-sink: takes mail, throws it away, and counts.</summary>
internal sealed class SinkProcess : IMessageSink
{
    private const string Program = "/usr/sbin/smtp-sink";

    private readonly ChildProcess _process;

    private SinkProcess(ChildProcess process, int port)
    {
        _process = process;
        Port = port;
    }

    public int Port { get; }

    public ProcessUsage Usage => ProcessUsage.Of(_process.Id);

    /// <param name="delaySeconds">It waits so long before it answers the end of a message.</param>
    public static async Task<SinkProcess> StartAsync(string directory, int port, int delaySeconds = 0)
    {
        if (!File.Exists(Program))
            throw new BenchException($"{Program} is not installed: it comes with Debian's package postfix (apt-get install --no-install-recommends postfix).");

        // As root it insists on another user.
        string[] user = Environment.IsPrivilegedProcess ? ["-u", "postfix"] : [];
        string[] delay = delaySeconds == 0 ? [] : ["-w", delaySeconds.ToString(CultureInfo.InvariantCulture)];
        var process = ChildProcess.Start(
            Path.Combine(directory, $"sink-{port}-{Path.GetRandomFileName()}.log"), [Program, .. user, .. delay, "-c", $"127.0.0.1:{port}", "1000"]);
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync("127.0.0.1", port);
                return new SinkProcess(process, port);
            }
            catch (SocketException) when (attempt < 200 && !process.HasEnded)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
            }
            catch (SocketException)
            {
                var output = process.Output();
                process.Dispose();
                throw new BenchException($"smtp-sink does not start: {output}");
            }
        }
    }

    /// <summary>Messages taken so far, from the end of what it prints: <c>sess=16 quit=0 mesg=1234\r</c>.</summary>
    public long Count()
    {
        if (!File.Exists(_process.OutputPath)) return 0;
        using var stream = new FileStream(_process.OutputPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        stream.Seek(-Math.Min(stream.Length, 256), SeekOrigin.End);
        Span<byte> tail = stackalloc byte[256];
        tail = tail[..stream.Read(tail)];
        var end = tail.LastIndexOfAny((byte)'\r', (byte)'\n');
        if (end < 0) return 0;
        var at = tail[..end].LastIndexOf("mesg="u8);
        return at < 0 ? 0 : long.Parse(Encoding.ASCII.GetString(tail[(at + 5)..end]).Trim(), CultureInfo.InvariantCulture);
    }

    public void Dispose() => _process.Dispose();
}
