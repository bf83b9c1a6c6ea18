using System.Text;
using System.Text.Json;
using Carillon.Channels.Http;
using Carillon.Messages;

namespace Carillon.Channels.Sms;

internal enum HttpSmsFormat
{
    /// <summary>In the URL, whatever the method.</summary>
    Query,

    Form,

    Json,
}

internal enum HttpSmsNumberFormat
{
    /// <summary>+5215512345678</summary>
    E164,

    /// <summary>5215512345678</summary>
    Digits,
}

/// <summary>The settings and credentials of an SMS gateway over HTTP, as read: how a request looks and what an answer means.</summary>
internal sealed record HttpSmsSettings
{
    /// <summary>JSON Schema; <see cref="Read"/> checks the same.</summary>
    public const string Schema = $$"""
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "type": "object",
          "additionalProperties": false,
          "required": ["api_url"],
          "properties": {
            "api_url": {
              "type": "string", "title": "URL", "format": "uri", "maxLength": 2000,
              "description": "Where each message is sent to."
            },
            "method": {
              "type": "string", "title": "Method", "enum": ["post", "get"], "default": "post"
            },
            "format": {
              "type": "string", "title": "Parameters as", "enum": ["query", "form", "json"],
              "description": "Without it a form, and with the method get in the URL."
            },
            "to_param": {
              "type": "string", "title": "Name of the number's parameter", "maxLength": 100, "default": "to"
            },
            "from_param": {
              "type": "string", "title": "Name of the sender's parameter", "maxLength": 100, "default": "from"
            },
            "text_param": {
              "type": "string", "title": "Name of the text's parameter", "maxLength": 100, "default": "message"
            },
            "reference_param": {
              "type": "string", "title": "Name of the parameter for our id", "maxLength": 100,
              "description": "The message's id, the same at each attempt, for a gateway that recognises repeats. Without it none is sent."
            },
            "from": {
              "type": "string", "title": "Sender", "maxLength": 50,
              "description": "A number or name, for messages that name none. Without it no sender is sent for them."
            },
            "number_format": {
              "type": "string", "title": "Numbers as", "enum": ["e164", "digits"], "default": "e164",
              "description": "With the plus, or digits alone."
            },
            "default_params": {
              "type": "object", "title": "Further parameters", "maxProperties": 50,
              "description": "Sent with each message. With the format json values may be any JSON, else text, numbers and booleans."
            },
            {{HttpAuthentication.SchemaProperties}}
            {{DescribedAnswers.SchemaProperties}}
            "timeout_seconds": {
              "type": "integer", "title": "Timeout in seconds", "minimum": 1, "maximum": 300, "default": 30,
              "description": "For connection, request and answer together."
            }
          }
        }
        """;

    private static readonly WireNames<HttpSmsFormat> Formats = new(
        (HttpSmsFormat.Query, "query"), (HttpSmsFormat.Form, "form"), (HttpSmsFormat.Json, "json"));

    private static readonly WireNames<HttpSmsNumberFormat> NumberFormats = new(
        (HttpSmsNumberFormat.E164, "e164"), (HttpSmsNumberFormat.Digits, "digits"));

    /// <summary>With the API key, where it goes into the query.</summary>
    public Uri Url { get; private init; } = null!;

    public HttpMethod Method { get; private init; } = HttpMethod.Post;

    public HttpSmsFormat Format { get; private init; }

    public HttpSmsNumberFormat NumberFormat { get; private init; }

    public string ToParameter { get; private init; } = "to";

    public string FromParameter { get; private init; } = "from";

    public string TextParameter { get; private init; } = "message";

    public string? ReferenceParameter { get; private init; }

    public string? From { get; private init; }

    /// <summary>With the API key, where it goes into the body. Values are any JSON.</summary>
    public IReadOnlyList<KeyValuePair<string, JsonElement>> Parameters { get; private init; } = [];

