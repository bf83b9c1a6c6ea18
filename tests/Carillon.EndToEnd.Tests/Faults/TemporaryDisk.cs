using System.Diagnostics;
using System.Globalization;

namespace Carillon.EndToEnd.Tests.Faults;

/// <summary>A small disk of its own (tmpfs), which can be filled. The test is skipped where it cannot be mounted.</summary>
internal sealed class TemporaryDisk : IDisposable
{
    private TemporaryDisk(string path) => Path = path;

    public string Path { get; }

    private string Filler => System.IO.Path.Combine(Path, "filler");

    public static TemporaryDisk Mount(int megabytes)
    {
        var path = Directory.CreateTempSubdirectory("carillon-e2e-disk-").FullName;
        var size = string.Create(CultureInfo.InvariantCulture, $"size={megabytes}m,mode=0700");
        var (code, said) = Run("mount", "-t", "tmpfs", "-o", size, "carillon-e2e", path);
        if (code == 0) return new TemporaryDisk(path);
        Directory.Delete(path);
        Assert.Skip($"A small disk cannot be mounted here (it takes root): {said.Trim()}");
        throw new UnreachableException();
    }

    /// <summary>Not a byte more fits on it.</summary>
    public void Fill()
    {
        using var file = new FileStream(Filler, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        var block = new byte[64 << 10];
        for (var size = block.Length; size > 0;)
        {
            try
            {
                file.Write(block, 0, size);
            }
            catch (IOException)
            {
                size /= 2;
            }
        }
    }

    public void Free() => File.Delete(Filler);

    public void Dispose()
    {
        // Lazily: a process that was killed a moment ago may still hold a file of it.
        Run("umount", "-l", Path);
        Directory.Delete(Path);
    }

    private static (int Code, string Said) Run(string command, params string[] arguments)
    {
        var start = new ProcessStartInfo(command) { RedirectStandardError = true, UseShellExecute = false };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var said = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, said);
    }
}
