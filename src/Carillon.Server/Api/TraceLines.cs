using System.Text.Json;
using Carillon.Server.Http;

namespace Carillon.Server.Api;

/// <summary>
/// A message's trace: one JSON object a line, with <c>t</c> (Unix milliseconds) and <c>k</c> (what happened) first among whatever
/// else the engine noted. Shown with <c>at</c> and <c>kind</c> in their places, other times as times too, and in <c>words</c>.
/// </summary>
internal static class TraceLines
{
    public static List<JsonElement> Parse(ReadOnlySpan<byte> trace)
    {
        var lines = new List<JsonElement>();
        foreach (var range in trace.Split((byte)'\n'))
        {
            var line = trace[range];
            if (line.IsEmpty) continue;
            try
            {
                lines.Add(JsonElement.Parse(line));
            }
            catch (JsonException)
            {
                // A line that was cut short by a bound on the trace's size: the rest still tells the story.
            }
        }

        return lines;
    }

    public static bool IsKind(JsonElement line, string kind) => line.TryGetProperty("k", out var its) && its.ValueEquals(kind);

    public static void Write(Utf8JsonWriter json, JsonElement line, Func<string, string> nameOf)
    {
        json.WriteStartObject();
        foreach (var property in line.EnumerateObject())
        {
            if (property.NameEquals("t"u8) && property.Value.TryGetInt64(out var milliseconds)) json.WriteTime("at"u8, DateTimeOffset.FromUnixTimeMilliseconds(milliseconds));
            else if (property.NameEquals("next"u8) && property.Value.TryGetInt64(out var next)) json.WriteTime("next_attempt_at"u8, DateTimeOffset.FromUnixTimeMilliseconds(next));
            else if (property.NameEquals("until"u8) && property.Value.TryGetInt64(out var until)) json.WriteTime("until"u8, DateTimeOffset.FromUnixTimeMilliseconds(until));
            else if (property.NameEquals("k"u8)) json.WriteString("kind"u8, property.Value.GetString());
            else property.WriteTo(json);
        }

        json.WriteString("words"u8, TraceWords.Say(line, nameOf));
        json.WriteEndObject();
    }
}
