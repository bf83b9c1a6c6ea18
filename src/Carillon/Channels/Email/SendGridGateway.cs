using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Carillon.Channels.Http;
using Carillon.Mail;
using Carillon.Messages;
using Carillon.Providers;

namespace Carillon.Channels.Email;

/// <summary>
/// Mail by Twilio SendGrid: <see href="https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send">Mail Send v3</see>,
/// <see href="https://www.twilio.com/docs/sendgrid/api-reference/how-to-use-the-sendgrid-v3-api/errors">errors</see>,
/// <see href="https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event">Event Webhook</see>,
/// <see href="https://www.twilio.com/docs/sendgrid/for-developers/parsing-email/setting-up-the-inbound-parse-webhook">Inbound Parse</see>,
/// <see href="https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features">signatures</see>.
/// It knows no repeats of a request, and tells no cost.
/// </summary>
internal sealed class SendGridGateway : IGateway, ICallbackReceiver
{
    public static readonly GatewayKind Kind = new()
    {
        Name = "sendgrid",
        Label = "SendGrid",
        Channels = [Channel.Email],
        SettingsSchema = """
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
            """,
        CredentialsSchema = """
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
            """,
        Check = settings =>
        {
            var faults = new List<SettingsFault>();
            Read(settings, faults);
            return faults;
        },
        Create = (provider, services) => new SendGridGateway(provider, services),
    };

    /// <summary>SendGrid takes 30 MB with everything in it.</summary>
    private const int MaxBytes = 30 << 20;

    /// <summary>SendGrid repeats a request that failed for a day; whether it signs it anew is not documented.</summary>
    private static readonly TimeSpan MaxAge = TimeSpan.FromHours(25);

    private static readonly TimeSpan MaxAhead = TimeSpan.FromMinutes(5);

    private static readonly WireNames<SendGridRegion> Regions = new((SendGridRegion.Global, "global"), (SendGridRegion.Eu, "eu"));

    /// <summary>Reasons of a drop that say the address is not to be written to.</summary>
    private static readonly string[] PermanentDrops = ["Bounced Address", "Unsubscribed Address", "Spam Reporting Address", "Invalid"];

    private readonly SendGridSettings _settings;
    private readonly GatewayHttp _http;
    private readonly MailComposer _composer;

    private SendGridGateway(Provider provider, GatewayServices services)
    {
        var faults = new List<SettingsFault>();
        _settings = Read(new ProviderSettings(provider.Channel, provider.Settings, provider.Credentials), faults)
            ?? throw new ArgumentException("The settings were not checked.", nameof(provider));
        _http = services.HttpOf(provider);
        _composer = new MailComposer(_settings.From, services.Time, services.AlternativeText);
    }

    public async ValueTask<SendResult> SendAsync(GatewayMessage message, CancellationToken cancellationToken)
    {
        if (message.From is null && _settings.From is null) return SendResult.Unavailable(MailComposer.NoSender);
        if (message.Content.Text.IsEmpty && message.Content.Html.IsEmpty) return SendResult.Rejected("There is no text to send.");
        RequestContent content;
        try
        {
            var mail = _composer.Compose(message, out _);
            content = RequestContent.OfJson((this, message, mail), Write);
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException)
        {
            return SendResult.Rejected(exception.Message);
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, _settings.Send) { Content = content };
        if (content.Written.Length > MaxBytes) return SendResult.Rejected("SendGrid takes 30 MB at most.");
        request.Headers.TryAddWithoutValidation("Authorization", _settings.Authorization);
        request.Headers.TryAddWithoutValidation("Accept", "application/json");
        using var answer = await _http.SendAsync(request, _settings.Timeout, cancellationToken);
        return Describe(answer);
    }

