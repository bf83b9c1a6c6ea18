using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
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

internal enum HttpSmsAuthentication
{
    None,
    Header,
    Basic,
    Query,
    Body,
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
    public const string Schema = """
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
            "headers": {
              "type": "object", "title": "Further headers", "maxProperties": 20, "additionalProperties": { "type": "string" }
            },
            "auth_method": {
              "type": "string", "title": "Authentication", "enum": ["none", "header", "basic", "query", "body"],
              "description": "Where the API key goes; basic takes user name and password. Without it header with a key, basic with a user name."
            },
            "auth_name": {
              "type": "string", "title": "Name of the key's header or parameter", "maxLength": 100,
              "description": "Without it Authorization in the header, api_key in query and body."
            },
            "auth_prefix": {
              "type": "string", "title": "Before the key in the header", "maxLength": 50,
              "description": "Without it 'Bearer' and a space for Authorization, nothing for other headers."
            },
            "answer_pattern": {
              "type": "string", "title": "Pattern of a text answer", "maxLength": 1000,
              "description": "A regular expression with the groups id, code, error or status, in place of the paths."
            },
            "id_path": {
              "type": "string", "title": "Where the id is", "maxLength": 200,
              "description": "A path in the JSON answer, such as messages.0.id or /messages/0/id; so are the others."
            },
            "success_path": {
              "type": "string", "title": "Where success is told", "maxLength": 200,
              "description": "Without it any status of 200 to 299 is success, unless the code means something else."
            },
            "success_values": {
              "type": "array", "title": "What success is called", "maxItems": 20, "items": { "type": "string" }, "default": ["true"]
            },
            "code_path": {
              "type": "string", "title": "Where the error's code is", "maxLength": 200
            },
            "error_path": {
              "type": "string", "title": "Where the error's text is", "maxLength": 200
            },
            "outcomes": {
              "type": "object", "title": "What codes mean", "maxProperties": 200,
              "description": "By code, or by status as in http_409.",
              "additionalProperties": { "enum": ["accepted", "rejected", "unavailable", "throttled", "unknown"] }
            },
            "other_errors": {
              "type": "string", "title": "What other errors mean", "enum": ["rejected", "unavailable", "throttled", "unknown"], "default": "unavailable",
              "description": "For an answer of status 200 to 299 that is no success and whose code is not among the outcomes."
            },
            "timeout_seconds": {
              "type": "integer", "title": "Timeout in seconds", "minimum": 1, "maximum": 300, "default": 30,
              "description": "For connection, request and answer together."
            }
          }
        }
        """;

    public const string CredentialsSchema = """
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "type": "object",
          "additionalProperties": false,
          "properties": {
            "api_key": { "type": "string", "title": "API key", "maxLength": 2000, "format": "password" },
            "username": { "type": "string", "title": "User name", "maxLength": 255 },
            "password": { "type": "string", "title": "Password", "maxLength": 1024, "format": "password" }
          }
        }
        """;

    private static readonly WireNames<HttpSmsFormat> Formats = new(
        (HttpSmsFormat.Query, "query"), (HttpSmsFormat.Form, "form"), (HttpSmsFormat.Json, "json"));

    private static readonly WireNames<HttpSmsAuthentication> Authentications = new(
        (HttpSmsAuthentication.None, "none"), (HttpSmsAuthentication.Header, "header"), (HttpSmsAuthentication.Basic, "basic"),
        (HttpSmsAuthentication.Query, "query"), (HttpSmsAuthentication.Body, "body"));

    private static readonly WireNames<HttpSmsNumberFormat> NumberFormats = new(
        (HttpSmsNumberFormat.E164, "e164"), (HttpSmsNumberFormat.Digits, "digits"));

    private static readonly WireNames<SendOutcome> Errors = new(
        (SendOutcome.Rejected, "rejected"), (SendOutcome.Unavailable, "unavailable"), (SendOutcome.RetryAfter, "throttled"), (SendOutcome.Unknown, "unknown"));

    private static readonly WireNames<SendOutcome> Outcomes = new(
        (SendOutcome.Accepted, "accepted"), (SendOutcome.Rejected, "rejected"), (SendOutcome.Unavailable, "unavailable"),
        (SendOutcome.RetryAfter, "throttled"), (SendOutcome.Unknown, "unknown"));

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

