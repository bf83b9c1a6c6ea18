using System.CommandLine;
using Carillon.Client;

namespace Carillon.Server.Commands;

/// <summary><c>carillon templates</c>.</summary>
internal static class TemplatesCommand
{
    private static readonly Argument<string> Key = new("template") { Description = "Its id or key." };
    private static readonly Argument<string> File = new("file") { Description = "A JSON file with the template as the API takes it; - reads the input." };

    public static Command Make(Terminal terminal)
    {
        var command = new Command("templates", "Templates.");
        command.Add(CommandRunner.Connected(terminal, "list", "The templates, by key.", [], async (session, cancellationToken) =>
        {
            await session.ShowAsync(
                session.Client.Templates.ListAsync(cancellationToken: cancellationToken), CarillonJson.Default.Template, ["key", "name", "version", "channels", "changed"],
                t => [t.Key, t.Name, t.Version is { } version ? Terminal.Number(version) : "", string.Join(' ', t.Variants.Select(v => v.Channel).Distinct()), Terminal.At(t.UpdatedAt)],
                cancellationToken);
            return ExitCode.Done;
        }));
        command.Add(CommandRunner.Connected(terminal, "show", "A template.", [Key], async (session, cancellationToken) =>
        {
            session.Show(await session.Client.Templates.GetAsync(session.Value(Key), cancellationToken), CarillonJson.Default.Template, t => Write(t, session.Terminal));
            return ExitCode.Done;
        }));
        command.Add(CommandRunner.Connected(terminal, "create", "Makes a template and publishes it.", [File], async (session, cancellationToken) =>
        {
            var draft = await RequestFile.ReadAsync(session.Value(File), CarillonJson.Default.TemplateDraft, session.Terminal, cancellationToken);
            session.Show(await session.Client.Templates.CreateAsync(draft, cancellationToken), CarillonJson.Default.Template, t => Write(t, session.Terminal));
            return ExitCode.Done;
        }));
        return command;
    }

    private static void Write(Template template, Terminal terminal)
    {
        terminal.Line($"{template.Key} ({template.Id}): {template.Name}{(template.Version is { } version ? $", version {version}" : ", not published")}{(template.IsActive ? "" : ", not active")}");
        if (template.Variables.Count > 0)
            terminal.Line($"  variables: {string.Join(", ", template.Variables.Select(v => v.Name + (v.Required == true ? "" : "?") + (v.Secret == true ? " (secret)" : "")))}");
        foreach (var variant in template.Variants)
        {
            terminal.Line($"  {variant.Channel}{(variant.Locale is null ? "" : " " + variant.Locale)}{(variant.Subject is null ? "" : ": " + variant.Subject)}");
            if ((variant.Text ?? variant.Html) is { } text) terminal.Line("  | " + text.TrimEnd().ReplaceLineEndings("\n").Replace("\n", "\n  | ", StringComparison.Ordinal));
        }
    }
}
