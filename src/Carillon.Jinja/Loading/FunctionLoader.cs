using System.Diagnostics.CodeAnalysis;

namespace Carillon.Jinja.Loading;

internal sealed class FunctionLoader(Func<string, string?> load) : TemplateLoader
{
    public override bool TryLoad(string name, [NotNullWhen(true)] out string? source) => (source = load(name)) is not null;
}
