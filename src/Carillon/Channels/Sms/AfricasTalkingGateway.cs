using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Carillon.Channels.Http;
using Carillon.Messages;
using Carillon.Providers;

namespace Carillon.Channels.Sms;

/// <summary>
/// SMS by Africa's Talking: <see href="https://developers.africastalking.com/docs/sms/sending/bulk">bulk messages</see>,
/// <see href="https://developers.africastalking.com/docs/sms/notifications">delivery reports with their reasons, and incoming messages</see>. The addresses of
/// both callbacks are set in its dashboard, not in the request, and nothing is signed: the address itself carries a secret,
/// <c>…/callbacks/prv_…?token=…</c>. It knows no repeats of a request, and returns no reference of ours.
/// </summary>
internal sealed class AfricasTalkingGateway : IGateway, ICallbackReceiver
{
    public static readonly GatewayKind Kind = new()
    {
        Name = "africastalking",
        Label = "Africa's Talking",
        Channels = [Channel.Sms],
        SettingsSchema = """
            {
              "$schema": "https://json-schema.org/draft/2020-12/schema",
              "type": "object",
              "additionalProperties": false,
              "required": ["username"],
              "properties": {
                "username": { "type": "string", "title": "Username", "maxLength": 100, "description": "Of the application; sandbox sends to the simulator." },
                "from": { "type": "string", "title": "Sender", "maxLength": 40, "description": "A registered short code or sender id. Without one the account's default is used." },
                "base_url": {
                  "type": "string", "title": "API address", "format": "uri", "maxLength": 2000,
                  "description": "Of a stand-in. Unless given https://api.africastalking.com, with the username sandbox https://api.sandbox.africastalking.com."
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
                "api_key": { "type": "string", "title": "API key", "format": "password", "writeOnly": true, "maxLength": 200 },
                "callback_token": {
                  "type": "string", "title": "Callback token", "format": "password", "writeOnly": true, "maxLength": 200,
                  "description": "A secret of your own, of 16 characters or more. Put ?token= and it behind the callback addresses in the dashboard. Without it callbacks are refused."
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
        Create = (provider, services) => new AfricasTalkingGateway(provider, services),
    };

    /// <summary>Reasons of a report that say the number is no good, not only today.</summary>
    private static readonly string[] PermanentReasons = ["UserDoesNotExist", "UserInBlackList", "UserInBlacklist"];

    private readonly AfricasTalkingSettings _settings;
    private readonly GatewayHttp _http;

    private AfricasTalkingGateway(Provider provider, GatewayServices services)
    {
        var faults = new List<SettingsFault>();
        _settings = Read(new ProviderSettings(provider.Channel, provider.Settings, provider.Credentials), faults)
            ?? throw new ArgumentException("The settings were not checked.", nameof(provider));
        _http = services.HttpOf(provider);
    }

    public async ValueTask<SendResult> SendAsync(GatewayMessage message, CancellationToken cancellationToken)
    {
        var content = new RequestContent(RequestContent.Form);
        using var request = new HttpRequestMessage(HttpMethod.Post, _settings.Messages) { Content = content };
        request.Headers.TryAddWithoutValidation("apiKey", _settings.ApiKey);
        request.Headers.TryAddWithoutValidation("Accept", "application/json");
        content.AddField("username", _settings.Username);
        content.AddField("to", message.Message.Address);
        content.AddField("message", message.Content.Text.Span);
        if ((message.From ?? _settings.From) is { } from) content.AddField("from", from);
        content.AddField("bulkSMSMode", "1");
        using var answer = await _http.SendAsync(request, _settings.Timeout, cancellationToken);
        return Describe(answer);
    }

    public ValueTask<CallbackVerdict> VerifyAsync(CallbackRequest request, CancellationToken cancellationToken)
    {
        if (_settings.CallbackToken is not { } token) return new(new CallbackVerdict.Refused("The provider has no callback_token."));
        var given = FormFields.OfQuery(request.Url)["token"] ?? "";
        return new(CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(token), Encoding.UTF8.GetBytes(given))
            ? new CallbackVerdict.Genuine()
            : new CallbackVerdict.Refused("The address does not end in ?token= and the provider's callback_token."));
    }

    public IReadOnlyList<CallbackEvent> Read(CallbackRequest request)
    {
        var fields = FormFields.OfBody(request.Body);
        if (fields["status"] is { } status) return Receipt(fields, status);

        // A notice that somebody opted out of a sender id names no message.
        if (fields["text"] is null && fields["senderId"] is not null) return [];
        return
        [
            new CallbackEvent.Inbound
            {
                From = fields["from"] ?? throw new FormatException("It has no from."),
                To = fields["to"] ?? throw new FormatException("It has no to."),
                ExternalId = fields["id"] ?? throw new FormatException("It has no id."),
                Text = fields["text"],
                At = DateTimeOffset.TryParse(fields["date"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null,
            },
        ];
    }

    public ValueTask DisposeAsync() => default;

    private static SendResult Describe(HttpAnswer answer)
    {
        if (answer.Failure is { } failure) return failure;
        var data = (VendorJson.Parse(answer.Body) ?? default).Member("SMSMessageData") ?? default;
        if (!answer.IsSuccess) return HttpOutcomes.Of(answer, data.Text("Message"));
        var recipient = data.Items("Recipients").FirstOrDefault();
        if (recipient.Integer("statusCode") is not { } code)
        {
            // Without recipients the message says why nothing was sent: InvalidSenderId, InsufficientBalance.
            return data.Text("Message") is { } why
                ? SendResult.Unavailable(HttpOutcomes.Text(answer, why))
                : SendResult.Unknown(HttpOutcomes.Text(answer, "The answer has no SMSMessageData."));
        }

        var words = HttpOutcomes.Text(answer, string.Create(CultureInfo.InvariantCulture, $"{code} {recipient.Text("status")}"));
        switch (code)
        {
            // Processed, sent, queued.
            case 100 or 101 or 102:
                var (cost, currency) = CostOf(recipient.Text("cost"));
                var parts = recipient.Text("messageParts") is { } count ? $" messageParts {count}" : "";
                return SendResult.Accepted(words + parts, recipient.Text("messageId"), cost, currency);

            // No number, a kind of number that is not served, a blacklist.
            case 403 or 404 or 406:
                return SendResult.Rejected(words);

            // Held for a check that may let it go; an internal error.
            case 401 or 500:
                return SendResult.Unknown(words);

            // 402 the sender, 405 the balance, 407 the route, 501 and 502 the network behind it, and what is new. 409 DoNotDisturbRejection is Nigeria's:
            // a promotional sender at an hour at which none may send, where another sender, or the same one by day, may.
            default:
                return SendResult.Unavailable(words);
        }
    }

    /// <summary>"KES 0.8000"; a bare 0 where nothing was sent.</summary>
    private static (decimal? Cost, string? Currency) CostOf(string? text)
    {
        var space = text?.IndexOf(' ', StringComparison.Ordinal) ?? -1;
        return space > 0 && VendorJson.AmountOf(text![(space + 1)..]) is { } cost ? (cost, text[..space]) : (null, null);
    }

    private static CallbackEvent[] Receipt(FormFields fields, string status)
    {
        var reason = fields["failureReason"];
        var isPermanent = reason is not null && PermanentReasons.Contains(reason);
        MessageEventKind? kind = status switch
        {
            "Sent" or "Submitted" => MessageEventKind.Sent,
            "Buffered" => MessageEventKind.Deferred,
            "Success" => MessageEventKind.Delivered,
            "Rejected" => MessageEventKind.Bounced,
            // The handset could not be reached; the operator's firewall dropped it.
            "AbsentSubscriber" or "Expired" => MessageEventKind.Failed,
            "Failed" => isPermanent ? MessageEventKind.Bounced : MessageEventKind.Failed,
            _ => null,
        };
        return kind is null ? [] :
        [
            new CallbackEvent.Receipt
            {
                Kind = kind.Value,
                ExternalId = fields["id"] ?? throw new FormatException("It has no id."),
                Detail = reason is null or "" ? status : $"{status}, {reason}",
                IsPermanent = isPermanent,
            },
        ];
    }

    private static AfricasTalkingSettings? Read(ProviderSettings settings, List<SettingsFault> faults)
    {
        var reader = new SettingsReader(settings.Settings, "settings", faults);
        var username = reader.Text("username", required: true, maxLength: 100);
        var from = reader.Text("from", maxLength: 40);
        var address = HttpSetting.Url(reader, "base_url");
        var timeout = HttpSetting.Timeout(reader);
        reader.Finish();

        var credentials = new SettingsReader(settings.Credentials, "credentials", faults);
        var key = credentials.Text("api_key", required: true, maxLength: 200);
        if (key is not null && !HttpSetting.IsHeaderValue(key)) credentials.Fault("api_key", "invalid", "It is sent in a header: letters, digits and signs of ASCII only.");
        var token = credentials.Text("callback_token", maxLength: 200);
        if (token is { Length: < 16 }) credentials.Fault("callback_token", "invalid", "It is all that proves a callback: give it 16 characters or more.");
        credentials.Finish();
        if (faults.Count > 0) return null;

        var own = username == "sandbox" ? "https://api.sandbox.africastalking.com" : "https://api.africastalking.com";
        var root = (address?.AbsoluteUri ?? own).TrimEnd('/');
        return new AfricasTalkingSettings(new Uri(root + "/version1/messaging"), username!, key!, from, token, timeout);
    }

    private sealed record AfricasTalkingSettings(Uri Messages, string Username, string ApiKey, string? From, string? CallbackToken, TimeSpan Timeout);
}
