using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using Carillon.Client;
using Carillon.Jinja;

namespace Carillon.Server.Commands;

/// <summary><c>carillon render</c>: a template in a file, rendered here as the server would, or one that the server has.</summary>
internal static class RenderCommand
{
    private static readonly Argument<string?> Template = new("file") { Description = "A file with a Jinja2 template; - reads the input.", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Option<string?> Stored = new("--template", "-t") { Description = "In place of a file: a template of the server, by id or key.", HelpName = "key" };
    private static readonly Option<int?> Version = new("--version-number") { Description = "Of a stored template: the version; else the one in use.", HelpName = "number" };
    private static readonly Option<string?> Channel = new("--channel") { Description = "Of a stored template: only this channel." };
    private static readonly Option<string?> Locale = new("--locale") { Description = "Of a stored template: what a recipient of this locale gets." };
    private static readonly Option<string[]> Variables = RequestOptions.Variables();
    private static readonly Option<string?> Data = RequestOptions.Data();
    private static readonly Option<bool> Autoescape = new("--autoescape") { Description = "Of a file: escapes variables for HTML; by default so for files that end in .html, .htm or .xml." };

    public static Command Make(Terminal terminal) => CommandRunner.Local(
        terminal, "render", "Renders a Jinja2 template with data: a file without a server, or a stored template.",
        [Template, Stored, Version, Channel, Locale, Variables, Data, Autoescape], async (arguments, cancellationToken) =>
    {
        var (file, stored, data) = (arguments.GetValue(Template), arguments.GetValue(Stored), arguments.GetValue(Data));
        if (file is null == stored is null) throw new UsageException("Give either a file or --template with the key of a stored template.");
        if (file == "-" && data == "-") throw new UsageException("Only one of template and --data can be read from the input.");
        var variables = await RequestOptions.ReadVariablesAsync(arguments.GetValue(Variables), data, terminal, cancellationToken);
        if (file is not null) return await FileAsync(file, variables, arguments.GetValue(Autoescape), terminal, cancellationToken);
        using var session = Connection.Open(arguments, terminal);
        return await StoredAsync(session, stored!, variables, cancellationToken);
    });

    private static async Task<int> FileAsync(string file, JsonObject? variables, bool autoescape, Terminal terminal, CancellationToken cancellationToken)
    {
        var environment = new JinjaEnvironment(new JinjaOptions
        {
            Autoescape = autoescape || Path.GetExtension(file) is ".html" or ".htm" or ".xml",
            Loader = TemplateLoader.FromDirectory(file == "-" ? "." : Path.GetDirectoryName(Path.GetFullPath(file))!),
        });
        var template = environment.FromString(await RequestOptions.ReadTextAsync(file, terminal, cancellationToken), file == "-" ? null : Path.GetFileName(file));
        // As it is, for a file or a pipe; a template of one's own may steer one's terminal.
        await terminal.Output.WriteAsync(template.Render(JinjaValue.ParseJson(Encoding.UTF8.GetBytes((variables ?? []).ToJsonString())), cancellationToken));
        return ExitCode.Done;
    }

    private static async Task<int> StoredAsync(Session session, string key, JsonObject? variables, CancellationToken cancellationToken)
    {
        var request = new TemplateTestRequest
        {
            Version = session.Value(Version),
            Variables = variables,
            Channel = session.Value(Channel),
            Locale = session.Value(Locale),
        };
        var test = await session.Client.Templates.TestAsync(key, request, cancellationToken);
        session.Show(test, CarillonJson.Default.TemplateTest, answer =>
        {
            foreach (var variant in answer.Variants) Write(variant, session.Terminal);
        });
        return test.Variants.All(v => v.Errors.Count == 0) ? ExitCode.Done : ExitCode.Failed;
    }

    private static void Write(RenderedVariant variant, Terminal terminal)
    {
        terminal.Line($"{variant.Channel}{(variant.Locale is null ? "" : " " + variant.Locale)}{(variant.Subject is null ? "" : ": " + variant.Subject)}");
        if ((variant.Text ?? variant.Html) is { } text) terminal.Line(text.TrimEnd());
        foreach (var error in variant.Errors)
            terminal.Line(FormattableString.Invariant($"  {error.Part}, line {error.Line}, column {error.Column}: {error.Message}{(error.SourceLine is null ? "" : $"\n    {error.SourceLine}")}"));
    }
}
