using Carillon.Channels.Http;
using Carillon.Messages;

namespace Carillon.Channels.Sms;

/// <summary>How an account signs its webhooks, as the dashboard names it; md5hash is what accounts begin with.</summary>
internal enum VonageSignatureMethod
{
    Md5Hash,
    Md5,
    Sha1,
    Sha256,
    Sha512,
}

/// <summary>The settings and credentials of an account at Vonage, as read.</summary>
internal sealed record VonageSettings(
        Uri Messages, string ApiKey, string ApiSecret, string From, string? SignatureSecret, VonageSignatureMethod Method, TimeSpan Timeout)
{
    /// <summary>JSON Schema; <see cref="Read"/> checks the same.</summary>
    public const string Schema = """
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "type": "object",
          "additionalProperties": false,
          "required": ["api_key", "from"],
          "properties": {
            "api_key": { "type": "string", "title": "API key", "maxLength": 64, "description": "In the dashboard's account settings." },
            "from": { "type": "string", "title": "Sender", "maxLength": 40, "description": "A number of the account, or a name of up to 11 letters where the country allows it." },
            "signature_method": {
              "type": "string", "title": "Signature method", "enum": ["md5hash", "md5", "sha1", "sha256", "sha512"], "default": "md5hash",
              "description": "How the account signs its webhooks, as set in the dashboard."
            },
            "base_url": {
              "type": "string", "title": "API address", "format": "uri", "maxLength": 2000, "default": "https://rest.nexmo.com",
              "description": "Of another region, or of a stand-in."
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
          "required": ["api_secret"],
          "properties": {
            "api_secret": { "type": "string", "title": "API secret", "format": "password", "writeOnly": true, "maxLength": 200 },
            "signature_secret": {
              "type": "string", "title": "Signature secret", "format": "password", "writeOnly": true, "maxLength": 200,
              "description": "Without it callbacks are refused. Vonage signs them only after its support was asked to."
            }
          }
        }
        """;

    private static readonly WireNames<VonageSignatureMethod> Methods = new(
        (VonageSignatureMethod.Md5Hash, "md5hash"),
        (VonageSignatureMethod.Md5, "md5"),
        (VonageSignatureMethod.Sha1, "sha1"),
        (VonageSignatureMethod.Sha256, "sha256"),
        (VonageSignatureMethod.Sha512, "sha512"));

    public static VonageSettings? Read(ProviderSettings settings, List<SettingsFault> faults)
    {
        var reader = new SettingsReader(settings.Settings, "settings", faults);
        var key = reader.Text("api_key", required: true, maxLength: 64);
        var from = reader.Text("from", required: true, maxLength: 40);
        var method = reader.Choice("signature_method", Methods) ?? VonageSignatureMethod.Md5Hash;
        var address = HttpSetting.Url(reader, "base_url");
        var timeout = HttpSetting.Timeout(reader);
        reader.Finish();

        var credentials = new SettingsReader(settings.Credentials, "credentials", faults);
        var secret = credentials.Text("api_secret", required: true, maxLength: 200);
        var signature = credentials.Text("signature_secret", maxLength: 200);
        credentials.Finish();
        if (faults.Count > 0) return null;

        var root = (address?.AbsoluteUri ?? "https://rest.nexmo.com").TrimEnd('/');
        return new VonageSettings(new Uri(root + "/sms/json"), key!, secret!, from!, signature, method, timeout);
    }
}
