using System.Text.Json;
using Carillon.Dispatch;
using Carillon.Messages;
using Carillon.Server.Http;
using Carillon.Storage;

namespace Carillon.Server.Api;

/// <summary>A message alone: what it takes as SMS, what it waits for, its attempts, what happened to it since, and its trace.</summary>
/// <param name="Wait">Null for one that has come to its end.</param>
/// <param name="NameOf">What a provider is called, by its id.</param>
internal sealed record MessageAnswer(StoredMessage Message, MessageWait? Wait, IReadOnlyList<StoredEvent> Events, Func<string, string> NameOf)
{
    public static void Write(Utf8JsonWriter json, MessageAnswer answer)
    {
        var message = answer.Message;
        var lines = TraceLines.Parse(message.Trace);
        json.WriteStartObject();
        StoredAnswers.WriteFields(json, message);
        json.WriteNumber("attempt_count"u8, message.Attempts);
        WriteSize(json, lines.FindLast(l => TraceLines.IsKind(l, "render")));
        WriteWait(json, message, answer.Wait);
        json.WriteStartArray("attempts"u8);
        foreach (var line in lines.Where(l => TraceLines.IsKind(l, "attempt"))) TraceLines.Write(json, line, answer.NameOf);
        json.WriteEndArray();
        json.WriteStartArray("events"u8);
        foreach (var happened in answer.Events) WriteEvent(json, happened);
        json.WriteEndArray();
        json.WriteStartArray("trace"u8);
        foreach (var line in lines) TraceLines.Write(json, line, answer.NameOf);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <param name="rendered">The line that says how it was rendered last; undefined when it was not.</param>
    private static void WriteSize(Utf8JsonWriter json, JsonElement rendered)
    {
        if (rendered.ValueKind == JsonValueKind.Object && rendered.TryGetProperty("segments", out var segments) && rendered.TryGetProperty("encoding", out var encoding))
        {
            json.WriteString("encoding"u8, encoding.GetString());
            json.WriteNumber("segments"u8, segments.GetInt32());
        }
        else
        {
            json.WriteNull("encoding"u8);
            json.WriteNull("segments"u8);
        }
    }

    private static void WriteWait(Utf8JsonWriter json, StoredMessage message, MessageWait? wait)
    {
        if (wait is null)
        {
            json.WriteNull("waiting"u8);
            return;
        }

        json.WriteStartObject("waiting"u8);
        json.WriteString("why"u8, WaitReasonNames.All.NameOf(wait.Why));
        json.WriteTime("until"u8, wait.Until);
        json.WriteString("words"u8, RouteWords.Say(wait, message.Channel, message.Address));
        json.WriteStartArray("providers"u8);
        foreach (var provider in wait.Providers) PreviewAnswer.WriteProvider(json, provider);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteEvent(Utf8JsonWriter json, StoredEvent happened)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, happened.Kind.Name());
        json.WriteTime("at"u8, happened.At);
        json.WriteTime("recorded_at"u8, happened.RecordedAt);
        StoredAnswers.WriteIdOrNull(json, "provider_id"u8, "prv_"u8, happened.ProviderId);
        json.WriteString("detail"u8, happened.Detail);
        json.WriteString("url"u8, happened.Url);
        json.WriteEndObject();
    }
}
