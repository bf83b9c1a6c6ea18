using System.Text.Json;
using Carillon.Channels.Http;
using Carillon.Mail;
using Carillon.Messages;

namespace Carillon.Channels.Email;

/// <summary>The settings and credentials of an account at SendGrid, as read.</summary>
internal sealed record SendGridSettings(
        Uri Send, string Authorization, MailAddress? From, IReadOnlyList<string> Categories, string? Pool, bool IsSandbox, byte[]? EventKey, byte[]? InboundKey, TimeSpan Timeout)
{
    /// <summary>JSON Schema; <see cref="Read"/> checks the same.</summary>
    public const string Schema = """
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "type": "object",
          "additionalProperties": false,
          "properties": {
            "from_email": {
              "type": "string", "title": "Sender's address", "format": "email", "maxLength": 254,
              "description": "A verified sender, or of an authenticated domain. Without it messages must name theirs."
            },
            "from_name": { "type": "string", "title": "Sender's name", "maxLength": 200 },
            "region": {
              "type": "string", "title": "Region", "enum": ["global", "eu"], "default": "global",
              "description": "Of the account, or the subuser, that the key is of."
            },
            "categories": {
              "type": "array", "title": "Categories", "maxItems": 9, "items": { "type": "string", "minLength": 1, "maxLength": 255 },
              "description": "For SendGrid's statistics, with each message; its own category is added."
            },
            "ip_pool_name": { "type": "string", "title": "IP pool", "maxLength": 64 },
            "sandbox": { "type": "boolean", "title": "Sandbox", "default": false, "description": "SendGrid checks each message and sends none." },
            "base_url": {
              "type": "string", "title": "API address", "format": "uri", "maxLength": 2000,
              "description": "Of a stand-in; without it that of the region."
            },
            "timeout_seconds": { "type": "integer", "title": "Timeout in seconds", "minimum": 1, "maximum": 300, "default": 30 }
          }
        }
        """;

    public const string CredentialsSchema = """
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "type": "object",
          "additionalProperties": false,
          "required": ["api_key"],
          "properties": {
            "api_key": { "type": "string", "title": "API key", "format": "password", "writeOnly": true, "maxLength": 500, "description": "Needs Mail Send." },
            "webhook_public_key": {
              "type": "string", "title": "Verification key of the Event Webhook", "maxLength": 500,
              "description": "In the webhook's settings, once Signature Verification is on. Without it events are refused."
            },
            "inbound_public_key": {
              "type": "string", "title": "Verification key of Inbound Parse", "maxLength": 500,
              "description": "Of the security policy of the parse webhook. Without it incoming mail is refused."
            }
          }
        }
        """;

    private static readonly WireNames<SendGridRegion> Regions = new((SendGridRegion.Global, "global"), (SendGridRegion.Eu, "eu"));

    private enum SendGridRegion
    {
        Global,
        Eu,
    }

    public static SendGridSettings? Read(ProviderSettings settings, List<SettingsFault> faults)
    {
        var reader = new SettingsReader(settings.Settings, "settings", faults);
        var from = MailSetting.From(reader, required: false);
        var region = reader.Choice("region", Regions) ?? SendGridRegion.Global;
        var categories = ReadCategories(reader);
        var pool = reader.Text("ip_pool_name", maxLength: 64);
        var sandbox = reader.Flag("sandbox") ?? false;
        var address = HttpSetting.Url(reader, "base_url");
        var timeout = HttpSetting.Timeout(reader);
        reader.Finish();

        var credentials = new SettingsReader(settings.Credentials, "credentials", faults);
        var key = MailSetting.HeaderSecret(credentials, "api_key");
        var events = ReadKey(credentials, "webhook_public_key");
        var inbound = ReadKey(credentials, "inbound_public_key");
        credentials.Finish();
        if (faults.Count > 0) return null;

        var root = (address?.AbsoluteUri ?? (region == SendGridRegion.Eu ? "https://api.eu.sendgrid.com" : "https://api.sendgrid.com")).TrimEnd('/');
        return new SendGridSettings(new Uri(root + "/v3/mail/send"), "Bearer " + key, from, categories, pool, sandbox, events, inbound, timeout);
    }

    private static IReadOnlyList<string> ReadCategories(SettingsReader reader)
    {
        if (reader.Raw("categories") is not { } json) return [];
        if (json.ValueKind == JsonValueKind.Array && json.GetArrayLength() <= 9
            && json.EnumerateArray().All(c => c.ValueKind == JsonValueKind.String && c.GetString()!.Length is > 0 and <= 255))
            return [.. json.EnumerateArray().Select(c => c.GetString()!).Distinct(StringComparer.Ordinal)];
        reader.Fault("categories", "invalid", "It must be a list of up to 9 texts of 1 to 255 characters.");
        return [];
    }

    private static byte[]? ReadKey(SettingsReader credentials, string name)
    {
        if (credentials.Text(name, maxLength: 500) is not { } text) return null;
        if (SendGridSignature.ReadKey(text) is { } key) return key;
        credentials.Fault(name, "invalid", "It must be the verification key as SendGrid shows it: one line of base 64.");
        return null;
    }
}
