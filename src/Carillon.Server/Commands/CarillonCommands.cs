using System.CommandLine;
using System.CommandLine.Invocation;
using Carillon.Server.Api.Json;
using Carillon.Server.Configuration;

namespace Carillon.Server.Commands;

/// <summary>Every command that talks to a running server, a line each; <c>serve</c> and <c>demo</c> read their settings themselves.</summary>
internal static class CarillonCommands
{
    public static IReadOnlyList<Command> All(Terminal terminal) =>
    [
        SendCommand.Make(terminal),
        StatusCommand.Make(terminal),
        MessagesCommand.Make(terminal),
        RetryCommand.Make(terminal),
        CancelCommand.Make(terminal),
        BatchCommand.Make(terminal),
        RenderCommand.Make(terminal),
        TemplatesCommand.Make(terminal),
        ProvidersCommand.Make(terminal),
        KeysCommand.Make(terminal),
        EncryptionCommand.Make(terminal),
        QueueCommand.Make(terminal),
        AlertsCommand.Make(terminal),
        CountersCommand.Make(terminal),
        LoginCommand.Make(terminal),
        CompletionCommand.Make(terminal),
    ];

    /// <summary>Their names and what they do, for the help.</summary>
    public static IEnumerable<(string Name, string Description)> Names =>
        All(new Terminal(TextWriter.Null, TextWriter.Null, TextReader.Null, new Dictionary<string, string>(), "")).Select(c => (c.Name, c.Description ?? ""));

    public static RootCommand Root(Terminal terminal)
    {
        var root = new RootCommand("Carillon, a self-hosted communications server.");
        foreach (var command in All(terminal)) root.Add(command);
        // Only so that they are known: they never come here.
        root.Add(Server("serve", "Serves the HTTP API."));
        root.Add(Server("demo", "Serves, and shows a few hundred notifications on their way through simulated gateways."));
        root.Add(Connection.Url);
        root.Add(Connection.Key);
        root.Add(Connection.Json);
        return root;
    }

    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, Terminal terminal)
    {
        var parsed = Root(terminal).Parse(arguments);
        if (parsed.Action is ParseErrorAction)
        {
            var command = parsed.CommandResult.Command;
            if (command.Subcommands.Count > 0 && parsed.UnmatchedTokens is [var word, ..])
            {
                var nearest = Spelling.Nearest(word, command.Subcommands.Select(c => c.Name));
                await terminal.Errors.WriteLineAsync($"There is no command {Terminal.Printable(word)}{(nearest is null ? "." : $"; did you mean {nearest}?")}");
            }
            else
            {
                foreach (var error in parsed.Errors) await terminal.Errors.WriteLineAsync(Terminal.Printable(error.Message));
            }

            await terminal.Errors.WriteLineAsync(command is RootCommand ? "carillon --help lists the commands." : $"carillon {Path(parsed)} --help tells how it is used.");
            return ExitCode.WrongUse;
        }

        return await parsed.InvokeAsync(
            new InvocationConfiguration { Output = terminal.Output, Error = terminal.Errors, EnableDefaultExceptionHandler = false });
    }

    private static string Path(ParseResult parsed)
    {
        var names = new List<string>();
        for (var at = parsed.CommandResult; at is { Command: not RootCommand }; at = at.Parent as System.CommandLine.Parsing.CommandResult) names.Insert(0, at.Command.Name);
        return string.Join(' ', names);
    }

    private static Command Server(string name, string description)
    {
        var command = new Command(name, description);
        foreach (var setting in Settings.All) command.Add(new Option<string>(setting.Option) { Description = setting.Description.Replace("`", "", StringComparison.Ordinal) });
        return command;
    }
}
