using System.Diagnostics.CodeAnalysis;

namespace Carillon.Jinja;

/// <summary>Where templates come from. A loader is asked by several renders at once and must be thread-safe.</summary>
public abstract class TemplateLoader
{
    /// <summary>Finds the source of a template. An environment keeps what it compiled: it asks once for each name.</summary>
    public abstract bool TryLoad(string name, [NotNullWhen(true)] out string? source);

    /// <summary>Templates in a dictionary, by name.</summary>
    public static TemplateLoader FromDictionary(IReadOnlyDictionary<string, string> templates) => new Loading.DictionaryLoader(templates);

    /// <summary>Templates in files below a directory. Names use <c>/</c>; those that would lead out of the directory are not found.</summary>
    public static TemplateLoader FromDirectory(string directory) => new Loading.FileSystemLoader(directory);

    /// <summary>The first of several loaders that knows a name.</summary>
    public static TemplateLoader FirstOf(params TemplateLoader[] loaders) => new Loading.ChoiceLoader(loaders);

    /// <summary>A function that gives the source of a name, or null.</summary>
    public static TemplateLoader FromFunction(Func<string, string?> load) => new Loading.FunctionLoader(load);
}
