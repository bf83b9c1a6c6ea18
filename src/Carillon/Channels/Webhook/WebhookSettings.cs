using Carillon.Channels.Http;
using Carillon.Messages;

namespace Carillon.Channels.Webhook;

internal enum WebhookPayload
{
    /// <summary>A JSON object with the message's parts.</summary>
    Event,

    /// <summary>The text as it was rendered, whatever it is.</summary>
    Text,
}

/// <summary>The settings and credentials of a webhook provider, as read.</summary>
internal sealed record WebhookSettings
{
    /// <summary>JSON Schema; <see cref="Read"/> checks the same.</summary>
    public const string Schema = """
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "type": "object",
          "additionalProperties": false,
          "properties": {
            "url": {
              "type": "string", "title": "URL", "format": "uri", "maxLength": 2000,
              "description": "Everything is sent there; the recipient's address is only told in it. Without it each message goes to its address."
            },
            "payload": {
              "type": "string", "title": "Body", "enum": ["event", "text"], "default": "event",
              "description": "A JSON object with the message's parts, or the text alone as the template has it."
            },
            "content_type": {
              "type": "string", "title": "Content-Type of a text", "maxLength": 100, "default": "application/json",
              "description": "With the payload text only."
            },
            "event_type": {
              "type": "string", "title": "Type of the event", "maxLength": 100, "default": "notification",
              "description": "With the payload event only."
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
            "secret": {
              "type": "string", "title": "Secret", "maxLength": 100, "format": "password",
              "description": "whsec_ and 24 to 64 bytes in base 64. Without it nothing is signed."
            },
            "previous_secret": {
              "type": "string", "title": "Previous secret", "maxLength": 100, "format": "password",
              "description": "Signs beside the secret while receivers change to it."
            }
          }
        }
        """;

    private static readonly WireNames<WebhookPayload> Payloads = new((WebhookPayload.Event, "event"), (WebhookPayload.Text, "text"));

    /// <summary>Null where each message goes to its address.</summary>
    public Uri? Url { get; private init; }

    public WebhookPayload Payload { get; private init; }

    public string ContentType { get; private init; } = RequestContent.Json;

    public string EventType { get; private init; } = "notification";

    public TimeSpan Timeout { get; private init; }

    /// <summary>The current one first; empty for none.</summary>
    public IReadOnlyList<WebhookSecret> Secrets { get; private init; } = [];

    public static WebhookSettings Read(ProviderSettings settings, List<SettingsFault> faults)
    {
        var reader = new SettingsReader(settings.Settings, "settings", faults);
        var contentType = reader.Text("content_type", maxLength: 100);
        var eventType = reader.Text("event_type", maxLength: 100);
        var read = new WebhookSettings
        {
            Url = HttpSetting.Url(reader, "url"),
            Payload = reader.Choice("payload", Payloads) ?? WebhookPayload.Event,
            ContentType = contentType ?? RequestContent.Json,
            EventType = eventType ?? "notification",
            Timeout = HttpSetting.Timeout(reader),
            Secrets = ReadSecrets(settings, faults),
        };
        if (contentType is not null && !HttpSetting.IsHeaderValue(contentType)) reader.Fault("content_type", "invalid", "It must be a media type such as text/plain.");
        if (contentType is not null && read.Payload == WebhookPayload.Event) reader.Fault("content_type", "conflict", "An event is always application/json.");
        if (eventType is not null && read.Payload == WebhookPayload.Text) reader.Fault("event_type", "conflict", "A text has no type.");
        reader.Finish();
        return read;
    }

    private static List<WebhookSecret> ReadSecrets(ProviderSettings settings, List<SettingsFault> faults)
    {
        var reader = new SettingsReader(settings.Credentials, "credentials", faults);
        var secrets = new List<WebhookSecret>();
        foreach (var name in (ReadOnlySpan<string>)["secret", "previous_secret"])
        {
            if (reader.Text(name, maxLength: 100) is not { } text) continue;
            if (WebhookSecret.TryParse(text, out var secret)) secrets.Add(secret);
            else reader.Fault(name, "invalid", "It must be whsec_ and 24 to 64 bytes in base 64.");
        }

        if (reader.Raw("previous_secret") is not null && reader.Raw("secret") is null)
            reader.Fault("secret", "required", "It is required beside a previous one.");
        reader.Finish();
        return secrets;
    }
}
