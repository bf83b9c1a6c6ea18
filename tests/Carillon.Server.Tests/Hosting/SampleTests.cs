using System.Diagnostics;

namespace Carillon.Server.Tests.Hosting;

public sealed class SampleTests : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("carillon-").FullName;

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Fact]
    public async Task The_embedded_worker_sends_its_invoice_and_ends()
    {
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Program());
        start.ArgumentList.Add("--data");
        start.ArgumentList.Add(_data);
        using var worker = Process.Start(start)!;
        using var kill = TestContext.Current.CancellationToken.Register(worker.Kill);

        var errors = worker.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await worker.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await worker.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.True(worker.ExitCode == 0, output + await errors);
        Assert.Contains("ana@example.net: sent", output, StringComparison.Ordinal);
    }

    /// <summary>The sample as it was built with these tests, in the same configuration.</summary>
    private static string Program()
    {
        // …/tests/Carillon.Server.Tests/bin/<configuration>/<framework>/
        var output = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var root = output.Parent!.Parent!.Parent!.Parent!.Parent!.FullName;
        return Path.Combine(root, "samples", "EmbeddedWorker", "bin", output.Parent!.Name, output.Name, "EmbeddedWorker.dll");
    }
}