    public ValueTask<CallbackVerdict> VerifyAsync(CallbackRequest request, CancellationToken cancellationToken)
    {
        var isInbound = MultipartForm.IsMultipart(request);
        var key = isInbound ? _settings.InboundKey : _settings.EventKey;
        if (key is null) return new(new CallbackVerdict.Refused($"The provider has no {(isInbound ? "inbound_public_key" : "webhook_public_key")}."));
        if (request.Header("X-Twilio-Email-Event-Webhook-Signature") is not { Length: <= 500 } signature
            || request.Header("X-Twilio-Email-Event-Webhook-Timestamp") is not { Length: <= 40 } timestamp)
            return new(new CallbackVerdict.Refused("It is not signed."));
        if (!SendGridSignature.IsValid(key, signature, timestamp, request.Body.Span)) return new(new CallbackVerdict.Refused("Its signature is not that of the verification key."));
        if (!long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || seconds > 253_402_300_799)
            return new(new CallbackVerdict.Refused("Its timestamp is none."));
        var age = request.ReceivedAt - DateTimeOffset.FromUnixTimeSeconds(seconds);
        return new(age > MaxAge || age < -MaxAhead ? new CallbackVerdict.Refused("It was signed too long ago, or for later.") : new CallbackVerdict.Genuine());
    }

    public IReadOnlyList<CallbackEvent> Read(CallbackRequest request)
    {
        if (MultipartForm.IsMultipart(request)) return [Inbound(request, MultipartForm.Read(request))];
        if (VendorJson.Parse(request.Body) is not { ValueKind: JsonValueKind.Array } events) throw new FormatException("It is no list of events.");
        var read = new List<CallbackEvent>();
        foreach (var one in events.EnumerateArray())
        {
            if (Receipt(one) is { } receipt) read.Add(receipt);
        }

        return read;
    }

    public ValueTask DisposeAsync() => default;

