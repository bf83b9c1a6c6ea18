using System.Diagnostics.CodeAnalysis;

namespace Carillon.Jinja.Loading;

internal sealed class FileSystemLoader(string directory) : TemplateLoader
{
    private readonly string _root = Path.GetFullPath(directory);

    public override bool TryLoad(string name, [NotNullWhen(true)] out string? source)
    {
        source = null;
        var parts = name.Split('/').Where(part => part.Length > 0 && part != ".").ToArray();
        // Every part is a plain file name: nothing leads up, to another drive, or through a separator of the platform.
        if (parts.Length == 0 || parts.Any(part => part == ".." || part.AsSpan().IndexOfAny(['\\', ':', '\0']) >= 0)) return false;
        var path = Path.Combine([_root, .. parts]);
        if (!File.Exists(path)) return false;
        source = File.ReadAllText(path);
        return true;
    }
}
