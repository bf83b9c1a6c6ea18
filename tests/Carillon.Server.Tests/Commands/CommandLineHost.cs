using Carillon.Messages;
using Carillon.Security;
using Carillon.Server.Commands;
using Carillon.Server.Tests.Http;

namespace Carillon.Server.Tests.Commands;

/// <summary>The command line beside a real server: what a user types, and what comes of it.</summary>
internal sealed class CommandLineHost : IAsyncDisposable
{
    private readonly EngineHost _server;
    private readonly Dictionary<string, string> _environment;

    private CommandLineHost(EngineHost server)
    {
        _server = server;
        _environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [Connection.UrlVariable] = server.Client.BaseAddress!.AbsoluteUri,
            [Connection.KeyVariable] = server.Client.DefaultRequestHeaders.Authorization!.Parameter!,
        };
        Directory = System.IO.Directory.CreateTempSubdirectory("carillon-cli-").FullName;
    }

    public CarillonEngine Engine => _server.Engine;

    /// <summary>For files of the test.</summary>
    public string Directory { get; }

    public IDictionary<string, string> Environment => _environment;

    public string ConfigurationFile => Path.Combine(Directory, "config", "cli.json");

    /// <summary>From here on a key of the installation.</summary>
    public async Task UseInstallationAsync() =>
        _environment[Connection.KeyVariable] = await _server.AddKeyAsync(Carillon.Messages.TenantId.Installation, Carillon.Security.Scopes.Admin);

    public static async Task<CommandLineHost> StartAsync() => new(await EngineHost.StartAsync());

    /// <summary>What follows is typed by an administrator of the installation.</summary>
    public async Task BecomeAdministratorAsync() => _environment[Connection.KeyVariable] = await _server.AddKeyAsync(TenantId.Installation, Scopes.Admin);

    public Task<CommandResult> RunAsync(params string[] arguments) => RunAsync("", arguments);

    public async Task<CommandResult> RunAsync(string input, string[] arguments)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        using var reader = new StringReader(input);
        var code = await CarillonCommands.RunAsync(arguments, new Terminal(output, errors, reader, _environment, ConfigurationFile));
        return new CommandResult(code, output.ToString(), errors.ToString());
    }

    public string Write(string name, string content)
    {
        var path = Path.Combine(Directory, name);
        File.WriteAllText(path, content);
        return path;
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        System.IO.Directory.Delete(Directory, recursive: true);
    }
}

internal sealed record CommandResult(int Code, string Output, string Errors)
{
    public IReadOnlyList<System.Text.Json.JsonElement> Lines =>
        [.. Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => System.Text.Json.JsonElement.Parse(l))];
}
