using System.Buffers;
using System.Text;
using System.Text.Json;
using Carillon.Messages;

namespace Carillon.Channels.Http;

internal enum HttpAuthenticationMethod
{
    None,
    Header,
    Basic,
    Query,
    Body,
}

/// <summary>How a request that settings describe proves who sends it, and which headers they add.</summary>
internal static class HttpAuthentication
{
    /// <summary>Members of a JSON Schema's properties.</summary>
    public const string SchemaProperties = """
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

    private static readonly WireNames<HttpAuthenticationMethod> Authentications = new(
        (HttpAuthenticationMethod.None, "none"), (HttpAuthenticationMethod.Header, "header"), (HttpAuthenticationMethod.Basic, "basic"),
        (HttpAuthenticationMethod.Query, "query"), (HttpAuthenticationMethod.Body, "body"));

    public static List<KeyValuePair<string, string>> ReadHeaders(SettingsReader reader)
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
    /// <param name="addToBody">Adds a parameter by name; null where the request has no parameters in its body.</param>
    public static string? Apply(
        SettingsReader reader, ProviderSettings settings, List<SettingsFault> faults, ref Uri? url,
        List<KeyValuePair<string, string>> headers, Action<string, string>? addToBody)
    {
        var credentials = new SettingsReader(settings.Credentials, "credentials", faults);
        var key = credentials.Text("api_key", maxLength: 2000);
        var userName = credentials.Text("username");
        var password = credentials.Text("password", maxLength: 1024);
        credentials.Finish();
        var method = reader.Choice("auth_method", Authentications)
            ?? (key is not null ? HttpAuthenticationMethod.Header : userName is not null ? HttpAuthenticationMethod.Basic : HttpAuthenticationMethod.None);
        var name = reader.Text("auth_name", maxLength: 100);
        var prefix = reader.Text("auth_prefix", maxLength: 50);

        var needsKey = method is HttpAuthenticationMethod.Header or HttpAuthenticationMethod.Query or HttpAuthenticationMethod.Body;
        if (needsKey && key is null && credentials.Raw("api_key") is null) credentials.Fault("api_key", "required", "The authentication needs it.");
        if (!needsKey && key is not null) credentials.Fault("api_key", "conflict", "The authentication does not use it.");
        if (method == HttpAuthenticationMethod.Basic)
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
            case HttpAuthenticationMethod.Header:
                name ??= "Authorization";
                prefix ??= name.Equals("Authorization", StringComparison.OrdinalIgnoreCase) ? "Bearer " : "";
                if (!HttpSetting.IsHeaderName(name) || !(name.Equals("Authorization", StringComparison.OrdinalIgnoreCase) || HttpSetting.MayBeSet(name)))
                    reader.Fault("auth_name", "invalid", "It must be the name of a header that can be set.");
                if (prefix.AsSpan().ContainsAnyExceptInRange(' ', '~')) reader.Fault("auth_prefix", "invalid", "It must be ASCII, without line breaks.");
                if (!HttpSetting.IsHeaderValue(key)) credentials.Fault("api_key", "invalid", "In a header it must be ASCII.");
                headers.Add(new(name, prefix + key));
                break;
            case HttpAuthenticationMethod.Query when url is not null:
                var field = new ArrayBufferWriter<byte>();
                PercentEncoding.WriteField(field, isFirst: true, name ?? "api_key", Encoding.UTF8.GetBytes(key));
                url = HttpSetting.WithQuery(url, Encoding.ASCII.GetString(field.WrittenSpan));
                break;
            case HttpAuthenticationMethod.Body:
                if (addToBody is null) reader.Fault("auth_method", "conflict", "The request's body takes no key; query puts it into the URL, header into a header.");
                else addToBody(name ?? "api_key", key);
                break;
        }

        return key;
    }
}
