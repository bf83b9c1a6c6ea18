using System.Diagnostics.CodeAnalysis;

namespace Carillon.Jinja.Loading;

internal sealed class ChoiceLoader(TemplateLoader[] loaders) : TemplateLoader
{
    public override bool TryLoad(string name, [NotNullWhen(true)] out string? source)
    {
        foreach (var loader in loaders)
        {
            if (loader.TryLoad(name, out source)) return true;
        }
        source = null;
        return false;
    }
}
