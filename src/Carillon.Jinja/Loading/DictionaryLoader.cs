using System.Diagnostics.CodeAnalysis;

namespace Carillon.Jinja.Loading;

internal sealed class DictionaryLoader(IReadOnlyDictionary<string, string> templates) : TemplateLoader
{
    public override bool TryLoad(string name, [NotNullWhen(true)] out string? source) => templates.TryGetValue(name, out source);
}
