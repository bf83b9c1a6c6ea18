using Carillon.Jinja;

namespace Carillon.Templates;

/// <summary>How the parts of one kind are compiled: as plain text, or as HTML, in which variables are escaped.</summary>
/// <param name="MaxBytes">What one rendered part may have, whatever its syntax.</param>
internal sealed record ContentEnvironment(JinjaEnvironment Jinja, int MaxBytes, bool IsHtml)
{
    /// <summary>Makes an environment that is alike, with a loader.</summary>
    public Func<TemplateLoader, JinjaEnvironment>? WithLoader { get; init; }

    public JinjaEnvironment Including(Func<string, string?> includes) => WithLoader is null ? Jinja : WithLoader(TemplateLoader.FromFunction(includes));

    public static ContentEnvironment Of(CarillonOptions options, TimeProvider time, bool isHtml)
    {
        return new ContentEnvironment(Make(null), options.MaxRenderedBytes, isHtml) { WithLoader = Make };

        JinjaEnvironment Make(TemplateLoader? loader) => new(new JinjaOptions
        {
            Autoescape = isHtml,
            MaxDuration = options.RenderTimeout,
            MaxOutputBytes = options.MaxRenderedBytes,
            TimeProvider = time,
            Loader = loader,
        });
    }
}
