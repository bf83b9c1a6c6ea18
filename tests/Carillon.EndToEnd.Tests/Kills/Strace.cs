using System.Diagnostics;
using System.Globalization;
using Carillon.EndToEnd.Tests.Rig;

namespace Carillon.EndToEnd.Tests.Kills;

/// <summary>The system calls of a running process, as strace sees them; attached until it is disposed.</summary>
internal sealed class Strace : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _file;

    private Strace(Process process, string file) => (_process, _file) = (process, file);

    /// <param name="calls">As its <c>-e trace=</c> takes them.</param>
    public static async Task<Strace> AttachAsync(int processId, string calls, string file)
    {
        var start = new ProcessStartInfo("strace") { RedirectStandardError = true, UseShellExecute = false };
        // -y names the files behind descriptors; -s shows whole pages of the database, so that an address can be found in them.
        string[] arguments = ["-f", "-y", "-s", "8192", "-o", file, "-e", $"trace={calls}", "-p", processId.ToString(CultureInfo.InvariantCulture)];
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("strace is not installed.");
            throw;
        }

        // "strace: Process 123 attached with 20 threads", or why not.
        var first = await process.StandardError.ReadLineAsync(TestContext.Current.CancellationToken);
        if (first?.Contains("attached", StringComparison.Ordinal) != true)
        {
            process.Kill();
            process.Dispose();
            Assert.Skip($"Processes may not be traced here: {first}");
        }

        _ = process.StandardError.ReadToEndAsync(CancellationToken.None);
        return new Strace(process, file);
    }

    /// <summary>Lets the process go on alone. The calls, in their order: a line where a call began or ended, or both.</summary>
    public async Task<string[]> DetachAsync()
    {
        using (var interrupt = Process.Start("kill", ["-INT", _process.Id.ToString(CultureInfo.InvariantCulture)])!)
            await interrupt.WaitForExitAsync(TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(() => _process.HasExited, "strace to let go");
        return await File.ReadAllLinesAsync(_file, TestContext.Current.CancellationToken);
    }

    public ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
        return ValueTask.CompletedTask;
    }
}
