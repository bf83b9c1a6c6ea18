using System.Net;
using Carillon.Mail;
using Carillon.Messages;

namespace Carillon.Channels.Email;

internal enum SmtpPreset
{
    Custom,
    Gmail,
    Outlook,
    Yahoo,
}

/// <summary>The settings and credentials of an SMTP provider, as read.</summary>
/// <param name="Options">The server and how to speak with it. Null when a fault was found.</param>
/// <param name="From">The sender of messages that name none. Null when a fault was found.</param>
internal sealed record SmtpSettings(SmtpOptions? Options, MailAddress? From)
{
    /// <summary>JSON Schema; <see cref="Read"/> checks the same.</summary>
    public const string Schema = """
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "type": "object",
          "additionalProperties": false,
          "required": ["from_email"],
          "properties": {
            "preset": {
              "type": "string", "title": "Mail service", "enum": ["custom", "gmail", "outlook", "yahoo"], "default": "custom",
              "description": "Sets host, port and security of a well-known service. With custom the host is required."
            },
            "host": {
              "type": "string", "title": "Host", "maxLength": 255,
              "description": "Name or address of the server. Its certificate must bear the name."
            },
            "port": {
              "type": "integer", "title": "Port", "minimum": 1, "maximum": 65535,
              "description": "587 unless given; 465 with security tls, 25 with none."
            },
            "security": {
              "type": "string", "title": "Security", "enum": ["none", "starttls", "starttls_if_offered", "tls"],
              "description": "starttls unless given, tls with port 465. With none everything leaves in clear, the password too; with starttls_if_offered never the password."
            },
            "from_email": {
              "type": "string", "title": "Sender's address", "format": "email", "maxLength": 254,
              "description": "The From of messages that name none."
            },
            "from_name": { "type": "string", "title": "Sender's name", "maxLength": 200 },
            "client_name": {
              "type": "string", "title": "Client name", "maxLength": 255,
              "description": "What this server calls itself in EHLO. The machine's name unless given."
            },
            "max_connections": {
              "type": "integer", "title": "Connections", "minimum": 1, "maximum": 1000, "default": 16,
              "description": "Open at once, of all providers with the same server and login together; further messages wait."
            },
            "messages_per_connection": {
              "type": "integer", "title": "Messages per connection", "minimum": 1, "maximum": 1000000, "default": 1000,
              "description": "After so many a connection is closed and another opened."
            },
            "connect_timeout_seconds": {
              "type": "integer", "title": "Connect timeout in seconds", "minimum": 1, "maximum": 300, "default": 30,
              "description": "For the name's resolution and the connection."
            },
            "reply_timeout_seconds": {
              "type": "integer", "title": "Reply timeout in seconds", "minimum": 1, "maximum": 3600, "default": 120,
              "description": "For each answer before the message's content is sent. Then the provider is unavailable."
            },
            "final_reply_timeout_seconds": {
              "type": "integer", "title": "Final reply timeout in seconds", "minimum": 1, "maximum": 3600, "default": 600,
              "description": "For the answer to the content. Then the outcome is unknown, and a copy may be sent twice: rather long."
            },
            "allow_invalid_certificate": {
              "type": "boolean", "title": "DANGEROUS: accept any certificate", "default": false,
              "description": "Whoever stands between can then read every message and the password. Only for a server of your own on a network of your own."
            }
          }
        }
        """;

    /// <summary>JSON Schema of the credentials: both or none.</summary>
    public const string CredentialsSchema = """
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "type": "object",
          "additionalProperties": false,
          "properties": {
            "username": { "type": "string", "title": "User name", "maxLength": 255 },
            "password": {
              "type": "string", "title": "Password", "format": "password", "writeOnly": true, "maxLength": 1024,
              "description": "With Gmail and Yahoo an app password."
            }
          },
          "dependentRequired": { "username": ["password"], "password": ["username"] }
        }
        """;

    private static readonly WireNames<SmtpPreset> Presets = new(
        (SmtpPreset.Custom, "custom"), (SmtpPreset.Gmail, "gmail"), (SmtpPreset.Outlook, "outlook"), (SmtpPreset.Yahoo, "yahoo"));

