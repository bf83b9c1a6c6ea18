using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Carillon.Messages;

namespace Carillon.Alerts;

/// <summary>An alert as programs read it: the API's answers, and what webhooks are posted.</summary>
public static class AlertDocument
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes it as an object.</summary>
    public static void Write(Utf8JsonWriter json, Alert alert)
    {
        var facts = alert.Facts;
        json.WriteStartObject();
        json.WriteString("id"u8, alert.PublicId);
        json.WriteString("kind"u8, AlertNames.Kinds.NameOf(alert.Kind));
        json.WriteString("severity"u8, AlertNames.Severities.NameOf(alert.Severity));
        json.WriteString("state"u8, AlertNames.States.NameOf(alert.ResolvedAt is null ? AlertState.Open : AlertState.Resolved));
        json.WriteString("summary"u8, facts.Summary);
        json.WriteString("detail"u8, facts.Detail);
        json.WriteString("remedy"u8, facts.Remedy);
        json.WriteString("provider_id"u8, alert.ProviderId is { } provider ? PublicId.Format(PublicId.Provider, provider) : null);
        json.WriteString("provider"u8, facts.Provider);
        json.WriteString("channel"u8, facts.Channel?.Name());
        json.WriteString("priority"u8, facts.Priority?.Name());
        json.WriteString("window"u8, facts.Window);
        WriteTime(json, "window_start"u8, facts.WindowStart);
        WriteTime(json, "until"u8, facts.Until);
        WriteNumber(json, "threshold"u8, facts.Threshold, isMoney: false);
        var isMoney = facts.Unit is { Length: 3 };
        WriteNumber(json, "value"u8, facts.Value, isMoney);
        WriteNumber(json, "limit"u8, facts.Limit, isMoney);
        json.WriteString("unit"u8, facts.Unit);
        json.WriteNumber("repeats"u8, alert.Repeats);
        WriteTime(json, "raised_at"u8, alert.RaisedAt);
        WriteTime(json, "resolved_at"u8, alert.ResolvedAt);
        json.WriteString("resolution"u8, alert.Resolution);
        json.WriteEndObject();
    }

    /// <summary>An event as Standard Webhooks has it: type, timestamp, data.</summary>
    public static string Event(Alert alert, AlertPhase phase)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteString("type"u8, AlertNames.Events.NameOf(phase));
            WriteTime(json, "timestamp"u8, phase == AlertPhase.Raised ? alert.RaisedAt : alert.ResolvedAt);
            json.WritePropertyName("data"u8);
            // As it was then, though it may be over when it is told.
            Write(json, phase == AlertPhase.Raised ? alert with { ResolvedAt = null, Resolution = null } : alert);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WriteTime(Utf8JsonWriter json, ReadOnlySpan<byte> name, DateTimeOffset? time) =>
        json.WriteString(name, time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));

    // Money is text: no reader may round it.
    private static void WriteNumber(Utf8JsonWriter json, ReadOnlySpan<byte> name, decimal? number, bool isMoney)
    {
        if (number is not { } value) json.WriteNull(name);
        else if (isMoney) json.WriteString(name, value.ToString("0.######", CultureInfo.InvariantCulture));
        else json.WriteNumber(name, value);
    }
}
