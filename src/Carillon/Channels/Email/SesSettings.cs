using Carillon.Channels.Http;
using Carillon.Mail;

namespace Carillon.Channels.Email;

/// <summary>The settings and credentials of an account at Amazon SES, as read.</summary>
/// <param name="Sns">Where what SNS keeps is had, without a slash at its end; null for SNS itself.</param>
internal sealed record SesSettings(
    Uri Send, string Region, AwsCredentials Credentials, MailAddress From, string? ConfigurationSet, string? TopicArn, string? Sns, TimeSpan Timeout)
{
    /// <summary>JSON Schema; <see cref="Read"/> checks the same.</summary>
    public const string Schema = """
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "type": "object",
          "additionalProperties": false,
          "required": ["region", "from_email"],
          "properties": {
            "region": { "type": "string", "title": "Region", "maxLength": 30, "description": "Such as eu-west-1: where the identities are verified." },
            "from_email": { "type": "string", "title": "Sender's address", "format": "email", "maxLength": 254, "description": "A verified identity, or of a verified domain." },
            "from_name": { "type": "string", "title": "Sender's name", "maxLength": 200 },
            "configuration_set": { "type": "string", "title": "Configuration set", "maxLength": 64, "description": "Its event destinations say what is reported." },
            "sns_topic_arn": {
              "type": "string", "title": "SNS topic of the reports", "maxLength": 300,
              "description": "arn:aws:sns:… The subscription of this topic is confirmed, and its messages are believed. Without it callbacks are refused."
            },
            "base_url": {
              "type": "string", "title": "API address", "format": "uri", "maxLength": 2000,
              "description": "Of a stand-in or a VPC endpoint; without it that of the region."
            },
            "sns_url": {
              "type": "string", "title": "Address of SNS", "format": "uri", "maxLength": 2000,
              "description": "Of a stand-in, whose certificates are believed and which confirms subscriptions. Never needed with AWS itself."
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
          "required": ["access_key_id", "secret_access_key"],
          "properties": {
            "access_key_id": { "type": "string", "title": "Access key ID", "maxLength": 128, "description": "Of a user or role that may ses:SendEmail and ses:SendRawEmail." },
            "secret_access_key": { "type": "string", "title": "Secret access key", "format": "password", "writeOnly": true, "maxLength": 200 },
            "session_token": { "type": "string", "title": "Session token", "format": "password", "writeOnly": true, "maxLength": 4000, "description": "Of temporary keys only." }
          }
        }
        """;

    private const string Target = "/v2/email/outbound-emails";

    public static SesSettings? Read(ProviderSettings settings, List<SettingsFault> faults)
    {
        var reader = new SettingsReader(settings.Settings, "settings", faults);
        var region = reader.Text("region", required: true, maxLength: 30);
        if (region is not null && !IsName(region)) reader.Fault("region", "invalid", "It must be a region such as eu-west-1.");
        var from = MailSetting.From(reader, required: true);
        var set = reader.Text("configuration_set", maxLength: 64);
        var topic = reader.Text("sns_topic_arn", maxLength: 300);
        if (topic is not null && !(topic.StartsWith("arn:aws", StringComparison.Ordinal) && topic.Split(':') is { Length: 6 } parts && parts[2] == "sns" && IsName(parts[3])))
            reader.Fault("sns_topic_arn", "invalid", "It must be the ARN of an SNS topic, arn:aws:sns:region:account:name.");
        var address = HttpSetting.Url(reader, "base_url");
        var sns = HttpSetting.Url(reader, "sns_url");
        var timeout = HttpSetting.Timeout(reader);
        reader.Finish();

        var credentials = new SettingsReader(settings.Credentials, "credentials", faults);
        var id = MailSetting.HeaderSecret(credentials, "access_key_id", 128);
        var secret = credentials.Text("secret_access_key", required: true, maxLength: 200);
        var token = credentials.Text("session_token", maxLength: 4000);
        if (token is not null && !HttpSetting.IsHeaderValue(token)) credentials.Fault("session_token", "invalid", "It is sent in a header: letters, digits and signs of ASCII only.");
        credentials.Finish();
        if (faults.Count > 0) return null;

        var root = (address?.AbsoluteUri ?? $"https://email.{region}.amazonaws.com{(region!.StartsWith("cn-", StringComparison.Ordinal) ? ".cn" : "")}").TrimEnd('/');
        return new SesSettings(new Uri(root + Target), region!, new AwsCredentials(id!, secret!, token), from!, set, topic, sns?.AbsoluteUri.TrimEnd('/'), timeout);
    }

    private static bool IsName(string text)
    {
        foreach (var c in text)
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-') return false;
        }

        return text.Length > 0;
    }
}
