using System.Diagnostics;

namespace Carillon.Server.Tests.Commands;

/// <summary>The program as a .NET tool: packed as it was built with these tests, installed from that package alone, and run.</summary>
public sealed class ToolTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("carillon-tool-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task It_is_installed_as_a_tool_and_serves()
    {
        var configuration = Path.Combine(_directory, "nuget.config");
        await File.WriteAllTextAsync(
            configuration, $"""<configuration><packageSources><clear /><add key="here" value="{_directory}" /></packageSources></configuration>""", TestContext.Current.CancellationToken);
        // …/tests/Carillon.Server.Tests/bin/<configuration>/<framework>/
        var build = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar)).Parent!;
        var project = Path.Combine(build.Parent!.Parent!.Parent!.Parent!.FullName, "src", "Carillon.Server");
        await RunAsync("dotnet", "pack", project, "-c", build.Name, "--no-build", "-o", _directory, "--nologo", "-v", "q");
        await RunAsync("dotnet", "tool", "install", "Carillon.Server", "--tool-path", Path.Combine(_directory, "tool"), "--configfile", configuration);
        var carillon = Path.Combine(_directory, "tool", OperatingSystem.IsWindows() ? "carillon.exe" : "carillon");

        Assert.Equal(Carillon.Server.Api.HealthApi.Version, (await RunAsync(carillon, "--version")).Trim());

        // An address where nobody can listen: it comes so far only with its store open, that is, with the native library of this machine.
        var (code, output) = await StartAsync(carillon, "serve", "--host", "192.0.2.1", "--data", Path.Combine(_directory, "data"));
        Assert.True(code == 1, output);
        Assert.Contains("192.0.2.1 is no address of this machine", output, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(_directory, "data", "carillon.db")));
    }

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        var (code, output) = await StartAsync(program, arguments);
        Assert.True(code == 0, $"{program} {string.Join(' ', arguments)} ended with {code}:\n{output}");
        return output;
    }

    private static async Task<(int Code, string Output)> StartAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        // What these tests run under must not decide for the programs that they start.
        start.Environment.Remove("MSBUILD_EXE_PATH");
        start.Environment.Remove("MSBuildSDKsPath");
        using var process = Process.Start(start)!;
        using var kill = TestContext.Current.CancellationToken.Register(process.Kill);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output + await errors);
    }
}
