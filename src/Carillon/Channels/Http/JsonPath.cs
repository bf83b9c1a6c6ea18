using System.Globalization;
using System.Text.Json;

namespace Carillon.Channels.Http;

/// <summary>
/// Where in a JSON answer a value is: <c>messages.0.id</c>, or as a JSON pointer (RFC 6901) <c>/messages/0/id</c>, which also reaches
/// names with dots.
/// </summary>
internal sealed class JsonPath
{
    private const int MaxSteps = 16;

    private readonly string[] _steps;

    private JsonPath(string[] steps) => _steps = steps;

    /// <summary>Null for what is no path.</summary>
    public static JsonPath? TryParse(string text)
    {
        var isPointer = text.StartsWith('/');
        var steps = isPointer ? text[1..].Split('/') : text.Split('.');
        if (steps.Length > MaxSteps) return null;
        if (isPointer) return new JsonPath(Array.ConvertAll(steps, s => s.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)));
        return Array.Exists(steps, s => s.Length == 0) ? null : new JsonPath(steps);
    }

    /// <summary>The value there as text: numbers and booleans as they are written. Null when there is none, or it is null, an object or an array.</summary>
    public string? Find(JsonElement json)
    {
        foreach (var step in _steps)
        {
            switch (json.ValueKind)
            {
                case JsonValueKind.Object when json.TryGetProperty(step, out var member):
                    json = member;
                    break;
                case JsonValueKind.Array when int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < json.GetArrayLength():
                    json = json[index];
                    break;
                default:
                    return null;
            }
        }

        return json.ValueKind switch
        {
            JsonValueKind.String => Text(json),
            JsonValueKind.Number => json.GetRawText(),
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            _ => null,
        };
    }

    private static string? Text(JsonElement json)
    {
        try
        {
            return json.GetString();
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair: valid JSON, but no text.
            return null;
        }
    }
}
