namespace Carillon.Server;

internal enum ProgramCommand
{
    Serve,
    Demo,
    Help,
    Version,
}

/// <summary>Whether the program was called to serve; the rest of the arguments are settings.</summary>
internal sealed record CommandLine(ProgramCommand Command, IReadOnlyList<string> Settings)
{
    /// <summary>Null when it was called for something else, or for what is not there.</summary>
    public static CommandLine? Parse(IReadOnlyList<string> arguments)
    {
        var first = arguments.Count == 0 ? "serve" : arguments[0];
        var isOption = first.StartsWith('-');
        if (!isOption && first is not ("serve" or "demo" or "help" or "version")) return null;
        if (first == "help" || arguments.Any(a => a is "--help" or "-h" or "-?")) return new CommandLine(ProgramCommand.Help, []);
        if (first == "version" || arguments.Contains("--version", StringComparer.Ordinal)) return new CommandLine(ProgramCommand.Version, []);
        var settings = isOption ? arguments : arguments.Skip(1).ToArray();
        return new CommandLine(first == "demo" ? ProgramCommand.Demo : ProgramCommand.Serve, settings);
    }
}