    public HttpSmsAnswers Answers { get; private init; } = null!;

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
        var headers = ReadHeaders(reader);
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
            Answers = HttpSmsAnswers.Read(reader, Outcomes, Errors),
            Timeout = HttpSetting.Timeout(reader),
        };
        var secret = Authenticate(reader, settings, faults, format, ref url, parameters, headers);
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

    private static List<KeyValuePair<string, string>> ReadHeaders(SettingsReader reader)
    {
        const string name = "headers";
        var headers = new List<KeyValuePair<string, string>>();
        if (reader.Raw(name) is not { } json) return headers;
        if (json.ValueKind != JsonValueKind.Object)
        {
            reader.Fault(name, "invalid", "It must be an object of names and texts.");
            return headers;
        }

        foreach (var property in json.EnumerateObject())
        {
            if (!HttpSetting.MayBeSet(property.Name)) reader.Fault($"{name}.{property.Name}", "invalid", "This header cannot be set.");
            else if (property.Value.ValueKind != JsonValueKind.String || !HttpSetting.IsHeaderValue(property.Value.GetString()!))
                reader.Fault($"{name}.{property.Name}", "invalid", "It must be text in ASCII, without line breaks.");
            else headers.Add(new(property.Name, property.Value.GetString()!));
        }

        if (headers.Count > 20) reader.Fault(name, "too_many", "At most 20 headers are allowed.");
        return headers;
    }

    /// <summary>Puts the credentials where they go. Returns what must not stand in any text.</summary>
    private static string? Authenticate(
        SettingsReader reader, ProviderSettings settings, List<SettingsFault> faults, HttpSmsFormat format, ref Uri? url,
        List<KeyValuePair<string, JsonElement>> parameters, List<KeyValuePair<string, string>> headers)
    {
        var credentials = new SettingsReader(settings.Credentials, "credentials", faults);
        var key = credentials.Text("api_key", maxLength: 2000);
        var userName = credentials.Text("username");
        var password = credentials.Text("password", maxLength: 1024);
        credentials.Finish();
        var method = reader.Choice("auth_method", Authentications)
            ?? (key is not null ? HttpSmsAuthentication.Header : userName is not null ? HttpSmsAuthentication.Basic : HttpSmsAuthentication.None);
        var name = reader.Text("auth_name", maxLength: 100);
        var prefix = reader.Text("auth_prefix", maxLength: 50);

        var needsKey = method is HttpSmsAuthentication.Header or HttpSmsAuthentication.Query or HttpSmsAuthentication.Body;
        if (needsKey && key is null && credentials.Raw("api_key") is null) credentials.Fault("api_key", "required", "The authentication needs it.");
        if (!needsKey && key is not null) credentials.Fault("api_key", "conflict", "The authentication does not use it.");
        if (method == HttpSmsAuthentication.Basic)
        {
            if (userName is null && credentials.Raw("username") is null) credentials.Fault("username", "required", "The authentication needs it.");
            if (userName?.Contains(':', StringComparison.Ordinal) == true) credentials.Fault("username", "invalid", "It must not have a colon.");
            if (userName is not null) headers.Add(new("Authorization", HttpSetting.Basic(userName, password ?? "")));
            return password;
        }

        if (userName is not null) credentials.Fault("username", "conflict", "Only the authentication basic uses it.");
        if (password is not null) credentials.Fault("password", "conflict", "Only the authentication basic uses it.");
        if (key is null) return null;
        switch (method)
        {
            case HttpSmsAuthentication.Header:
                name ??= "Authorization";
                prefix ??= name.Equals("Authorization", StringComparison.OrdinalIgnoreCase) ? "Bearer " : "";
                if (!HttpSetting.IsHeaderName(name) || !(name.Equals("Authorization", StringComparison.OrdinalIgnoreCase) || HttpSetting.MayBeSet(name)))
                    reader.Fault("auth_name", "invalid", "It must be the name of a header that can be set.");
                if (prefix.AsSpan().ContainsAnyExceptInRange(' ', '~')) reader.Fault("auth_prefix", "invalid", "It must be ASCII, without line breaks.");
                if (!HttpSetting.IsHeaderValue(key)) credentials.Fault("api_key", "invalid", "In a header it must be ASCII.");
                headers.Add(new(name, prefix + key));
                break;
            case HttpSmsAuthentication.Query when url is not null:
                var field = new System.Buffers.ArrayBufferWriter<byte>();
                PercentEncoding.WriteField(field, isFirst: true, name ?? "api_key", Encoding.UTF8.GetBytes(key));
                url = HttpSetting.WithQuery(url, Encoding.ASCII.GetString(field.WrittenSpan));
                break;
            case HttpSmsAuthentication.Body:
                if (format == HttpSmsFormat.Query) reader.Fault("auth_method", "conflict", "The request has no body; query puts the key into the URL.");
                parameters.Add(new(name ?? "api_key", JsonSerializer.SerializeToElement(key)));
                break;
        }

        return key;
    }

    private static T Invalid<T>(SettingsReader reader, string name, string message, T otherwise)
    {
        reader.Fault(name, "invalid", message);
        return otherwise;
    }
}
