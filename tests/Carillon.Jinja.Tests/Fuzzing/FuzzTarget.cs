using System.Text;

namespace Carillon.Jinja.Tests.Fuzzing;

/// <summary>
/// What a fuzzer calls with any bytes: a template and, behind the first zero byte, a JSON context. It returns, or it throws what is a finding:
/// anything but a <see cref="JinjaException"/>.
/// </summary>
internal static class FuzzTarget
{
    private static readonly JinjaEnvironment[] Environments =
    [
        new(Options(UndefinedKind.Default, autoescape: false)),
        new(Options(UndefinedKind.Strict, autoescape: true)),
        new(Options(UndefinedKind.Chainable, autoescape: true)),
    ];

    private static JinjaOptions Options(UndefinedKind undefined, bool autoescape) => new()
    {
        Undefined = undefined,
        Autoescape = autoescape,
        TrimBlocks = autoescape,
        LstripBlocks = autoescape,
        MaxSteps = 20_000,
        MaxOutputBytes = 1 << 20,
        Extensions = JinjaExtensions.Do | JinjaExtensions.LoopControls | JinjaExtensions.I18n,
        Loader = TemplateLoader.FromDictionary(new Dictionary<string, string>(StringComparer.Ordinal) { ["inc"] = "{{ x }}{% block a %}{{ self.a }}{% endblock %}", ["lib"] = "{% macro m(a) %}{{ a }}{{ caller }}{% endmacro %}" }),
    };

    public static void Run(ReadOnlySpan<byte> data)
    {
        var zero = data.IndexOf((byte)0);
        var source = Encoding.UTF8.GetString(zero < 0 ? data : data[..zero]);
        JinjaValue context;
        try
        {
            context = zero < 0 ? JinjaValue.None : JinjaValue.ParseJson(data[(zero + 1)..]);
            if (!context.IsDictionary) context = JinjaValue.None;
        }
        catch (FormatException)
        {
            context = JinjaValue.None;
        }
        foreach (var environment in Environments)
        {
            try
            {
                var template = environment.FromString(source);
                template.Analyze();
                template.Render(context);
            }
            catch (JinjaException)
            {
                // The template was refused or stopped, as it should be.
            }
        }
    }
}
