using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Carillon.Tests.Channels.Email;

/// <summary>Postfix's smtp-sink as a process of its own, which writes each mail into a file.</summary>
internal sealed class SmtpSink : IDisposable
{
    private static readonly string? Program =
        new[] { "/usr/sbin/smtp-sink", "/usr/lib/postfix/sbin/smtp-sink", "/usr/local/sbin/smtp-sink" }.FirstOrDefault(File.Exists);

    // A process with all rights must say under whose it wants to run; the directory is this user's.
    private static readonly string[] User = Environment.IsPrivilegedProcess ? ["-u", Environment.UserName] : [];

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("carillon-sink-");
    private readonly Process _process;

    private SmtpSink(int port, string[] arguments)
    {
        Port = port;
        _process = Process.Start(new ProcessStartInfo(
            Program!, [.. User, .. arguments, "-d", Path.Combine(_directory.FullName, "mail."), $"127.0.0.1:{port}", "100"])
        {
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
    }

    public int Port { get; }

    public static async Task<SmtpSink> StartAsync(CancellationToken cancellationToken, params string[] arguments)
    {
        Assert.SkipWhen(Program is null, "smtp-sink (of Postfix) is not installed.");
        // A port that was free a moment ago may be taken by now; then another one is.
        for (var attempt = 1; ; attempt++)
        {
            var sink = new SmtpSink(FreePort(), arguments);
            if (await sink.ListensAsync(cancellationToken)) return sink;
            sink.Dispose();
            Assert.True(attempt < 5, "smtp-sink does not start.");
        }
    }

    public IEnumerable<string> Mails() => _directory.GetFiles().Select(file => File.ReadAllText(file.FullName));

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _directory.Delete(recursive: true);
    }

    private static int FreePort()
    {
        var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        return port;
    }

    private async Task<bool> ListensAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, Port, cancellationToken);
                return true;
            }
            catch (SocketException)
            {
                // It does not listen yet, or never will.
                if (_process.HasExited) return false;
                await Task.Yield();
            }
        }
    }
}
