using System.CommandLine;
using Carillon.Client;

namespace Carillon.Server.Commands;

/// <summary><c>carillon keys</c>.</summary>
internal static class KeysCommand
{
    private static readonly Argument<string> Name = new("name") { Description = "Who uses it." };
    private static readonly Option<string[]> Scope = new("--scope")
    {
        Description = "messages:write, messages:read, templates:write, providers:write or admin. May be given several times.",
        Required = true,
    };

    private static readonly Argument<string> Id = new("id") { Description = "key_…" };

    public static Command Make(Terminal terminal)
    {
        var command = new Command("keys", "API keys.");
        command.Add(CommandRunner.Connected(terminal, "list", "The keys, without the keys themselves.", [], async (session, cancellationToken) =>
        {
            await session.ShowAsync(
                session.Client.Keys.ListAsync(cancellationToken: cancellationToken), CarillonJson.Default.Key, ["key", "name", "scopes", "made", "revoked"],
                k => [k.Id, k.Name, string.Join(' ', k.Scopes), Terminal.At(k.CreatedAt), k.RevokedAt is { } at ? Terminal.At(at) : ""], cancellationToken);
            return ExitCode.Done;
        }));
        command.Add(CommandRunner.Connected(terminal, "create", "Makes a key; it is shown this once.", [Name, Scope], async (session, cancellationToken) =>
        {
            var key = await session.Client.Keys.CreateAsync(new KeyDraft { Name = session.Value(Name), Scopes = session.Value(Scope) ?? [] }, cancellationToken);
            session.Show(key, CarillonJson.Default.Key, made => session.Terminal.Line($"{made.Text}\nThis is {made.Id}, shown only now."));
            return ExitCode.Done;
        }));
        command.Add(CommandRunner.Connected(terminal, "revoke", "Revokes a key; it is refused within two seconds.", [Id], async (session, cancellationToken) =>
        {
            await session.Client.Keys.RevokeAsync(session.Value(Id), cancellationToken);
            if (!session.IsJson) session.Terminal.Line($"{session.Value(Id)} is revoked.");
            return ExitCode.Done;
        }));
        return command;
    }
}
