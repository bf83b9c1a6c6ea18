using System.Diagnostics;
using System.Text.RegularExpressions;
using Carillon.Messages;
using Carillon.Security;
using Carillon.Server.Tests.Http;

namespace Carillon.Server.Tests.Documentation;

/// <summary>
/// The commands of a page of the guide, run in order in one shell against a server of their own. What a page says of an output must be in it, line by line
/// in that order; … stands for anything.
/// </summary>
public sealed partial class TourTests : IDisposable
{
    private const string Separator = "@@@@";

    private readonly string _directory = Directory.CreateTempSubdirectory("carillon-tour-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public Task Every_command_of_the_tour_does_what_the_page_says() => RunPageAsync("tour.md", asInstallation: false);

    [Fact]
    public Task Every_command_of_the_guide_to_keys_and_secrets_does_what_the_page_says() => RunPageAsync("security.md", asInstallation: true);

    private async Task RunPageAsync(string page, bool asInstallation)
    {
        Assert.SkipUnless(File.Exists("/bin/bash"), "The page is for a shell: there is no bash here.");
        Assert.SkipUnless((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(p => File.Exists(Path.Combine(p, "curl"))), "There is no curl here.");
        var steps = Step().Matches(await File.ReadAllTextAsync(Path.Combine(Root(), "docs", page), TestContext.Current.CancellationToken));
        Assert.InRange(steps.Count, 6, 100);
        await using var server = await EngineHost.StartAsync();

        var key = asInstallation ? await server.AddKeyAsync(TenantId.Installation, Scopes.Admin) : server.Client.DefaultRequestHeaders.Authorization!.Parameter!;
        var (code, output) = await RunAsync(server, key, string.Join($"\necho '{Separator}'\n", steps.Select(s => s.Groups["commands"].Value)));

        var outputs = output.Split(Separator + "\n");
        for (var i = 0; i < steps.Count; i++)
        {
            if (i == outputs.Length) Assert.Fail($"The shell ended with {code} in this step:\n{steps[i - 1].Groups["commands"].Value}\n{outputs[i - 1]}");
            Compare(steps[i].Groups["commands"].Value, steps[i].Groups["expected"].Value, outputs[i]);
        }

        Assert.Equal(0, code);
    }

    private static void Compare(string commands, string expected, string output)
    {
        var lines = new Queue<string>(output.Split('\n'));
        foreach (var line in expected.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var pattern = string.Join(".*", line.Split('…').Select(p => Regex.Escape(p.Trim())));
            var found = false;
            // Lines between are what the page leaves out.
            while (!found && lines.TryDequeue(out var next)) found = Regex.IsMatch(next, pattern, RegexOptions.None, TimeSpan.FromSeconds(1));
            if (!found) Assert.Fail($"The page says of\n{commands}\nthat it prints\n{line}\nIt printed\n{output}");
        }
    }

    private async Task<(int Code, string Output)> RunAsync(EngineHost server, string key, string script)
    {
        var bin = Directory.CreateDirectory(Path.Combine(_directory, "bin")).FullName;
        var program = Path.Combine(bin, "carillon");
        await File.WriteAllTextAsync(program, $"#!/bin/sh\nexec dotnet '{Path.Combine(AppContext.BaseDirectory, "Carillon.Server.dll")}' \"$@\"\n", TestContext.Current.CancellationToken);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite);

        var start = new ProcessStartInfo("/bin/bash")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            WorkingDirectory = _directory,
        };
        start.Environment["PATH"] = $"{bin}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["HOME"] = _directory;
        start.Environment["CARILLON_URL"] = server.Client.BaseAddress!.AbsoluteUri.TrimEnd('/');
        start.Environment["CARILLON_KEY"] = key;
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add($"set -eu\nexec 2>&1 </dev/null\n{script}\n");
        using var shell = Process.Start(start)!;
        using var kill = TestContext.Current.CancellationToken.Register(shell.Kill);
        var output = await shell.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (shell.ExitCode, output);
    }

    private static string Root()
    {
        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "Carillon.slnx"))) root = Path.GetDirectoryName(root)!;
        return root;
    }

    [GeneratedRegex("```bash tour\n(?<commands>.*?)```\n```text\n(?<expected>.*?)```", RegexOptions.ExplicitCapture | RegexOptions.Singleline | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Step();
}
