using System.Text.Json;
using Carillon.Server.Api.Json;

namespace Carillon.Server.Configuration;

/// <summary>The configuration as it was found.</summary>
/// <param name="Options">Complete only when there are no faults.</param>
/// <param name="Faults">Every wrong value, a line each: where it stands, what it is, what is expected.</param>
/// <param name="Warnings">What is suspicious but harmless, a line each.</param>
internal sealed record ReadConfiguration(ServerOptions Options, IReadOnlyList<string> Faults, IReadOnlyList<string> Warnings);

/// <summary>
/// Puts the options together from, lowest to highest: the defaults, the configuration file, the environment, the command line.
/// </summary>
internal sealed class ConfigurationReader
{
    public const string FileName = "carillon.json";

    private readonly Dictionary<Setting, (string Value, string Source)> _values = [];
    private readonly List<string> _faults = [];
    private readonly List<string> _warnings = [];
    private readonly GivenProviderReader _providers = new();

    /// <param name="arguments">The command line without the command.</param>
    /// <param name="dataDirectory">The data directory when nothing else says where it is.</param>
    /// <param name="readFile">The text of a file, or null when there is none.</param>
    public static ReadConfiguration Read(
        IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment, string dataDirectory, Func<string, string?> readFile)
    {
        var reader = new ConfigurationReader();
        var fromArguments = reader.ReadArguments(arguments);
        var fromEnvironment = reader.ReadEnvironment(environment);

        // The file is found by what stands above it.
        string? Find(Setting setting) =>
            fromArguments.TryGetValue(setting, out var argument) ? argument.Value
            : fromEnvironment.TryGetValue(setting, out var variable) ? variable.Value : null;
        var data = Find(Settings.Data) ?? dataDirectory;
        reader.ReadFile(Find(Settings.Config), data, readFile);

        foreach (var (setting, value) in fromEnvironment) reader._values[setting] = value;
        foreach (var (setting, value) in fromArguments) reader._values[setting] = value;
        var providers = reader._providers.Finish(environment, reader._warnings.Add);
        var telemetry = environment.Where(v => v.Key.StartsWith("OTEL_", StringComparison.Ordinal)).ToDictionary(StringComparer.Ordinal);
        reader._warnings.AddRange(Telemetry.OtlpExport.Faults(telemetry));
        var options = new ServerOptions { Data = data, Providers = providers };
        if (telemetry.Count > 0) options = options with { Telemetry = telemetry };
        return new ReadConfiguration(reader.Apply(options), reader._faults, reader._warnings);
    }

    private ServerOptions Apply(ServerOptions options)
    {
        foreach (var setting in Settings.All)
        {
            if (!_values.TryGetValue(setting, out var found)) continue;
            if (setting.Apply(found.Value.Trim(), options) is { } applied)
            {
                options = applied;
                continue;
            }

            var shown = setting.IsSecret ? "is not shown here" : found.Value.Length == 0 ? "is empty" : $"is '{Printable(found.Value)}'";
            // Orchestrators set a variable of this name for a service called carillon.
            var hint = setting.Name == "port" && found.Value.StartsWith("tcp://", StringComparison.Ordinal) ? " (set by Kubernetes for a service called carillon: use enableServiceLinks: false)" : "";
            _faults.Add($"{found.Source}: the value {shown}; expected: {setting.Expected}{hint}.");
        }

        if (options.Retry.BaseDelay > options.Retry.MaxDelay) _faults.Add("retry_base_delay is longer than retry_max_delay: give a shorter one, or a longer retry_max_delay.");
        return options;
    }

