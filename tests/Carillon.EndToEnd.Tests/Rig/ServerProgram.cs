namespace Carillon.EndToEnd.Tests.Rig;

/// <summary>Where the built server lies: beside these tests, built in the same configuration.</summary>
internal static class ServerProgram
{
    public static readonly string Path = Find();

    private static string Find()
    {
        // …/tests/Carillon.EndToEnd.Tests/bin/<configuration>/<framework>/
        var output = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(System.IO.Path.DirectorySeparatorChar));
        var root = output;
        while (root is not null && !File.Exists(System.IO.Path.Combine(root.FullName, "Carillon.slnx"))) root = root.Parent;
        if (root is null) throw new InvalidOperationException("The tests do not lie within the repository.");
        var path = System.IO.Path.Combine(root.FullName, "src", "Carillon.Server", "bin", output.Parent!.Name, output.Name, "Carillon.Server.dll");
        return File.Exists(path) ? path : throw new InvalidOperationException($"The server is not built: there is no {path}.");
    }
}
