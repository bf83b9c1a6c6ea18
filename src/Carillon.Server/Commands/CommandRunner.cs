using System.CommandLine;
using Carillon.Client;
using Carillon.Jinja;

namespace Carillon.Server.Commands;

/// <summary>Runs what a command does, and turns what goes wrong into a line with the remedy and an exit code.</summary>
internal static class CommandRunner
{
    /// <summary>A command that talks to a server.</summary>
    public static Command Connected(
        Terminal terminal, string name, string description, IEnumerable<Symbol> symbols, Func<Session, CancellationToken, Task<int>> run)
    {
        return Local(terminal, name, description, symbols, async (arguments, cancellationToken) =>
        {
            using var session = Connection.Open(arguments, terminal);
            return await run(session, cancellationToken);
        });
    }

    /// <summary>A command that does not, or not always.</summary>
    public static Command Local(
        Terminal terminal, string name, string description, IEnumerable<Symbol> symbols, Func<ParseResult, CancellationToken, Task<int>> run)
    {
        var command = new Command(name, description);
        foreach (var symbol in symbols)
        {
            if (symbol is Option option) command.Add(option);
            else if (symbol is Argument argument) command.Add(argument);
        }

        command.SetAction(async (arguments, cancellationToken) =>
        {
            try
            {
                return await run(arguments, cancellationToken);
            }
            catch (Exception e) when (Explain(e, arguments, terminal, cancellationToken) is { } code)
            {
                return code;
            }
        });
        return command;
    }

    /// <summary>Null for what is a defect.</summary>
    private static int? Explain(Exception e, ParseResult arguments, Terminal terminal, CancellationToken cancellationToken)
    {
        switch (e)
        {
            case OperationCanceledException when cancellationToken.IsCancellationRequested:
                return ExitCode.Interrupted;
            case CarillonApiException refusal:
                Tell(refusal, arguments.GetValue(Connection.Json), terminal);
                return ExitCode.Failed;
            case HttpRequestException or TimeoutException:
                terminal.Errors.WriteLine(
                    $"{Connection.Address(arguments, terminal)} cannot be reached: {e.Message} Is the server running? carillon serve starts one; --url or {Connection.UrlVariable} names another.");
                return ExitCode.Unreachable;
            case UsageException or InvalidDataException or IOException or UnauthorizedAccessException:
                terminal.Errors.WriteLine(Terminal.Printable(e.Message));
                return ExitCode.WrongUse;
            case JinjaException:
                terminal.Errors.WriteLine(Terminal.Printable(e.Message));
                return ExitCode.Failed;
            default:
                return null;
        }
    }

    private static void Tell(CarillonApiException refusal, bool isJson, Terminal terminal)
    {
        if (isJson)
        {
            Session.WriteJson(terminal.Errors, refusal.Problem, CarillonJson.Default.ApiProblem);
            return;
        }

        terminal.Errors.WriteLine(Terminal.Printable(refusal.Problem.Detail is { } detail ? $"{refusal.Problem.Title} {detail}" : refusal.Problem.Title));
        foreach (var fault in refusal.Errors) terminal.Errors.WriteLine(Terminal.Printable($"  {(fault.Field.Length == 0 ? "" : fault.Field + ": ")}{fault.Message}"));
        if (refusal.Type == "/problems/unauthorized") terminal.Errors.WriteLine($"Give the server's key by --key or {Connection.KeyVariable}, or store it with: carillon login");
        else if (refusal.RetryAfter is { } wait) terminal.Errors.WriteLine(FormattableString.Invariant($"Try again in {Math.Ceiling(wait.TotalSeconds)} seconds."));
    }
}
