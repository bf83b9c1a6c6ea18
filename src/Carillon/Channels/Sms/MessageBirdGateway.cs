using System.Globalization;
using System.Text;
using System.Text.Json;
using Carillon.Channels.Http;
using Carillon.Messages;
using Carillon.Providers;

namespace Carillon.Channels.Sms;

/// <summary>
/// SMS by MessageBird's <see href="https://developers.messagebird.com/api/sms-messaging/">SMS API</see>, with its
/// <see href="https://developers.messagebird.com/api/#errors">errors</see>,
/// <see href="https://developers.messagebird.com/api/sms-messaging/#handle-a-status-report">status reports</see> with their
/// <see href="https://docs.bird.com/api/channels-api/message-status-and-interactions/message-failure-sources/sms-platform-extended-error-codes">reasons</see>,
/// <see href="https://developers.messagebird.com/api/sms-messaging/#receive-a-message">incoming messages</see> and
/// <see href="https://developers.messagebird.com/api/#verifying-http-requests">signatures</see>. It knows no repeats of a request.
/// </summary>
internal sealed class MessageBirdGateway : IGateway, ICallbackReceiver
{
    public static readonly GatewayKind Kind = new()
    {
        Name = "messagebird",
        Label = "MessageBird",
        Channels = [Channel.Sms],
        SettingsSchema = """
            {
              "$schema": "https://json-schema.org/draft/2020-12/schema",
              "type": "object",
              "additionalProperties": false,
              "required": ["from"],
              "properties": {
                "from": { "type": "string", "title": "Originator", "maxLength": 40, "description": "A number with its country code, or a name of up to 11 letters where the country allows it." },
                "base_url": {
                  "type": "string", "title": "API address", "format": "uri", "maxLength": 2000, "default": "https://rest.messagebird.com",
                  "description": "Of a stand-in."
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
              "required": ["access_key"],
              "properties": {
                "access_key": { "type": "string", "title": "Access key", "format": "password", "writeOnly": true, "maxLength": 200 },
                "signing_key": {
                  "type": "string", "title": "Signing key", "format": "password", "writeOnly": true, "maxLength": 200,
                  "description": "In the dashboard's developer settings. Without it callbacks are refused."
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
        Create = (provider, services) => new MessageBirdGateway(provider, services),
    };

    /// <summary>Reasons of a report that say the number is no good, not only today.</summary>
    private static readonly string[] PermanentReasons = ["unknown subscriber", "incorrect number", "opted out"];

    private readonly MessageBirdSettings _settings;
    private readonly GatewayHttp _http;
    private readonly Uri? _callback;

    private MessageBirdGateway(Provider provider, GatewayServices services)
    {
        var faults = new List<SettingsFault>();
        _settings = Read(new ProviderSettings(provider.Channel, provider.Settings, provider.Credentials), faults)
            ?? throw new ArgumentException("The settings were not checked.", nameof(provider));
        _http = services.HttpOf(provider);
        _callback = services.CallbackUrl(provider.Id);
    }

    public async ValueTask<SendResult> SendAsync(GatewayMessage message, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _settings.Messages) { Content = RequestContent.OfJson((this, message), Write) };
        request.Headers.TryAddWithoutValidation("Authorization", _settings.Authorization);
        request.Headers.TryAddWithoutValidation("Accept", "application/json");
        using var answer = await _http.SendAsync(request, _settings.Timeout, cancellationToken);
        return Describe(answer);
    }

    public ValueTask<CallbackVerdict> VerifyAsync(CallbackRequest request, CancellationToken cancellationToken)
    {
        if (_settings.SigningKey is not { } key) return new(new CallbackVerdict.Refused("The provider has no signing_key."));
        var isGenuine = request.Header("MessageBird-Signature-JWT") is { } token
            && SignedToken.Verify(token, key, request.ReceivedAt) is { } claims
            && claims.Text("iss") == "MessageBird"
            && SignedToken.IsHashOf(claims.Text("url_hash"), Encoding.UTF8.GetBytes(request.Url.OriginalString))
            && (request.Body.IsEmpty && claims.Text("payload_hash") is null || SignedToken.IsHashOf(claims.Text("payload_hash"), request.Body.Span));
        return new(isGenuine
            ? new CallbackVerdict.Genuine("text/plain", "OK")
            : new CallbackVerdict.Refused("MessageBird-Signature-JWT is not that of the signing key for this address and body."));
    }

    public IReadOnlyList<CallbackEvent> Read(CallbackRequest request)
    {
        var fields = FormFields.Of(request);
        if (!FormFields.IsForm(request) && VendorJson.Parse(request.Body) is { ValueKind: JsonValueKind.Object } json)
        {
            foreach (var member in json.EnumerateObject())
            {
                if (json.Text(member.Name) is { } value) fields.Add(member.Name, value);
            }
        }

        var id = fields["id"] ?? throw new FormatException("It has no id.");
        if (fields["status"] is { } status) return Receipt(fields, id, status);
        return
        [
            new CallbackEvent.Inbound
            {
                From = Number(fields["originator"] ?? throw new FormatException("It has no originator.")),
                To = Number(fields["recipient"] ?? throw new FormatException("It has no recipient.")),
                ExternalId = id,
                Text = fields["body"],
                At = TimeOf(fields["createdDatetime"]),
            },
        ];
    }

    public ValueTask DisposeAsync() => default;

    private static void Write(Utf8JsonWriter json, (MessageBirdGateway Gateway, GatewayMessage Message) state)
    {
        var (gateway, message) = state;
        var text = message.Content.Text.Span;
        json.WriteStartObject();
        json.WriteString("originator", message.From ?? gateway._settings.From);
        json.WriteStartArray("recipients");
        json.WriteStringValue(message.Message.Address.TrimStart('+'));
        json.WriteEndArray();
        json.WriteString("body", text);
        json.WriteString("datacoding", SmsText.Measure(text).Encoding == SmsEncoding.Ucs2 ? "unicode" : "plain");

        // Reports are sent for messages with a reference only.
        json.WriteString("reference", PublicId.Format(PublicId.Message, message.Message.Id));
        if (gateway._callback is not null) json.WriteString("reportUrl", gateway._callback.AbsoluteUri);
        json.WriteEndObject();
    }

    private static SendResult Describe(HttpAnswer answer)
    {
        if (answer.Failure is { } failure) return failure;
        var json = VendorJson.Parse(answer.Body) ?? default;
        if (!answer.IsSuccess)
        {
            var error = json.Items("errors").FirstOrDefault();
            if (error.Integer("code") is not { } code) return HttpOutcomes.Of(answer);
            var words = HttpOutcomes.Text(answer, string.Create(
                CultureInfo.InvariantCulture, $"{code} {error.Text("description")} {(error.Text("parameter") is { } parameter ? $"({parameter})" : "")}"));
            return code switch
            {
                // Too fast, or away: that counts before what the code says.
                _ when answer.Status is 429 or 503 => HttpOutcomes.Of(answer, string.Create(CultureInfo.InvariantCulture, $"{code} {error.Text("description")}")),

                // The access key, an empty account, an API that is not there: the account's owner can mend it.
                2 or 20 or 25 or 98 => SendResult.Unavailable(words),

                // Missing or invalid parameters; the originator is the provider's.
                9 or 10 or 21 => error.Text("parameter") == "originator" ? SendResult.Unavailable(words) : SendResult.Rejected(words),
                99 => SendResult.Unknown(words),
                _ => HttpOutcomes.Of(answer, string.Create(CultureInfo.InvariantCulture, $"{code} {error.Text("description")}")),
            };
        }

        var recipient = (json.Member("recipients") ?? default).Items("items").FirstOrDefault();
        var price = recipient.Member("price") ?? default;
        var amount = price.Amount("amount");
        var parts = recipient.Integer("messagePartCount") is { } count ? string.Create(CultureInfo.InvariantCulture, $", {count} segments") : "";
        return SendResult.Accepted(
            HttpOutcomes.Text(answer, recipient.Text("status") + parts), json.Text("id"), amount, amount is null ? null : price.Text("currency"));
    }

    private static CallbackEvent[] Receipt(FormFields fields, string id, string status)
    {
        var reason = fields["statusReason"];
        var isPermanent = status == "delivery_failed" && reason is not null && PermanentReasons.Contains(reason);
        MessageEventKind? kind = status switch
        {
            "scheduled" or "sent" => MessageEventKind.Sent,
            "buffered" => MessageEventKind.Deferred,
            "delivered" => MessageEventKind.Delivered,
            "expired" => MessageEventKind.Failed,
            "delivery_failed" => isPermanent || reason == "carrier rejected" ? MessageEventKind.Bounced : MessageEventKind.Failed,
            _ => null,
        };
        var price = VendorJson.AmountOf(fields["price[amount]"]);
        return kind is null ? [] :
        [
            new CallbackEvent.Receipt
            {
                Kind = kind.Value,
                ExternalId = id,
                MessageId = PublicId.TryParse(PublicId.Message, fields["reference"], out var own) ? own : null,
                Detail = $"{status}{(reason is null ? "" : $", {reason}")}{(fields["statusErrorCode"] is { Length: > 0 } code ? $" ({code})" : "")}",
                IsPermanent = isPermanent,
                Cost = price,
                Currency = price is null ? null : fields["price[currency]"],
                At = TimeOf(fields["statusDatetime"]),
            },
        ];
    }

    private static string Number(string digits) => digits.Length > 0 && char.IsAsciiDigit(digits[0]) ? "+" + digits : digits;

    private static DateTimeOffset? TimeOf(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    private static MessageBirdSettings? Read(ProviderSettings settings, List<SettingsFault> faults)
    {
        var reader = new SettingsReader(settings.Settings, "settings", faults);
        var from = reader.Text("from", required: true, maxLength: 40);
        var address = HttpSetting.Url(reader, "base_url");
        var timeout = HttpSetting.Timeout(reader);
        reader.Finish();

        var credentials = new SettingsReader(settings.Credentials, "credentials", faults);
        var access = credentials.Text("access_key", required: true, maxLength: 200);
        if (access is not null && !HttpSetting.IsHeaderValue(access)) credentials.Fault("access_key", "invalid", "It is sent in a header: letters, digits and signs of ASCII only.");
        var signing = credentials.Text("signing_key", maxLength: 200);
        credentials.Finish();
        if (faults.Count > 0) return null;

        var root = (address?.AbsoluteUri ?? "https://rest.messagebird.com").TrimEnd('/');
        return new MessageBirdSettings(new Uri(root + "/messages"), "AccessKey " + access, from!, signing, timeout);
    }

    private sealed record MessageBirdSettings(Uri Messages, string Authorization, string From, string? SigningKey, TimeSpan Timeout);
}
