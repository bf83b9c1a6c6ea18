using System.Globalization;
using System.Text;

namespace Carillon.Server.Configuration;

/// <summary>The table of settings for people: on the console and in docs/configuration.md.</summary>
internal static class ConfigurationHelp
{
    public static string Text()
    {
        var text = new StringBuilder();
        text.Append("""
            Carillon, a self-hosted communications server.

              carillon [serve] [options]   serves the HTTP API (the default)
              carillon demo [options]      serves, sends a few hundred notifications through simulated gateways and shows what became of them
              carillon --help              this text
              carillon --version           the version

            Of a running server (carillon <command> --help tells more):


            """);
        foreach (var command in Commands.CarillonCommands.Names) text.Append("  carillon ").Append(command.Name.PadRight(20)).AppendLine(command.Description);
        text.Append("""

            Options of serve and demo. Each may also be set as a variable (CARILLON_PORT for --port) and in the file carillon.json ("port": 8018).
            The command line goes before the environment, the environment before the file.


            """);
        foreach (var setting in Settings.All)
        {
            text.Append("  ").AppendLine(setting.Option + " <value>");
            text.Append("      ").AppendLine(setting.Description.Replace("`", "", StringComparison.Ordinal));
            text.Append("      ").Append(Capital(setting.Expected.Replace("`", "", StringComparison.Ordinal))).Append("; default: ")
                .Append(setting.Default.Replace("`", "", StringComparison.Ordinal)).Append('.');
            if (setting.OtherVariable is not null) text.Append(" Also read from ").Append(setting.OtherVariable).Append('.');
            text.AppendLine();
        }

        return text.ToString();
    }

    /// <summary>The table of docs/configuration.md.</summary>
    public static string Markdown()
    {
        var text = new StringBuilder("| setting | variable | option | default | what it may be | what it does |\n|---|---|---|---|---|---|\n");
        foreach (var setting in Settings.All)
        {
            var variables = setting.OtherVariable is null ? $"`{setting.Variable}`" : $"`{setting.Variable}`, `{setting.OtherVariable}`";
            text.Append(CultureInfo.InvariantCulture, $"| `{setting.Name}` | {variables} | `{setting.Option}` | {setting.Default} | {setting.Expected} | {setting.Description} |\n");
        }

        return text.ToString();
    }

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