    private static readonly WireNames<SmtpSecurity> Securities = new(
        (SmtpSecurity.None, "none"),
        (SmtpSecurity.StartTls, "starttls"),
        (SmtpSecurity.StartTlsIfOffered, "starttls_if_offered"),
        (SmtpSecurity.Tls, "tls"));

    /// <param name="allowAddress">Asked for each address before it is connected to.</param>
    public static SmtpSettings Read(ProviderSettings settings, List<SettingsFault> faults, Func<IPAddress, bool>? allowAddress = null)
    {
        var reader = new SettingsReader(settings.Settings, "settings", faults);
        var preset = reader.Choice("preset", Presets) ?? SmtpPreset.Custom;
        var host = ReadHost(reader, preset);
        var port = (int?)reader.Integer("port", 1, 65535);
        var security = reader.Choice("security", Securities) ?? (port == 465 ? SmtpSecurity.Tls : SmtpSecurity.StartTls);
        var from = MailSetting.From(reader, required: true);
        var clientName = reader.Text("client_name");
        if (clientName is not null && clientName.AsSpan().ContainsAnyExceptInRange('!', '~'))
            reader.Fault("client_name", "invalid", "It must be a domain name, or an address in brackets, in ASCII.");
        var maxConnections = reader.Integer("max_connections", 1, 1000) ?? 16;
        var messagesPerConnection = reader.Integer("messages_per_connection", 1, 1_000_000) ?? 1000;
        var connect = TimeSpan.FromSeconds(reader.Integer("connect_timeout_seconds", 1, 300) ?? 30);
        var reply = TimeSpan.FromSeconds(reader.Integer("reply_timeout_seconds", 1, 3600) ?? 120);
        var final = TimeSpan.FromSeconds(reader.Integer("final_reply_timeout_seconds", 1, 3600) ?? 600);
        var allowInvalid = reader.Flag("allow_invalid_certificate") ?? false;
        reader.Finish();
        var (userName, password) = ReadCredentials(settings, preset, faults);
        if (faults.Count > 0) return new SmtpSettings(null, null);

        return new SmtpSettings(
            new SmtpOptions
            {
                Host = host!,
                Port = port,
                Security = security,
                ClientName = clientName,
                UserName = userName,
                Password = password,
                MaxConnections = (int)maxConnections,
                MaxMessagesPerConnection = (int)messagesPerConnection,
                Timeouts = new SmtpTimeouts { Connect = connect, Greeting = reply, Envelope = reply, Data = reply, Final = final },
                CertificateValidation = allowInvalid ? static (_, _, _, _) => true : null,
                AllowAddress = allowAddress,
            },
            from);
    }

    private static string? ReadHost(SettingsReader reader, SmtpPreset preset)
    {
        var host = reader.Text("host", required: preset == SmtpPreset.Custom);
        if (host is not null && Uri.CheckHostName(host) == UriHostNameType.Unknown)
            reader.Fault("host", "invalid", "It must be a host name or an IP address, without a port.");
        if (preset == SmtpPreset.Custom) return host;
        if (host is not null) reader.Fault("host", "conflict", "The preset sets it; leave it out, or take the preset custom.");
        // All three listen on 587 with STARTTLS; Gmail and Yahoo on 465 with TLS too, which the port chooses.
        return preset switch
        {
            SmtpPreset.Gmail => "smtp.gmail.com",
            SmtpPreset.Outlook => "smtp-mail.outlook.com",
            _ => "smtp.mail.yahoo.com",
        };
    }

    private static (string? UserName, string? Password) ReadCredentials(ProviderSettings settings, SmtpPreset preset, List<SettingsFault> faults)
    {
        var reader = new SettingsReader(settings.Credentials, "credentials", faults);
        var userName = reader.Text("username");
        var password = reader.Text("password", maxLength: 1024);
        var needed = preset != SmtpPreset.Custom;
        if (userName is null && (password is not null || needed) && reader.Raw("username") is null)
            reader.Fault("username", "required", needed ? "The service takes no mail without it." : "It is required with a password.");
        if (password is null && (userName is not null || needed) && reader.Raw("password") is null)
            reader.Fault("password", "required", needed ? "The service takes no mail without it." : "It is required with a user name.");
        reader.Finish();
        return (userName, password);
    }
}
