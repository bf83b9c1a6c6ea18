using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Carillon.Server.Commands;

/// <summary>Which server, with which key, and for whom the output is: options that every command has.</summary>
internal sealed class Connection
{
    public const string UrlVariable = "CARILLON_URL";
    public const string KeyVariable = "CARILLON_KEY";

    private const string DefaultUrl = "http://127.0.0.1:8018";

    public static readonly Option<string?> Url = new("--url")
    {
        Description = $"The server's address; else {UrlVariable}, else what login stored, else {DefaultUrl}.",
        HelpName = "address",
        Recursive = true,
    };

    public static readonly Option<string?> Key = new("--key")
    {
        Description = $"The API key; else {KeyVariable}, else what login stored. Others can see a command line: prefer the variable.",
        HelpName = "ck_…",
        Recursive = true,
    };

    public static readonly Option<bool> Json = new("--json") { Description = "Answers as JSON, one document a line.", Recursive = true };

    public static Session Open(ParseResult arguments, Terminal terminal)
    {
        var stored = Read(terminal.ConfigurationFile);
        var key = arguments.GetValue(Key) ?? Variable(terminal, KeyVariable) ?? stored.Key
            ?? throw new UsageException($"There is no API key. Give one by --key or {KeyVariable}, or store one with: carillon login. The first start of a server prints one; an administrator makes more with: carillon keys create.");
        return new Session(Address(arguments, terminal), key, terminal, arguments);
    }

    public static Uri Address(ParseResult arguments, Terminal terminal)
    {
        var text = arguments.GetValue(Url) ?? Variable(terminal, UrlVariable) ?? Read(terminal.ConfigurationFile).Url ?? DefaultUrl;
        return Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? url
            : throw new UsageException($"'{text}' is no address of a server: it must begin with http:// or https://, such as {DefaultUrl}.");
    }

    /// <summary>Stores address and key where only the user may read them.</summary>
    public static void Store(string path, string url, string key)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        // A file that is there already would keep its mode.
        File.Delete(path);
        using var file = new StreamWriter(path, options);
        file.WriteLine(new JsonObject { ["url"] = url, ["key"] = key }.ToJsonString());
    }

    /// <summary><c>carillon/cli.json</c> in the user's configuration directory (<c>~/.config</c> or <c>XDG_CONFIG_HOME</c>).</summary>
    public static string DefaultFile() =>
        Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData, Environment.SpecialFolderOption.DoNotVerify), "carillon", "cli.json");

    private static string? Variable(Terminal terminal, string name) => terminal.Environment.TryGetValue(name, out var value) && value.Length > 0 ? value : null;

    private static (string? Url, string? Key) Read(string path)
    {
        if (!File.Exists(path)) return default;
        try
        {
            var stored = JsonNode.Parse(File.ReadAllText(path)) as JsonObject;
            return ((string?)stored?["url"], (string?)stored?["key"]);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{path} cannot be read ({e.Message}). Make it anew with: carillon login");
        }
    }
}
