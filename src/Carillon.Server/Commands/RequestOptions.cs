using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Carillon.Server.Commands;

/// <summary>Values that several commands read alike.</summary>
internal static class RequestOptions
{
    public static Option<string[]> Variables() => new("--var")
    {
        Description = "A variable of the template, name=value. May be given several times; goes before --data.",
        HelpName = "name=value",
    };

    public static Option<string?> Data() => new("--data") { Description = "A file with one JSON object of variables; - reads the input.", HelpName = "file" };

    /// <summary>The variables of a template; null when there are none.</summary>
    public static async Task<JsonObject?> ReadVariablesAsync(string[]? pairs, string? file, Terminal terminal, CancellationToken cancellationToken)
    {
        var variables = file is null ? null : await ReadObjectAsync(file, terminal, cancellationToken);
        foreach (var pair in pairs ?? [])
        {
            var at = pair.IndexOf('=', StringComparison.Ordinal);
            if (at < 1) throw new UsageException($"--var {pair}: write name=value.");
            (variables ??= [])[pair[..at]] = pair[(at + 1)..];
        }

        return variables;
    }

    /// <summary>A JSON object from a file, or from the input for <c>-</c>.</summary>
    public static async Task<JsonObject> ReadObjectAsync(string file, Terminal terminal, CancellationToken cancellationToken)
    {
        var text = await ReadTextAsync(file, terminal, cancellationToken);
        try
        {
            return JsonNode.Parse(text) as JsonObject ?? throw new UsageException($"{file} must hold one JSON object.");
        }
        catch (JsonException e)
        {
            throw new UsageException($"{file} cannot be read as JSON: {e.Message}");
        }
    }

    public static Task<string> ReadTextAsync(string file, Terminal terminal, CancellationToken cancellationToken) =>
        file == "-" ? terminal.Input.ReadToEndAsync(cancellationToken) : File.ReadAllTextAsync(file, cancellationToken);

    /// <summary>A time with its offset, or one so far from now: <c>+30m</c>, <c>-24h</c>, <c>+7d</c>.</summary>
    public static DateTimeOffset? ReadTime(string name, string? text, TimeProvider time)
    {
        if (text is null) return null;
        if (text.Length > 2 && text[0] is '+' or '-' && int.TryParse(text.AsSpan(1, text.Length - 2), NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            TimeSpan? unit = text[^1] switch
            {
                's' => TimeSpan.FromSeconds(1),
                'm' => TimeSpan.FromMinutes(1),
                'h' => TimeSpan.FromHours(1),
                'd' => TimeSpan.FromDays(1),
                _ => null,
            };
            if (unit is { } length) return time.GetUtcNow() + (length * (text[0] == '-' ? -count : count));
        }

        const string offset = "yyyy-MM-dd'T'HH:mm:ssK";
        string[] forms = [offset, "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];
        // Without an offset a time could be anybody's.
        return text.Length > 10 && (text.EndsWith('Z') || text.LastIndexOfAny(['+', '-']) > 10)
            && DateTimeOffset.TryParseExact(text, forms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? at
            : throw new UsageException($"{name} {text}: give a time with its offset, such as 2026-03-14T14:00:00Z, or one from now, such as +30m, +2h or -7d.");
    }
}