    private Dictionary<Setting, (string Value, string Source)> ReadArguments(IReadOnlyList<string> arguments)
    {
        var values = new Dictionary<Setting, (string, string)>();
        for (var i = 0; i < arguments.Count; i++)
        {
            var argument = arguments[i];
            var equals = argument.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? argument : argument[..equals];
            var setting = Settings.All.FirstOrDefault(s => s.Option == name);
            if (setting is null)
            {
                var nearest = Spelling.Nearest(name.TrimStart('-'), Settings.All.Select(s => s.Option[2..]));
                _faults.Add($"command line: there is no option {Printable(name)}; {(nearest is null ? "--help lists them" : $"did you mean --{nearest}?")}");
                // What follows an unknown option is most likely its value: one fault is enough.
                if (equals < 0 && name.StartsWith('-') && i + 1 < arguments.Count && !arguments[i + 1].StartsWith('-')) i++;
                continue;
            }

            if (equals < 0 && i + 1 == arguments.Count)
            {
                _faults.Add($"{name}: there is no value; expected: {setting.Expected}.");
                continue;
            }

            if (!values.TryAdd(setting, (equals < 0 ? arguments[++i] : argument[(equals + 1)..], name))) _faults.Add($"{name}: it is given twice; leave one of them out.");
        }

        return values;
    }

    private Dictionary<Setting, (string Value, string Source)> ReadEnvironment(IReadOnlyDictionary<string, string> environment)
    {
        var values = new Dictionary<Setting, (string, string)>();
        foreach (var setting in Settings.All)
        {
            if (setting.OtherVariable is { } other && environment.TryGetValue(other, out var value) && value.Length > 0) values[setting] = (value, other);
            if (environment.TryGetValue(setting.Variable, out value)) values[setting] = (value, setting.Variable);
        }

        foreach (var name in environment.Keys.Where(n => n.StartsWith(Setting.Prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            if (Settings.All.Any(s => s.Variable == name)) continue;
            // They are the command line's, which may run beside the server.
            if (name is Commands.Connection.UrlVariable or Commands.Connection.KeyVariable) continue;
            var nearest = Spelling.Nearest(name[Setting.Prefix.Length..], Settings.All.Select(s => s.Name));
            _warnings.Add($"{Printable(name)}: there is no such setting, it has no effect{(nearest is null ? "" : $"; did you mean {Setting.Prefix}{nearest.ToUpperInvariant()}?")}");
        }

        return values;
    }

    private void ReadFile(string? given, string data, Func<string, string?> readFile)
    {
        var path = given ?? Path.Combine(data, FileName);
        string? text;
        try
        {
            text = readFile(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _faults.Add($"{path}: the file cannot be read: {e.Message}");
            return;
        }

        if (text is null)
        {
            if (given is not null) _faults.Add($"{given}: there is no such file.");
            return;
        }

        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            if (document.RootElement.ValueKind != JsonValueKind.Object) _faults.Add($"{path}: expected: one JSON object with the settings by their names.");
            else foreach (var property in document.RootElement.EnumerateObject()) ReadProperty(path, given is not null, property);
        }
        catch (JsonException e)
        {
            _faults.Add($"{path}: line {e.LineNumber + 1}: this is not valid JSON.");
        }
    }

    private void ReadProperty(string path, bool isGiven, JsonProperty property)
    {
        var source = $"{path}: {Printable(property.Name)}";
        var setting = Settings.All.FirstOrDefault(s => s.Name == property.Name);
        if (GivenProviderReader.IsList(property.Name))
        {
            _providers.ReadList(path, property, _faults.Add);
        }
        else if (setting is null)
        {
            var nearest = Spelling.Nearest(property.Name, Settings.All.Select(s => s.Name));
            _faults.Add($"{source}: there is no such setting{(nearest is null ? "" : $"; did you mean {nearest}?")}");
        }
        else if (setting == Settings.Config || (setting == Settings.Data && !isGiven))
        {
            _faults.Add($"{source}: this cannot be set in a file that is found by it; use {setting.Variable} or {setting.Option}.");
        }
        else if (property.Value.ValueKind is JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False)
        {
            if (!_values.TryAdd(setting, (property.Value.ToString(), source))) _faults.Add($"{source}: it stands there twice; leave one of them out.");
        }
        else if (property.Value.ValueKind != JsonValueKind.Null)
        {
            _faults.Add($"{source}: the value is an object or an array; expected: {setting.Expected}.");
        }
    }

    private static string Printable(string text)
    {
        var shown = string.Concat(text.Select(c => char.IsControl(c) ? '?' : c));
        return shown.Length > 100 ? shown[..100] + "…" : shown;
    }
}
