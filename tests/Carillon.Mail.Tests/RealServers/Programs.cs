using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Carillon.Mail.Tests.RealServers;

/// <summary>Starting programs and waiting for what they do, without sleeping.</summary>
internal static class Programs
{
    public static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    public static Process Start(string program, params string[] arguments)
    {
        var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
        _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
        _ = process.StandardError.BaseStream.CopyToAsync(Stream.Null);
        return process;
    }

    /// <summary>Until the port answers with a greeting, or the program has ended.</summary>
    public static async Task WaitForGreetingAsync(int port, Process process, CancellationToken cancellationToken)
    {
        while (!process.HasExited)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
                if (await client.GetStream().ReadAsync(new byte[100], cancellationToken) > 0) return;
            }
            catch (SocketException)
            {
                await Task.Yield();
            }
        }

        throw new InvalidOperationException($"The server has ended with {process.ExitCode}.");
    }

    /// <summary>The first file that comes into the folder or is there already.</summary>
    public static async Task<string> FirstFileAsync(string folder, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        var found = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var watcher = new FileSystemWatcher(folder);
        watcher.Created += (_, e) => found.TrySetResult(e.FullPath);
        watcher.Renamed += (_, e) => found.TrySetResult(e.FullPath);
        watcher.EnableRaisingEvents = true;
        if (Directory.EnumerateFiles(folder).FirstOrDefault() is { } there) return there;
        return await found.Task.WaitAsync(cancellationToken);
    }
}
