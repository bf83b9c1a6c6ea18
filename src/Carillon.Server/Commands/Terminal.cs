using System.Globalization;
using Carillon.Server.Api;
using Spectre.Console;

namespace Carillon.Server.Commands;

/// <summary>
/// Where a command reads and writes. What was asked for goes to the output, all else (errors, progress) beside it, so that a pipe carries only
/// the former.
/// </summary>
internal sealed class Terminal
{
    /// <summary>Where nobody looks at it, a line is as long as it is.</summary>
    private const int UnboundedWidth = 1000;

    public Terminal(TextWriter output, TextWriter errors, TextReader input, IReadOnlyDictionary<string, string> environment, string configurationFile)
    {
        (Output, Errors, Input, Environment, ConfigurationFile) = (output, errors, input, environment, configurationFile);
        Console = Make(output);
        Beside = Make(errors);
    }

    public TextWriter Output { get; }

    public TextWriter Errors { get; }

    public TextReader Input { get; }

    public IReadOnlyDictionary<string, string> Environment { get; }

    /// <summary>Where <c>carillon login</c> keeps address and key.</summary>
    public string ConfigurationFile { get; }

    /// <summary>For tables on the output.</summary>
    public IAnsiConsole Console { get; }

    /// <summary>For progress, beside the output.</summary>
    public IAnsiConsole Beside { get; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>A table of text: no cell is read as markup.</summary>
    public void Table(IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string?>> rows)
    {
        var table = new Table { Border = Console.Profile.Out.IsTerminal ? TableBorder.Rounded : TableBorder.None };
        foreach (var column in columns) table.AddColumn(new TableColumn(new Text(column, new Style(decoration: Decoration.Bold))) { NoWrap = true });
        foreach (var row in rows) table.AddRow(row.Select(cell => new Text(Printable(cell ?? ""))));
        Console.Write(table);
    }

    public void Line(string text) => Output.WriteLine(Printable(text));

    public static string At(DateTimeOffset time) => Words.At(time);

    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>What others wrote must not steer a terminal.</summary>
    public static string Printable(string text) =>
        text.Any(c => char.IsControl(c) && c is not ('\n' or '\t')) ? string.Concat(text.Select(c => char.IsControl(c) && c is not ('\n' or '\t') ? '\uFFFD' : c)) : text;

    private static IAnsiConsole Make(TextWriter writer)
    {
        var output = new AnsiConsoleOutput(writer);
        // Colours and cursors are for eyes alone; a line that a program reads is as long as it is.
        if (output.IsTerminal) return AnsiConsole.Create(new AnsiConsoleSettings { Out = output });
        var plain = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = output,
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
        });
        plain.Profile.Width = UnboundedWidth;
        return plain;
    }
}
