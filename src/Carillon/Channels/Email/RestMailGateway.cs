using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Carillon.Channels.Http;
using Carillon.Mail;
using Carillon.Messages;
using Carillon.Providers;

namespace Carillon.Channels.Email;

/// <summary>Sends mail by any HTTP API: its request is a template among the settings, and so is what its answers mean.</summary>
internal sealed class RestMailGateway : IGateway
{
    public static readonly GatewayKind Kind = new()
    {
        Name = "rest",
        Label = "Mail by HTTP",
        Channels = [Channel.Email],
        SettingsSchema = $$"""
            {
              "$schema": "https://json-schema.org/draft/2020-12/schema",
              "type": "object",
              "additionalProperties": false,
              "required": ["api_url", "from_email", "body"],
              "properties": {
                "api_url": {
                  "type": "string", "title": "URL", "format": "uri", "maxLength": 2000,
                  "description": "Where each message is sent to. Behind the host the placeholders id, to and from_email are filled in."
                },
                "method": { "type": "string", "title": "Method", "enum": ["post", "put"], "default": "post" },
                "format": { "type": "string", "title": "Body as", "enum": ["json", "form"], "default": "json" },
                "body": {
                  "type": "object", "title": "Body", "maxProperties": 100,
                  "description": "With placeholders in double braces in its texts: to, to_name, from, from_email, from_name, reply_to, subject, text, html, id; alone headers and attachments."
                },
                "attachment": {
                  "type": "object", "title": "An attachment", "maxProperties": 20,
                  "description": "Of the list that attachments stands for, with file_name, content_type and content (base 64)."
                },
                "from_email": { "type": "string", "title": "Sender's address", "format": "email", "maxLength": 254, "description": "The From of messages that name none." },
                "from_name": { "type": "string", "title": "Sender's name", "maxLength": 200 },
                {{HttpAuthentication.SchemaProperties}}
                {{DescribedAnswers.SchemaProperties}}
                "timeout_seconds": { "type": "integer", "title": "Timeout in seconds", "minimum": 1, "maximum": 300, "default": 30 }
              }
            }
            """,
        CredentialsSchema = HttpAuthentication.CredentialsSchema,
        Check = settings =>
        {
            var faults = new List<SettingsFault>();
            Read(settings, faults);
            return faults;
        },
        Create = (provider, services) => new RestMailGateway(provider, services),
    };

    private const string Attachments = "attachments", Headers = "headers", Id = "id", To = "to", FromEmail = "from_email";

    /// <summary>In a URL that has been read, where a placeholder was: braces cannot stand in it.</summary>
    private const string Mark = "0carillon0placeholder0";

    private static readonly string[] Known = [To, "to_name", "from", FromEmail, "from_name", "reply_to", "subject", "text", "html", Id];
    private static readonly string[] Structures = [Attachments, Headers];
    private static readonly string[] InUrl = [Id, To, FromEmail];
    private static readonly string[] OfAttachment = ["file_name", "content_type", "content"];

    private static readonly WireNames<RestMailFormat> Formats = new((RestMailFormat.Json, "json"), (RestMailFormat.Form, "form"));
    private static readonly WireNames<RestMailMethod> Methods = new((RestMailMethod.Post, "post"), (RestMailMethod.Put, "put"));
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly RestMailSettings _settings;
    private readonly GatewayHttp _http;
    private readonly MailComposer _composer;

    private RestMailGateway(Provider provider, GatewayServices services)
    {
        var faults = new List<SettingsFault>();
        _settings = Read(new ProviderSettings(provider.Channel, provider.Settings, provider.Credentials), faults)
            ?? throw new ArgumentException("The settings were not checked.", nameof(provider));
        _http = services.HttpOf(provider);
        _composer = new MailComposer(_settings.From, services.Time, services.AlternativeText);
    }

    public async ValueTask<SendResult> SendAsync(GatewayMessage message, CancellationToken cancellationToken)
    {
        if (message.Attachments.Count > 0 && !_settings.Body.Uses(Attachments))
            return SendResult.Unavailable("The provider's body has no place for attachments.");
        MailMessage mail;
        try
        {
            mail = _composer.Compose(message, out _);
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException)
        {
            return SendResult.Rejected(exception.Message);
        }

        var values = ValuesOf(message, mail);
        using var request = new HttpRequestMessage(_settings.Method, UrlOf(values)) { Content = ContentOf(message, mail, values) };
        foreach (var (name, value) in _settings.Headers) request.Headers.TryAddWithoutValidation(name, RestMailTemplate.Fill(value, values));
        using var answer = await _http.SendAsync(request, _settings.Timeout, cancellationToken);
        return _settings.Answers.Describe(answer);
    }

