namespace Carillon.Server.Commands;

/// <summary>How the program ends. docs/cli.md tells scripts; the numbers never change.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>The server refused, or what was to be done failed.</summary>
    public const int Failed = 1;

    /// <summary>The command line, a file or a setting is wrong; nothing was done.</summary>
    public const int WrongUse = 2;

    /// <summary>The server cannot be reached, or did not answer.</summary>
    public const int Unreachable = 3;

    /// <summary>Of many, some were refused or failed.</summary>
    public const int Partly = 4;

    public const int Interrupted = 130;
}

/// <summary>What was typed, or stands in a file, is wrong; the message says what to do.</summary>
internal sealed class UsageException(string message) : Exception(message);
