namespace Carillon.EndToEnd.Tests.Rig;

/// <summary>A directory of its own for one test, gone at the end.</summary>
internal sealed class DataDirectory : IDisposable
{
    public DataDirectory() => Path = Directory.CreateTempSubdirectory("carillon-e2e-").FullName;

    public string Path { get; }

    public string Database => System.IO.Path.Combine(Path, "carillon.db");

    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (IOException)
        {
            // A process that was killed a moment ago may still hold a file; the system clears its temporary files.
        }
    }
}
