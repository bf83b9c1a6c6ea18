namespace Carillon.Server;

internal enum Command
{
    Serve,
    Demo,
    Help,
    Version,
}

/// <summary>What the program was called for; the rest of the arguments are settings.</summary>
internal sealed record CommandLine(Command Command, IReadOnlyList<string> Settings)
{
    /// <summary>Null when the first word is no command.</summary>
    public static CommandLine? Parse(IReadOnlyList<string> arguments)
    {
        if (arguments.Any(a => a is "--help" or "-h" or "-?")) return new CommandLine(Command.Help, []);
        if (arguments.Contains("--version", StringComparer.Ordinal)) return new CommandLine(Command.Version, []);
        if (arguments.Count == 0 || arguments[0].StartsWith('-')) return new CommandLine(Command.Serve, arguments);
        Command? command = arguments[0] switch
        {
            "serve" => Command.Serve,
            "demo" => Command.Demo,
            "help" => Command.Help,
            "version" => Command.Version,
            _ => null,
        };
        return command is { } known ? new CommandLine(known, arguments.Skip(1).ToArray()) : null;
    }
}
