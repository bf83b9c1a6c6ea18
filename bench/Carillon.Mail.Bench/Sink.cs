using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Carillon.Mail.Bench;

/// <summary>Postfix's smtp-sink, which takes mail and throws it away.</summary>
internal sealed class Sink : IDisposable
{
    private readonly Process _process;

    private Sink(Process process, int port)
    {
        _process = process;
        Port = port;
    }

    public int Port { get; }

    /// <summary>It does not run as root.</summary>
    private static string[] User => Environment.IsPrivilegedProcess ? ["-u", "postfix"] : [];

    public static Sink Start()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        int port = ((IPEndPoint)probe.LocalEndpoint).Port;
        probe.Stop();
        var process = Process.Start(new ProcessStartInfo("/usr/sbin/smtp-sink", [.. User, "-c", $"127.0.0.1:{port}", "1000"])
        {
            RedirectStandardOutput = true, // its running count
            UseShellExecute = false,
        })!;
        _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                using var client = new TcpClient("127.0.0.1", port);
                return new Sink(process, port);
            }
            catch (SocketException) when (attempt < 100)
            {
                Thread.Yield();
                process.WaitForExit(20);
            }
        }
    }

    public void Dispose()
    {
        _process.Kill();
        _process.Dispose();
    }
}