    private static void Write(Utf8JsonWriter json, (SendGridGateway Gateway, GatewayMessage Message, MailMessage Mail) state)
    {
        var (gateway, message, mail) = state;
        json.WriteStartObject();
        json.WriteStartArray("personalizations");
        json.WriteStartObject();
        json.WriteStartArray("to");
        WriteAddress(json, mail.To[0]);
        json.WriteEndArray();
        json.WriteStartObject("custom_args");
        json.WriteString(MailSetting.MessageVariable, PublicId.Format(PublicId.Message, message.Message.Id));
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WritePropertyName("from");
        WriteAddress(json, mail.From!);
        if (mail.ReplyTo.Count > 0)
        {
            json.WritePropertyName("reply_to");
            WriteAddress(json, mail.ReplyTo[0]);
        }

        json.WriteString("subject", mail.Subject);
        json.WriteStartArray("content");

        // The plain one goes first, by the page.
        if (mail.Text is { IsEmpty: false } text) WriteContent(json, "text/plain", text);
        if (mail.Html is { IsEmpty: false } html) WriteContent(json, "text/html", html);
        json.WriteEndArray();
        WriteHeaders(json, mail);
        WriteAttachments(json, message.Attachments);
        WriteCategories(json, gateway._settings.Categories, message.Message.Notification.Category);
        if (gateway._settings.Pool is { } pool) json.WriteString("ip_pool_name", pool);
        if (gateway._settings.IsSandbox)
        {
            json.WriteStartObject("mail_settings");
            json.WriteStartObject("sandbox_mode");
            json.WriteBoolean("enable", true);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteAddress(Utf8JsonWriter json, MailAddress address)
    {
        json.WriteStartObject();
        json.WriteString("email", address.Address);
        if (address.DisplayName is { } name) json.WriteString("name", name);
        json.WriteEndObject();
    }

    private static void WriteContent(Utf8JsonWriter json, string type, ReadOnlyMemory<byte> value)
    {
        json.WriteStartObject();
        json.WriteString("type", type);
        json.WriteString("value", value.Span);
        json.WriteEndObject();
    }

    private static void WriteHeaders(Utf8JsonWriter json, MailMessage mail)
    {
        json.WriteStartObject("headers");
        foreach (var header in mail.Headers) json.WriteString(header.Name, header.Value);
        if (mail.AutoSubmitted is not null) json.WriteString("Auto-Submitted", "auto-generated");
        if (mail.ListUnsubscribe is { } unsubscribe)
        {
            json.WriteString("List-Unsubscribe", string.Join(", ", unsubscribe.Uris.Select(u => $"<{u}>")));
            if (unsubscribe.OneClick) json.WriteString("List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
        }

        json.WriteEndObject();
    }

    private static void WriteAttachments(Utf8JsonWriter json, IReadOnlyList<GatewayAttachment> attachments)
    {
        if (attachments.Count == 0) return;
        json.WriteStartArray("attachments");
        foreach (var attachment in attachments)
        {
            json.WriteStartObject();
            json.WriteBase64String("content", attachment.Bytes.Span);
            json.WriteString("type", attachment.ContentType);
            json.WriteString("filename", attachment.FileName);
            json.WriteString("disposition", "attachment");
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteCategories(Utf8JsonWriter json, IReadOnlyList<string> own, string? category)
    {
        if (own.Count == 0 && category is null) return;
        json.WriteStartArray("categories");
        foreach (var name in own) json.WriteStringValue(name);

        // SendGrid refuses a message whose categories repeat.
        if (category is { Length: > 0 and <= 255 } && !own.Contains(category)) json.WriteStringValue(category);
        json.WriteEndArray();
    }

    private static SendResult Describe(HttpAnswer answer)
    {
        if (answer.Failure is { } failure) return failure;
        if (answer.IsSuccess) return SendResult.Accepted(HttpOutcomes.Text(answer), MailSetting.IdOf(answer.Header("X-Message-Id")));
        var error = (VendorJson.Parse(answer.Body) ?? default).Items("errors").FirstOrDefault();
        var field = error.Text("field");
        var words = field is null ? error.Text("message") : $"{field}: {error.Text("message")}";
        return answer.Status switch
        {
            // What the sender is, is the provider's or the account's matter.
            400 when field?.StartsWith("from", StringComparison.Ordinal) == true || field is "ip_pool_name" or "mail_settings" => SendResult.Unavailable(HttpOutcomes.Text(answer, words)),

            // The account lives in another region.
            451 => SendResult.Unavailable(HttpOutcomes.Text(answer, words)),
            _ => HttpOutcomes.Of(answer, words),
        };
    }

    private static CallbackEvent.Receipt? Receipt(JsonElement one)
    {
        var name = one.Text("event");
        var reason = one.Text("reason");
        var isPermanent = name switch
        {
            // "blocked" is a refusal for now; all other bounces are for good.
            "bounce" => one.Text("type") != "blocked",
            "dropped" => reason is not null && PermanentDrops.Contains(reason),
            _ => false,
        };
        MessageEventKind? kind = name switch
        {
            "processed" => MessageEventKind.Sent,
            "deferred" => MessageEventKind.Deferred,
            "delivered" => MessageEventKind.Delivered,
            "open" => MessageEventKind.Opened,
            "click" => MessageEventKind.Clicked,
            "bounce" => MessageEventKind.Bounced,
            "dropped" => isPermanent ? MessageEventKind.Bounced : MessageEventKind.Failed,
            "spamreport" => MessageEventKind.Complained,
            "unsubscribe" or "group_unsubscribe" => MessageEventKind.Unsubscribed,
            _ => null,
        };
        var external = IdOf(one.Text("sg_message_id"));
        Guid? own = PublicId.TryParse(PublicId.Message, one.Text(MailSetting.MessageVariable), out var id) ? id : null;
        if (kind is null || (external is null && own is null)) return null;
        var detail = name is "deferred" or "delivered" ? one.Text("response") : reason;
        return new CallbackEvent.Receipt
        {
            Kind = kind.Value,
            ExternalId = external,
            MessageId = own,
            Detail = kind is MessageEventKind.Opened or MessageEventKind.Clicked ? null : Words(one.Text("status"), detail),
            IsPermanent = isPermanent,
            Url = name == "click" ? one.Text("url") : null,
            At = one.Amount("timestamp") is { } seconds and > 0 and < 253_402_300_800m ? DateTimeOffset.UnixEpoch.AddSeconds((double)seconds) : null,
        };
    }

    private static string? Words(string? status, string? detail)
    {
        var text = $"{status} {detail}".Trim();
        return text.Length == 0 ? null : text.Length > HttpOutcomes.MaxWords ? text[..HttpOutcomes.MaxWords] : text;
    }

    /// <summary>
    /// The X-Message-Id of the answer, behind which events add the filter that it went through:
    /// <c>14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0</c>, <c>ZBGpCvn8RHyU4WRCPzbu6A.recvd-5645d9c87f-78xgx-1-64B82D9B-57.0</c>.
    /// </summary>
    private static string? IdOf(string? messageId)
    {
        if (messageId is null) return null;
        foreach (var mark in (ReadOnlySpan<string>)[".filter", ".recvd"])
        {
            var at = messageId.IndexOf(mark, StringComparison.Ordinal);
            if (at > 0) return MailSetting.IdOf(messageId[..at]);
        }

        return MailSetting.IdOf(messageId);
    }

    private static CallbackEvent.Inbound Inbound(CallbackRequest request, IReadOnlyList<FormPart> parts)
    {
        var charsets = VendorJson.Parse(Part("charsets")?.Content ?? default) ?? default;
        var envelope = VendorJson.Parse(Part("envelope")?.Content ?? default) ?? default;
        var headers = Text("headers");
        return new CallbackEvent.Inbound
        {
            From = MailSetting.AddressOf(Text("from")) ?? MailSetting.AddressOf(envelope.Text("from")) ?? throw new FormatException("It has no sender."),
            To = envelope.Items("to").Select(t => t.ValueKind == JsonValueKind.String ? MailSetting.AddressOf(t.GetString()) : null).FirstOrDefault(t => t is not null)
                ?? MailSetting.AddressOf(Text("to")) ?? throw new FormatException("It has no recipient."),

            // A mail without an id is told from others by all that came.
            ExternalId = MailSetting.IdOf(MailSetting.HeaderOf(headers, "Message-ID")) ?? Convert.ToHexStringLower(SHA256.HashData(request.Body.Span)),
            Subject = Text("subject"),
            Text = Text("text"),
            Html = Text("html"),
            InReplyTo = MailSetting.IdOf(MailSetting.HeaderOf(headers, "In-Reply-To")),
        };

        FormPart? Part(string name) => parts.FirstOrDefault(p => p.Name == name);

        string? Text(string name) => Part(name) is { } part ? EncodingOf(charsets.Text(name)).GetString(part.Content.Span) : null;
    }

    private static Encoding EncodingOf(string? charset)
    {
        if (charset is null || charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase)) return Encoding.UTF8;
        try
        {
            return CodePagesEncodingProvider.Instance.GetEncoding(charset) ?? Encoding.GetEncoding(charset);
        }
        catch (ArgumentException)
        {
            return Encoding.UTF8;
        }
    }

    private static SendGridSettings? Read(ProviderSettings settings, List<SettingsFault> faults)
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

    private enum SendGridRegion
    {
        Global,
        Eu,
    }

    private sealed record SendGridSettings(
        Uri Send, string Authorization, MailAddress? From, IReadOnlyList<string> Categories, string? Pool, bool IsSandbox, byte[]? EventKey, byte[]? InboundKey, TimeSpan Timeout);
}

/// <summary>ECDSA on P-256 with SHA-256, of the timestamp and the body behind it.</summary>
internal static class SendGridSignature
{
    /// <summary>A SubjectPublicKeyInfo; null for what is none, or of another curve.</summary>
    public static byte[]? ReadKey(string text)
    {
        var key = new byte[text.Length];
        if (!Convert.TryFromBase64String(text, key, out var length)) return null;
        using var ecdsa = ECDsa.Create();
        try
        {
            ecdsa.ImportSubjectPublicKeyInfo(key.AsSpan(0, length), out var read);
            return read == length && ecdsa.KeySize == 256 ? key[..length] : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    public static bool IsValid(byte[] key, string signature, string timestamp, ReadOnlySpan<byte> body)
    {
        var given = new byte[signature.Length];
        if (!Convert.TryFromBase64String(signature, given, out var length)) return false;
        using var ecdsa = ECDsa.Create();
        ecdsa.ImportSubjectPublicKeyInfo(key, out _);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(timestamp));
        hash.AppendData(body);
        return ecdsa.VerifyHash(hash.GetHashAndReset(), given.AsSpan(0, length), DSASignatureFormat.Rfc3279DerSequence);
    }
}
