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
/// Mail by Mailgun: <see href="https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/messages/post-v3--domain-name--messages.mime">messages.mime</see>,
/// <see href="https://documentation.mailgun.com/docs/mailgun/quickstart-guide/responses">errors</see>,
/// <see href="https://documentation.mailgun.com/docs/mailgun/user-manual/events/webhooks">webhooks</see>,
/// <see href="https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks">signatures</see>,
/// <see href="https://documentation.mailgun.com/docs/mailgun/user-manual/receive-forward-store/receive-http">routes</see>.
/// The mail is ours, byte for byte but for what Mailgun signs and tracks. It knows no repeats of a request, and tells no cost.
/// </summary>
internal sealed class MailgunGateway : IGateway, ICallbackReceiver
{
    public static readonly GatewayKind Kind = new()
    {
        Name = "mailgun",
        Label = "Mailgun",
        Channels = [Channel.Email],
        SettingsSchema = """
            {
              "$schema": "https://json-schema.org/draft/2020-12/schema",
              "type": "object",
              "additionalProperties": false,
              "required": ["domain", "from_email"],
              "properties": {
                "domain": { "type": "string", "title": "Sending domain", "maxLength": 253, "description": "As it stands in Mailgun, such as mg.example.com." },
                "from_email": { "type": "string", "title": "Sender's address", "format": "email", "maxLength": 254, "description": "The From of messages that name none." },
                "from_name": { "type": "string", "title": "Sender's name", "maxLength": 200 },
                "region": { "type": "string", "title": "Region", "enum": ["us", "eu"], "default": "us", "description": "Where the domain was made." },
                "tags": {
                  "type": "array", "title": "Tags", "maxItems": 9, "items": { "type": "string", "minLength": 1, "maxLength": 128 },
                  "description": "For Mailgun's statistics, with each message; its own category is added."
                },
                "tracking": { "type": "boolean", "title": "Track opens and clicks", "description": "Without it as the domain says." },
                "test_mode": { "type": "boolean", "title": "Test mode", "default": false, "description": "Mailgun takes each message and sends none." },
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
                "api_key": { "type": "string", "title": "API key", "format": "password", "writeOnly": true, "maxLength": 500, "description": "A sending key of the domain is enough." },
                "webhook_signing_key": {
                  "type": "string", "title": "HTTP webhook signing key", "format": "password", "writeOnly": true, "maxLength": 500,
                  "description": "In the account's API security. Without it callbacks are refused."
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
        Create = (provider, services) => new MailgunGateway(provider, services),
    };

    /// <summary>Mailgun repeats a request that failed for 8 hours; whether it signs it anew is not documented.</summary>
    private static readonly TimeSpan MaxAge = TimeSpan.FromHours(9);

    private static readonly TimeSpan MaxAhead = TimeSpan.FromMinutes(5);

    private static readonly WireNames<MailgunRegion> Regions = new((MailgunRegion.Us, "us"), (MailgunRegion.Eu, "eu"));

    /// <summary>What Mailgun says of domains and accounts with status 400, 401, 403 or 404; all else with 400 is the message's.</summary>
    private static readonly string[] AccountWords = ["sandbox", "not allowed to send", "free account", "domain is not", "disabled", "from parameter", "account"];

    private readonly MailgunSettings _settings;
    private readonly GatewayHttp _http;
    private readonly MailComposer _composer;
    private readonly SeenTokens _tokens = new();

    private MailgunGateway(Provider provider, GatewayServices services)
    {
        var faults = new List<SettingsFault>();
        _settings = Read(new ProviderSettings(provider.Channel, provider.Settings, provider.Credentials), faults)
            ?? throw new ArgumentException("The settings were not checked.", nameof(provider));
        _http = services.HttpOf(provider);
        _composer = new MailComposer(_settings.From, services.Time, services.AlternativeText);
    }

    public async ValueTask<SendResult> SendAsync(GatewayMessage message, CancellationToken cancellationToken)
    {
        using var mime = new MailBuffer();
        try
        {
            // Mailgun signs for the domain itself, behind the changes that its tracking makes.
            MimeWriter.Write(_composer.Compose(message, out _), mime, null);
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException)
        {
            return SendResult.Rejected(exception.Message);
        }

        var boundary = "carillon-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var form = new RequestContent($"{MultipartForm.MediaType}; boundary={boundary}");
        using var request = new HttpRequestMessage(HttpMethod.Post, _settings.Messages) { Content = form };
        request.Headers.TryAddWithoutValidation("Authorization", _settings.Authorization);
        Field("to", message.Message.Address);
        Field("v:" + MailSetting.MessageVariable, PublicId.Format(PublicId.Message, message.Message.Id));
        foreach (var tag in _settings.Tags) Field("o:tag", tag);
        if (message.Message.Notification.Category is { Length: > 0 and <= 128 } category && !_settings.Tags.Contains(category)) Field("o:tag", category);
        if (_settings.Tracking is { } tracking) Field("o:tracking", tracking ? "yes" : "no");
        if (_settings.IsTest) Field("o:testmode", "yes");
        MultipartForm.Write(form, boundary, "message", mime.Written.Span, "message.eml", "message/rfc822");
        MultipartForm.End(form, boundary);
        using var answer = await _http.SendAsync(request, _settings.Timeout, cancellationToken);
        return Describe(answer);

        void Field(string name, string value) => MultipartForm.Write(form, boundary, name, Encoding.UTF8.GetBytes(value));
    }

    public ValueTask<CallbackVerdict> VerifyAsync(CallbackRequest request, CancellationToken cancellationToken) => new(Verify(request));

    public IReadOnlyList<CallbackEvent> Read(CallbackRequest request)
    {
        if (FieldsOf(request) is { } fields) return [Inbound(request, fields)];
        if ((VendorJson.Parse(request.Body) ?? default).Member("event-data") is not { ValueKind: JsonValueKind.Object } data) throw new FormatException("It has no event-data.");
        return Receipt(data) is { } receipt ? [receipt] : [];
    }

    public ValueTask DisposeAsync() => default;

    private CallbackVerdict Verify(CallbackRequest request)
    {
        if (_settings.SigningKey is not { } key) return new CallbackVerdict.Refused("The provider has no webhook_signing_key.");
        string? timestamp, token, signature;
        try
        {
            if (FieldsOf(request) is { } fields)
            {
                (timestamp, token, signature) = (fields["timestamp"], fields["token"], fields["signature"]);
            }
            else
            {
                var signed = (VendorJson.Parse(request.Body) ?? default).Member("signature") ?? default;
                (timestamp, token, signature) = (signed.Text("timestamp"), signed.Text("token"), signed.Text("signature"));
            }
        }
        catch (FormatException exception)
        {
            return new CallbackVerdict.Refused(exception.Message);
        }

        if (timestamp is null || token is not { Length: > 0 and <= 200 } || signature is null) return new CallbackVerdict.Refused("It is not signed.");
        var expected = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(timestamp + token)));
        if (!CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(signature.ToLowerInvariant())))
            return new CallbackVerdict.Refused("Its signature is not that of the signing key.");
        if (!long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || seconds > 253_402_300_799)
            return new CallbackVerdict.Refused("Its timestamp is none.");
        var age = request.ReceivedAt - DateTimeOffset.FromUnixTimeSeconds(seconds);
        if (age > MaxAge || age < -MaxAhead) return new CallbackVerdict.Refused("It was signed too long ago, or for later.");

        // The signature says nothing of the body: a token that comes again with another one was taken from elsewhere. With the same it is a
        // repetition, which the store recognises.
        return _tokens.IsFirstOrSame(token, request.Body.Span)
            ? new CallbackVerdict.Genuine()
            : new CallbackVerdict.Refused("Its token was used before, with another body.");
    }

    private static SendResult Describe(HttpAnswer answer)
    {
        if (answer.Failure is { } failure) return failure;
        var json = VendorJson.Parse(answer.Body) ?? default;
        var words = json.Text("message");
        if (answer.IsSuccess) return SendResult.Accepted(HttpOutcomes.Text(answer, words), MailSetting.IdOf(json.Text("id")));
        return answer.Status == 400 && words is not null && Array.Exists(AccountWords, w => words.Contains(w, StringComparison.OrdinalIgnoreCase))
            ? SendResult.Unavailable(HttpOutcomes.Text(answer, words))
            : HttpOutcomes.Of(answer, words);
    }

    private static CallbackEvent.Receipt? Receipt(JsonElement data)
    {
        var name = data.Text("event");
        var status = data.Member("delivery-status") ?? default;
        var reason = data.Text("reason");
        var isFinal = name == "failed" && data.Text("severity") == "permanent";
        var isPermanent = isFinal && status.Text("bounce-type") switch
        {
            "hard" => true,
            "soft" => false,
            // suppress-bounce, suppress-complaint, suppress-unsubscribe: Mailgun did not even try.
            _ => reason is "bounce" || reason?.StartsWith("suppress-", StringComparison.Ordinal) == true,
        };
        MessageEventKind? kind = name switch
        {
            "accepted" => MessageEventKind.Sent,
            "delivered" => MessageEventKind.Delivered,
            "failed" when !isFinal => MessageEventKind.Deferred,

            // "old": tried for too long, which says nothing of the address.
            "failed" => reason == "old" ? MessageEventKind.Failed : MessageEventKind.Bounced,
            "rejected" => MessageEventKind.Failed,
            "opened" => MessageEventKind.Opened,
            "clicked" => MessageEventKind.Clicked,
            "complained" => MessageEventKind.Complained,
            "unsubscribed" => MessageEventKind.Unsubscribed,
            _ => null,
        };
        var external = MailSetting.IdOf(((data.Member("message") ?? default).Member("headers") ?? default).Text("message-id"));
        Guid? own = PublicId.TryParse(PublicId.Message, (data.Member("user-variables") ?? default).Text(MailSetting.MessageVariable), out var id) ? id : null;
        if (kind is null) return null;
        if (external is null && own is null) throw new FormatException("It names no message.");
        var said = name == "rejected" ? (data.Member("reject") ?? default).Text("reason")
            : name is "failed" or "delivered" ? $"{status.Text("code")} {FirstOf(status.Text("message"), status.Text("description")) ?? reason}".Trim() : null;
        return new CallbackEvent.Receipt
        {
            Kind = kind.Value,
            ExternalId = external,
            MessageId = own,
            Detail = said is not { Length: > 0 } ? null : said.Length > HttpOutcomes.MaxWords ? said[..HttpOutcomes.MaxWords] : said,
            IsPermanent = isPermanent,
            Url = name == "clicked" ? data.Text("url") : null,
            At = data.Amount("timestamp") is { } seconds and > 0 and < 253_402_300_800m ? DateTimeOffset.UnixEpoch.AddSeconds((double)seconds) : null,
        };
    }

    private static string? FirstOf(string? one, string? other) => string.IsNullOrWhiteSpace(one) ? string.IsNullOrWhiteSpace(other) ? null : other : one;

    private static CallbackEvent.Inbound Inbound(CallbackRequest request, FormFields fields) => new()
    {
        From = MailSetting.AddressOf(fields["from"]) ?? MailSetting.AddressOf(fields["sender"]) ?? throw new FormatException("It has no sender."),
        To = MailSetting.AddressOf(fields["recipient"]) ?? throw new FormatException("It has no recipient."),

        // A mail without an id is told from others by all that came.
        ExternalId = MailSetting.IdOf(fields["Message-Id"] ?? fields["Message-ID"]) ?? Convert.ToHexStringLower(SHA256.HashData(request.Body.Span)),
        Subject = fields["subject"],
        Text = fields["body-plain"],
        Html = fields["body-html"],
        InReplyTo = MailSetting.IdOf(fields["In-Reply-To"]),
    };

    /// <summary>Routes post forms, events are JSON: then null.</summary>
    private static FormFields? FieldsOf(CallbackRequest request) =>
        MultipartForm.IsMultipart(request) ? MultipartForm.Fields(request) : FormFields.IsForm(request) ? FormFields.OfBody(request.Body) : null;

    private static MailgunSettings? Read(ProviderSettings settings, List<SettingsFault> faults)
    {
        var reader = new SettingsReader(settings.Settings, "settings", faults);
        var domain = reader.Text("domain", required: true, maxLength: 253);
        if (domain is not null && Uri.CheckHostName(domain) != UriHostNameType.Dns) reader.Fault("domain", "invalid", "It must be a domain name.");
        var from = MailSetting.From(reader, required: true);
        var region = reader.Choice("region", Regions) ?? MailgunRegion.Us;
        var tags = ReadTags(reader);
        var tracking = reader.Flag("tracking");
        var test = reader.Flag("test_mode") ?? false;
        var address = HttpSetting.Url(reader, "base_url");
        var timeout = HttpSetting.Timeout(reader);
        reader.Finish();

        var credentials = new SettingsReader(settings.Credentials, "credentials", faults);
        var key = credentials.Text("api_key", required: true, maxLength: 500);
        var signing = credentials.Text("webhook_signing_key", maxLength: 500);
        credentials.Finish();
        if (faults.Count > 0) return null;

        var root = (address?.AbsoluteUri ?? (region == MailgunRegion.Eu ? "https://api.eu.mailgun.net" : "https://api.mailgun.net")).TrimEnd('/');
        return new MailgunSettings(new Uri($"{root}/v3/{domain}/messages.mime"), HttpSetting.Basic("api", key!), from!, tags, tracking, test, signing, timeout);
    }

    private static IReadOnlyList<string> ReadTags(SettingsReader reader)
    {
        if (reader.Raw("tags") is not { } json) return [];
        if (json.ValueKind == JsonValueKind.Array && json.GetArrayLength() <= 9
            && json.EnumerateArray().All(t => t.ValueKind == JsonValueKind.String && t.GetString()!.Length is > 0 and <= 128))
            return [.. json.EnumerateArray().Select(t => t.GetString()!).Distinct(StringComparer.Ordinal)];
        reader.Fault("tags", "invalid", "It must be a list of up to 9 texts of 1 to 128 characters.");
        return [];
    }

    private enum MailgunRegion
    {
        Us,
        Eu,
    }

    private sealed record MailgunSettings(
        Uri Messages, string Authorization, MailAddress From, IReadOnlyList<string> Tags, bool? Tracking, bool IsTest, string? SigningKey, TimeSpan Timeout);

    /// <summary>The tokens of this process's last callbacks, each with what came with it. The oldest of 65,536 leaves. Thread-safe.</summary>
    private sealed class SeenTokens
    {
        private const int Most = 65_536;

        private readonly Dictionary<string, UInt128> _bodies = new(StringComparer.Ordinal);
        private readonly Queue<string> _order = new();

        public bool IsFirstOrSame(string token, ReadOnlySpan<byte> body)
        {
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            SHA256.HashData(body, hash);
            var mark = System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(hash);
            lock (_bodies)
            {
                if (_bodies.TryGetValue(token, out var before)) return before == mark;
                if (_order.Count == Most) _bodies.Remove(_order.Dequeue());
                _bodies.Add(token, mark);
                _order.Enqueue(token);
                return true;
            }
        }
    }
}