    /// <summary>With what authenticates, where that is a header.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; private init; } = [];

    public DescribedAnswers Answers { get; private init; } = null!;

    public TimeSpan Timeout { get; private init; }

    public static HttpSmsSettings Read(ProviderSettings settings, List<SettingsFault> faults)
    {
        var reader = new SettingsReader(settings.Settings, "settings", faults);
        var url = HttpSetting.Url(reader, "api_url", required: true);
        var method = reader.Text("method") switch
        {
            null or "post" => HttpMethod.Post,
            "get" => HttpMethod.Get,
            _ => Invalid(reader, "method", "It must be one of post, get.", HttpMethod.Post),
        };
        var format = reader.Choice("format", Formats) ?? (method == HttpMethod.Get ? HttpSmsFormat.Query : HttpSmsFormat.Form);
        if (method == HttpMethod.Get && format != HttpSmsFormat.Query) reader.Fault("format", "conflict", "With the method get parameters go into the query.");
        var parameters = ReadParameters(reader, format);
        var headers = HttpAuthentication.ReadHeaders(reader);
        var read = new HttpSmsSettings
        {
            Method = method,
            Format = format,
            NumberFormat = reader.Choice("number_format", NumberFormats) ?? HttpSmsNumberFormat.E164,
            ToParameter = reader.Text("to_param", maxLength: 100) ?? "to",
            FromParameter = reader.Text("from_param", maxLength: 100) ?? "from",
            TextParameter = reader.Text("text_param", maxLength: 100) ?? "message",
            ReferenceParameter = reader.Text("reference_param", maxLength: 100),
            From = reader.Text("from", maxLength: 50),
            Answers = DescribedAnswers.Read(reader),
            Timeout = HttpSetting.Timeout(reader),
        };
        var secret = HttpAuthentication.Apply(
            reader, settings, faults, ref url, headers,
            format == HttpSmsFormat.Query ? null : (name, key) => parameters.Add(new(name, JsonSerializer.SerializeToElement(key))));
        var taken = new HashSet<string>(parameters.Select(p => p.Key), StringComparer.Ordinal);
        foreach (var (name, parameter) in (ReadOnlySpan<(string, string?)>)[
            ("to_param", read.ToParameter), ("text_param", read.TextParameter), ("from_param", read.FromParameter), ("reference_param", read.ReferenceParameter)])
        {
            if (parameter is not null && !taken.Add(parameter)) reader.Fault(name, "conflict", "Another parameter has this name.");
        }

        reader.Finish();
        return faults.Count > 0 ? read : read with { Url = url!, Parameters = parameters, Headers = headers, Answers = read.Answers with { Secret = secret } };
    }

    private static List<KeyValuePair<string, JsonElement>> ReadParameters(SettingsReader reader, HttpSmsFormat format)
    {
        const string name = "default_params";
        var parameters = new List<KeyValuePair<string, JsonElement>>();
        if (reader.Raw(name) is not { } json) return parameters;
        if (json.ValueKind != JsonValueKind.Object)
        {
            reader.Fault(name, "invalid", "It must be an object of names and values.");
            return parameters;
        }

        foreach (var property in json.EnumerateObject())
        {
            if (property.Name.Length is 0 or > 100) reader.Fault(name, "invalid", "A parameter's name has 1 to 100 characters.");
            else if (format != HttpSmsFormat.Json && property.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array or JsonValueKind.Null)
                reader.Fault($"{name}.{property.Name}", "invalid", "It must be text, a number, true or false; other values need the format json.");
            else parameters.Add(new(property.Name, property.Value));
        }

        if (parameters.Count > 50) reader.Fault(name, "too_many", "At most 50 parameters are allowed.");
        return parameters;
    }

    private static T Invalid<T>(SettingsReader reader, string name, string message, T otherwise)
    {
        reader.Fault(name, "invalid", message);
        return otherwise;
    }
}