    public ValueTask DisposeAsync() => default;

    private static RestMailTemplate.Values ValuesOf(GatewayMessage message, MailMessage mail)
    {
        // Large texts are decoded once, however often they are asked for.
        var text = mail.Text is { IsEmpty: false } plain ? Encoding.UTF8.GetString(plain.Span) : null;
        var html = mail.Html is { IsEmpty: false } rich ? Encoding.UTF8.GetString(rich.Span) : null;
        var id = PublicId.Format(PublicId.Message, message.Message.Id);
        return name => name switch
        {
            To => mail.To[0].Address,
            "to_name" => mail.To[0].DisplayName,
            "from" => mail.From!.ToString(),
            FromEmail => mail.From!.Address,
            "from_name" => mail.From!.DisplayName,
            "reply_to" => mail.ReplyTo.Count > 0 ? mail.ReplyTo[0].Address : null,
            "subject" => mail.Subject,
            "text" => text,
            "html" => html,
            Id => id,
            _ => null,
        };
    }

    private Uri UrlOf(RestMailTemplate.Values values)
    {
        if (!_settings.HasPlaceholdersInUrl) return _settings.Url;
        var url = _settings.Url.AbsoluteUri;
        foreach (var name in InUrl) url = url.Replace(Mark + name, Uri.EscapeDataString(values(name)!), StringComparison.Ordinal);
        return new Uri(url);
    }

    private RequestContent ContentOf(GatewayMessage message, MailMessage mail, RestMailTemplate.Values values)
    {
        var headers = HeadersOf(mail);
        if (_settings.Format == RestMailFormat.Form)
        {
            var form = new RequestContent(RequestContent.Form);
            foreach (var (name, value) in _settings.Body.Members)
            {
                if (value.Text(values) is { } text) form.AddField(name, text);
            }

            foreach (var (name, value) in _settings.Parameters) form.AddField(name, value);
            return form;
        }

        var content = new RequestContent(RequestContent.Json);
        using var json = new Utf8JsonWriter(content, Relaxed);
        json.WriteStartObject();
        foreach (var (name, value) in _settings.Body.Members)
        {
            if (!value.HasValue(values, HasStructure)) continue;
            json.WritePropertyName(name);
            value.Write(json, values, HasStructure, WriteStructure);
        }

        foreach (var (name, value) in _settings.Parameters) json.WriteString(name, value);
        json.WriteEndObject();
        json.Flush();
        return content;

        bool HasStructure(string name) => name == Attachments ? message.Attachments.Count > 0 : headers.Count > 0;

        void WriteStructure(Utf8JsonWriter writer, string name)
        {
            if (name == Headers)
            {
                writer.WriteStartObject();
                foreach (var (header, value) in headers) writer.WriteString(header, value);
                writer.WriteEndObject();
                return;
            }

            writer.WriteStartArray();
            foreach (var attachment in message.Attachments)
            {
                var bytes = Convert.ToBase64String(attachment.Bytes.Span);
                _settings.Attachment.Write(
                    writer, field => field switch { "file_name" => attachment.FileName, "content_type" => attachment.ContentType, "content" => bytes, _ => null },
                    _ => false, static (_, _) => { });
            }

            writer.WriteEndArray();
        }
    }

    private static List<KeyValuePair<string, string>> HeadersOf(MailMessage mail)
    {
        var headers = mail.Headers.Select(h => KeyValuePair.Create(h.Name, h.Value)).ToList();
        if (mail.ListUnsubscribe is { } unsubscribe)
        {
            headers.Add(new("List-Unsubscribe", string.Join(", ", unsubscribe.Uris.Select(u => $"<{u}>"))));
            if (unsubscribe.OneClick) headers.Add(new("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"));
        }

        return headers;
    }

