using System.Text;

namespace Carillon.Jinja.Tests.Conformance;

/// <summary>
/// Holds the library against the answers of the real Jinja2. <c>CARILLON_CONFORMANCE</c> names the folder of the corpora; without it they are
/// looked for in <c>../shared/conformance</c> beside the repository.
/// </summary>
public sealed class ConformanceTests
{
    [Fact]
    public void Every_case_of_the_corpus_holds()
    {
        var folder = Environment.GetEnvironmentVariable("CARILLON_CONFORMANCE") ?? FindFolder();
        var file = folder is null ? null : Path.Combine(folder, "jinja", "cases.jsonl");
        Assert.SkipWhen(file is null || !File.Exists(file), "no corpus: set CARILLON_CONFORMANCE to the folder that has jinja/cases.jsonl");
        var cases = File.ReadLines(file!).Where(line => line.Length > 0).Select(ConformanceCase.Parse).ToList();
        var failures = new List<string>();
        foreach (var one in cases)
        {
            string? difference;
            try
            {
                difference = one.Check();
            }
            catch (Exception error) when (error is not OutOfMemoryException)
            {
                difference = "threw " + error;
            }
            if (difference is not null) failures.Add($"{one.Id}: {difference}\n    {one.Source.GetProperty("templates").GetRawText()}");
        }
        var message = new StringBuilder($"{cases.Count - failures.Count} of {cases.Count} hold");
        TestContext.Current.SendDiagnosticMessage(message.ToString());
        foreach (var failure in failures.Take(30)) message.Append('\n').Append(failure);
        Assert.True(failures.Count == 0, message.ToString());
    }

    private static string? FindFolder()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "Carillon.slnx"))) return Path.Combine(directory.Parent!.FullName, "shared", "conformance");
        }
        return null;
    }
}
