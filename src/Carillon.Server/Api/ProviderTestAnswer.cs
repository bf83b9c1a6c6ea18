using System.Globalization;
using System.Text.Json;
using Carillon.Channels;
using Carillon.Messages;
using Carillon.Providers;
using Carillon.Server.Http;

namespace Carillon.Server.Api;

/// <summary>How a test message went, with what was said.</summary>
internal static class ProviderTestAnswer
{
    public static void Write(Utf8JsonWriter json, ProviderTest.Ran test)
    {
        json.WriteStartObject();
        json.WriteId("provider_id"u8, "prv_"u8, test.Provider.Id);
        json.WriteString("outcome"u8, SendOutcomeNames.All.NameOf(test.Result.Outcome));
        json.WriteString("answer"u8, test.Result.Answer);
        json.WriteString("external_id"u8, test.Result.ExternalId);
        if (test.Result.Delay is { } delay) json.WriteNumber("retry_after_seconds"u8, Math.Round(delay.TotalSeconds, 3));
        else json.WriteNull("retry_after_seconds"u8);
        if (test.Result.Cost is { } cost) json.WriteString("cost"u8, cost.ToString(CultureInfo.InvariantCulture));
        else json.WriteNull("cost"u8);
        json.WriteString("currency"u8, test.Result.Currency);
        json.WriteNumber("duration_ms"u8, Milliseconds(test.Duration));
        json.WriteStartArray("advice"u8);
        foreach (var advice in test.Advice) json.WriteStringValue(advice);
        json.WriteEndArray();
        json.WriteStartObject("exchange"u8);
        json.WriteStartArray("http"u8);
        foreach (var exchange in test.Exchange.Http) Write(json, exchange);
        json.WriteEndArray();
        json.WriteStartArray("smtp"u8);
        foreach (var line in test.Exchange.Smtp)
        {
            json.WriteStartObject();
            json.WriteNumber("at_ms"u8, Milliseconds(line.At));
            json.WriteString("side"u8, DialogueSideNames.All.NameOf(line.Side));
            json.WriteString("text"u8, line.Text);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, HttpExchange exchange)
    {
        json.WriteStartObject();
        json.WriteStartObject("request"u8);
        json.WriteString("method"u8, exchange.Method);
        json.WriteString("url"u8, exchange.Url);
        WriteContent(json, exchange.RequestHeaders, exchange.RequestBody);
        json.WriteEndObject();
        if (exchange.Status is { } status)
        {
            json.WriteStartObject("response"u8);
            json.WriteNumber("status"u8, status);
            WriteContent(json, exchange.ResponseHeaders, exchange.ResponseBody);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("response"u8);
        }

        json.WriteString("failure"u8, exchange.Failure);
        if (exchange.Duration is { } duration) json.WriteNumber("duration_ms"u8, Milliseconds(duration));
        else json.WriteNull("duration_ms"u8);
        json.WriteEndObject();
    }

    private static void WriteContent(Utf8JsonWriter json, IReadOnlyList<KeyValuePair<string, string>> headers, ExchangeBody? body)
    {
        json.WriteStartArray("headers"u8);
        foreach (var (name, value) in headers)
        {
            json.WriteStartObject();
            json.WriteString("name"u8, name);
            json.WriteString("value"u8, value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("body"u8, body?.Text);
        json.WriteNumber("bytes"u8, body?.Bytes ?? 0);
        json.WriteBoolean("is_cut"u8, body?.IsCut ?? false);
    }

    private static double Milliseconds(TimeSpan time) => Math.Round(time.TotalMilliseconds, 1);
}