    private static RestMailSettings? Read(ProviderSettings settings, List<SettingsFault> faults)
    {
        var reader = new SettingsReader(settings.Settings, "settings", faults);
        var url = ReadUrl(reader, out var hasPlaceholders);
        var method = reader.Choice("method", Methods) ?? RestMailMethod.Post;
        var format = reader.Choice("format", Formats) ?? RestMailFormat.Json;
        var from = MailSetting.From(reader, required: true);
        var body = ReadBody(reader, format);
        var attachment = ReadAttachment(reader);
        var headers = HttpAuthentication.ReadHeaders(reader);
        foreach (var (name, value) in headers)
        {
            if (value.Replace("{{id}}", "", StringComparison.Ordinal).Contains("{{", StringComparison.Ordinal))
                reader.Fault($"headers.{name}", "invalid", "Of the placeholders only {{id}} may stand in a header.");
        }

        var parameters = new List<KeyValuePair<string, string>>();
        var secret = HttpAuthentication.Apply(reader, settings, faults, ref url, headers, (name, key) => parameters.Add(new(name, key)));
        if (body?.Members.Any(m => parameters.Any(p => p.Key == m.Name)) == true) reader.Fault("auth_name", "conflict", "The body has a member of this name.");
        var answers = DescribedAnswers.Read(reader);
        var timeout = HttpSetting.Timeout(reader);
        reader.Finish();
        return faults.Count > 0 ? null : new RestMailSettings(
            url!, hasPlaceholders, method == RestMailMethod.Put ? HttpMethod.Put : HttpMethod.Post, format, from!, body!, attachment!, headers, parameters,
            answers with { Secret = secret }, timeout);
    }

    private static Uri? ReadUrl(SettingsReader reader, out bool hasPlaceholders)
    {
        const string name = "api_url";
        hasPlaceholders = false;
        if (reader.Text(name, required: true, HttpSetting.MaxUrlLength) is not { } text) return null;
        var filled = text;
        foreach (var placeholder in InUrl) filled = filled.Replace($"{{{{{placeholder}}}}}", Mark + placeholder, StringComparison.Ordinal);
        if (filled.Contains("{{", StringComparison.Ordinal))
        {
            reader.Fault(name, "invalid", "Of the placeholders {{id}}, {{to}} and {{from_email}} may stand in the URL.");
            return null;
        }

        if (HttpSetting.FaultOf(filled, out var url) is { } fault)
        {
            reader.Fault(name, "invalid", fault);
            return null;
        }

        // Who is spoken to, no message may choose.
        if (url!.Authority.Contains(Mark, StringComparison.OrdinalIgnoreCase))
        {
            reader.Fault(name, "invalid", "Placeholders may stand behind the host only.");
            return null;
        }

        hasPlaceholders = filled != text;
        return url;
    }

    private static RestMailTemplate? ReadBody(SettingsReader reader, RestMailFormat format)
    {
        const string name = "body";
        if (reader.Raw(name) is not { } json)
        {
            reader.Fault(name, "required", "It is required.");
            return null;
        }

        if (json.ValueKind != JsonValueKind.Object)
        {
            reader.Fault(name, "invalid", "It must be an object.");
            return null;
        }

        if (json.EnumerateObject().Count() > 100) reader.Fault(name, "too_many", "At most 100 members are allowed.");
        if (format == RestMailFormat.Form)
        {
            foreach (var member in json.EnumerateObject())
            {
                if (member.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array or JsonValueKind.Null)
                    reader.Fault($"{name}.{member.Name}", "invalid", "In a form it must be text, a number, true or false.");
            }
        }

        return RestMailTemplate.Read(json, name, Known, format == RestMailFormat.Form ? [] : Structures, (path, message) => reader.Fault(path, "invalid", message));
    }

    private static RestMailTemplate? ReadAttachment(SettingsReader reader)
    {
        const string name = "attachment";
        var json = reader.Raw(name);
        if (json is { ValueKind: not JsonValueKind.Object })
        {
            reader.Fault(name, "invalid", "It must be an object.");
            return null;
        }

        using var usual = JsonDocument.Parse("""{ "filename": "{{file_name}}", "type": "{{content_type}}", "content": "{{content}}" }""");
        return RestMailTemplate.Read(json ?? usual.RootElement, name, OfAttachment, [], (path, message) => reader.Fault(path, "invalid", message));
    }

    private enum RestMailFormat
    {
        Json,
        Form,
    }

    private enum RestMailMethod
    {
        Post,
        Put,
    }

    private sealed record RestMailSettings(
        Uri Url, bool HasPlaceholdersInUrl, HttpMethod Method, RestMailFormat Format, MailAddress From, RestMailTemplate Body, RestMailTemplate Attachment,
        IReadOnlyList<KeyValuePair<string, string>> Headers, IReadOnlyList<KeyValuePair<string, string>> Parameters, DescribedAnswers Answers, TimeSpan Timeout);
}
