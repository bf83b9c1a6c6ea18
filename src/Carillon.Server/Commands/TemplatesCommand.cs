using System.CommandLine;
using Carillon.Client;

namespace Carillon.Server.Commands;

/// <summary><c>carillon templates</c>.</summary>
internal static class TemplatesCommand
{
    private static readonly Argument<string> Key = new("template") { Description = "Its id or key." };
    private static readonly Argument<int> Version = new("version") { Description = "Its number." };
    private static readonly Argument<int> Other = new("other") { Description = "The number of the version with which it is compared." };
    private static readonly Option<int?> Back = new("--to") { Description = "The version to go back to; the published one before by default.", HelpName = "version" };
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
        command.Add(CommandRunner.Connected(terminal, "draft", "Adds a draft of a next version from a file with syntax, variables and variants.", [Key, File], async (session, cancellationToken) =>
        {
            var content = await RequestFile.ReadAsync(session.Value(File), CarillonJson.Default.TemplateContent, session.Terminal, cancellationToken);
            var draft = await session.Client.Templates.CreateVersionAsync(session.Value(Key), content, cancellationToken);
            session.Show(draft, CarillonJson.Default.TemplateVersion, made => session.Terminal.Line(
                FormattableString.Invariant($"Version {made.Version} is a draft. Put it in use with: carillon templates publish {session.Value(Key)} {made.Version}")));
            return ExitCode.Done;
        }));
        command.Add(CommandRunner.Connected(terminal, "versions", "A template's versions, the newest first.", [Key], async (session, cancellationToken) =>
        {
            await session.ShowAsync(
                session.Client.Templates.ListVersionsAsync(session.Value(Key), cancellationToken: cancellationToken), CarillonJson.Default.TemplateVersion,
                ["version", "status", "made", "published"],
                v => [Terminal.Number(v.Version), v.Status, Terminal.At(v.CreatedAt), v.PublishedAt is { } at ? Terminal.At(at) : ""], cancellationToken);
            return ExitCode.Done;
        }));
        command.Add(CommandRunner.Connected(
            terminal, "publish", "Checks a draft and puts it in use.", [Key, Version],
            async (session, token) => Show(session, await session.Client.Templates.PublishAsync(session.Value(Key), session.Value(Version), cancellationToken: token))));
        command.Add(CommandRunner.Connected(
            terminal, "rollback", "Puts a version in use again that was published before.", [Key, Back],
            async (session, token) => Show(session, await session.Client.Templates.RollbackAsync(session.Value(Key), session.Value(Back), cancellationToken: token))));
        command.Add(CommandRunner.Connected(terminal, "diff", "How one version differs from another.", [Key, Version, Other], async (session, cancellationToken) =>
        {
            var diff = await session.Client.Templates.DiffAsync(session.Value(Key), session.Value(Version), session.Value(Other), cancellationToken);
            session.Show(diff, CarillonJson.Default.TemplateDiff, answer => session.Terminal.Line(answer.Unified.TrimEnd()));
            return ExitCode.Done;
        }));
        command.Add(CommandRunner.Connected(terminal, "delete", "Deletes a template; its key is free again.", [Key], async (session, cancellationToken) =>
        {
            await session.Client.Templates.DeleteAsync(session.Value(Key), cancellationToken: cancellationToken);
            if (!session.IsJson) session.Terminal.Line($"{session.Value(Key)} is deleted.");
            return ExitCode.Done;
        }));
        return command;
    }

    private static int Show(Session session, Template template)
    {
        session.Show(template, CarillonJson.Default.Template, t => Write(t, session.Terminal));
        return ExitCode.Done;
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
