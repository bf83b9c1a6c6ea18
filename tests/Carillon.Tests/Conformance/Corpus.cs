namespace Carillon.Tests.Conformance;

/// <summary>Where the conformance data lies: CARILLON_CONFORMANCE, or ../shared/conformance beside the repository.</summary>
internal static class Corpus
{
    public static string Find(string name)
    {
        var root = Environment.GetEnvironmentVariable("CARILLON_CONFORMANCE");
        if (string.IsNullOrEmpty(root))
        {
            var directory = AppContext.BaseDirectory;
            while (directory is not null && !File.Exists(Path.Combine(directory, "Carillon.slnx"))) directory = Path.GetDirectoryName(directory);
            root = Path.Combine(directory ?? "/", "..", "shared", "conformance");
        }

        var path = Path.GetFullPath(Path.Combine(root, name));
        Assert.SkipUnless(Path.Exists(path), $"The conformance data {path} is not here; set CARILLON_CONFORMANCE to its folder.");
        return path;
    }
}
