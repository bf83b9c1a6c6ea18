using System.CommandLine;
using System.Text;
using Carillon.Jinja;

namespace Carillon.Server.Commands;

/// <summary><c>carillon render</c>: a template in a file, rendered here as the server would.</summary>
internal static class RenderCommand
{
    private static readonly Argument<string> Template = new("file") { Description = "A file with a Jinja2 template; - reads the input." };
    private static readonly Option<string[]> Variables = RequestOptions.Variables();
    private static readonly Option<string?> Data = RequestOptions.Data();
    private static readonly Option<bool> Autoescape = new("--autoescape") { Description = "Escapes variables for HTML; by default so for files that end in .html, .htm or .xml." };

    public static Command Make(Terminal terminal) => CommandRunner.Local(
        terminal, "render", "Renders a Jinja2 template with data, without a server.", [Template, Variables, Data, Autoescape], async (arguments, cancellationToken) =>
    {
        var file = arguments.GetRequiredValue(Template);
        var data = arguments.GetValue(Data);
        if (file == "-" && data == "-") throw new UsageException("Only one of template and --data can be read from the input.");
        var variables = await RequestOptions.ReadVariablesAsync(arguments.GetValue(Variables), data, terminal, cancellationToken);
        var environment = new JinjaEnvironment(new JinjaOptions
        {
            Autoescape = arguments.GetValue(Autoescape) || Path.GetExtension(file) is ".html" or ".htm" or ".xml",
            Loader = new FileSystemLoader(file == "-" ? "." : Path.GetDirectoryName(Path.GetFullPath(file))!),
        });
        var template = environment.FromString(await RequestOptions.ReadTextAsync(file, terminal, cancellationToken), file == "-" ? null : Path.GetFileName(file));
        var rendered = template.Render(JinjaValue.ParseJson(Encoding.UTF8.GetBytes((variables ?? []).ToJsonString())), cancellationToken);
        // As it is, for a file or a pipe; a template of one's own may steer one's terminal.
        await terminal.Output.WriteAsync(rendered);
        return ExitCode.Done;
    });
}
