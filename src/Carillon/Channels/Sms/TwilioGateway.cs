using System.Collections.Frozen;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Carillon.Channels.Http;
using Carillon.Messages;
using Carillon.Providers;

namespace Carillon.Channels.Sms;

/// <summary>
/// SMS by Twilio: <see href="https://www.twilio.com/docs/messaging/api/message-resource">Messages</see>,
/// <see href="https://www.twilio.com/docs/messaging/guides/track-outbound-message-status">status callbacks</see>,
/// <see href="https://www.twilio.com/docs/messaging/guides/webhook-request">incoming messages</see>,
/// <see href="https://www.twilio.com/docs/usage/security#validating-requests">signatures</see>. Twilio knows no repeats of a request, and
/// no price until later, which no callback tells.
/// </summary>
internal sealed class TwilioGateway : IGateway, ICallbackReceiver
{
    public static readonly GatewayKind Kind = new()
    {
        Name = "twilio",
        Label = "Twilio",
        Channels = [Channel.Sms],
        SettingsSchema = """
            {
              "$schema": "https://json-schema.org/draft/2020-12/schema",
              "type": "object",
              "additionalProperties": false,
              "required": ["account_sid"],
              "properties": {
                "account_sid": { "type": "string", "title": "Account SID", "maxLength": 34, "description": "Starts with AC; on the console's first page." },
                "from": {
                  "type": "string", "title": "Sender", "maxLength": 40,
                  "description": "One of the account's numbers (+15017122661), a short code, or a name of up to 11 letters where the country allows it. Without it and a service, messages must name theirs."
                },
                "messaging_service_sid": {
                  "type": "string", "title": "Messaging Service SID", "maxLength": 34,
                  "description": "Starts with MG. The service chooses the sender; with a sender too, it must be of the service's pool."
                },
                "smart_encoding": {
                  "type": "boolean", "title": "Replace typographic characters", "default": false,
                  "description": "Twilio then sends curly quotes and the like as plain ones, which keeps a text in GSM-7."
                },
                "base_url": {
                  "type": "string", "title": "API address", "format": "uri", "maxLength": 2000, "default": "https://api.twilio.com",
                  "description": "Of another region, or of a stand-in."
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
              "required": ["auth_token"],
              "properties": {
                "auth_token": {
                  "type": "string", "title": "Auth Token", "format": "password", "writeOnly": true, "maxLength": 200,
                  "description": "Twilio signs its callbacks with it, whatever logs in."
                },
                "api_key_sid": { "type": "string", "title": "API key SID", "maxLength": 34, "description": "Starts with SK. Logs in in place of the Auth Token." },
                "api_key_secret": { "type": "string", "title": "API key secret", "format": "password", "writeOnly": true, "maxLength": 200 }
              },
              "dependentRequired": { "api_key_sid": ["api_key_secret"], "api_key_secret": ["api_key_sid"] }
            }
            """,
        Check = settings =>
        {
            var faults = new List<SettingsFault>();
            Read(settings, faults);
            return faults;
        },
        Create = (provider, services) => new TwilioGateway(provider, services),
    };

    /// <summary>
    /// Errors (https://www.twilio.com/docs/api/errors) that are the account's, the sender's or the route's: another provider may do better.
    /// The rest with HTTP 400 are the message's.
    /// </summary>
    private static readonly FrozenSet<int> AccountCodes = new[]
    {
        14107, // message rate exceeded
        20003, 20005, 20429, // credentials, account not active, too many requests
        21212, 21603, 21606, 21659, 21660, 21661, // a sender that is none, or none of the account's
        21408, // the account may not send to that country
        21608, // a trial account sends to verified numbers only
        21611, // the sender's queue is full
        21612, 21910, // not reachable from this sender
        21701, 21703, 21704, 21705, // the messaging service, or its senders
        30001, 30002, 30022, 30023, 30024, 30034, 63038, // queue, suspension, daily caps, registration
    }.ToFrozenSet();

    /// <summary>Errors that say the number is no good for SMS, not only today.</summary>
    private static readonly FrozenSet<string> PermanentCodes = new[] { "21211", "21610", "21614", "21635", "30005", "30006" }.ToFrozenSet();

    private readonly TwilioSettings _settings;
    private readonly GatewayHttp _http;
    private readonly Uri? _callback;

    private TwilioGateway(Provider provider, GatewayServices services)
    {
        var faults = new List<SettingsFault>();
        _settings = Read(new ProviderSettings(provider.Channel, provider.Settings, provider.Credentials), faults)
            ?? throw new ArgumentException("The settings were not checked.", nameof(provider));
        _http = services.HttpOf(provider);
        _callback = services.CallbackUrl(provider.Id);
    }

    public async ValueTask<SendResult> SendAsync(GatewayMessage message, CancellationToken cancellationToken)
    {
        if ((message.From ?? _settings.From ?? _settings.Service) is null)
            return SendResult.Unavailable("Neither the message nor the provider names a sender: set from, or messaging_service_sid.");
        var content = new RequestContent(RequestContent.Form);
        using var request = new HttpRequestMessage(HttpMethod.Post, _settings.Messages) { Content = content };
        request.Headers.TryAddWithoutValidation("Authorization", _settings.Authorization);
        content.AddField("To", message.Message.Address);
        if ((message.From ?? _settings.From) is { } from) content.AddField("From", from);
        if (_settings.Service is { } service) content.AddField("MessagingServiceSid", service);
        content.AddField("Body", message.Content.Text.Span);
        if (_settings.SmartEncoding) content.AddField("SmartEncoded", "true");

        // Our id comes back with each report: it finds a message even when Twilio's answer, and with it the SID, was lost.
        if (_callback is not null) content.AddField("StatusCallback", $"{_callback}?message={PublicId.Format(PublicId.Message, message.Message.Id)}");
        using var answer = await _http.SendAsync(request, _settings.Timeout, cancellationToken);
        return Describe(answer);
    }

    public ValueTask<CallbackVerdict> VerifyAsync(CallbackRequest request, CancellationToken cancellationToken)
    {
        var isGenuine = TwilioSignature.IsValid(
            _settings.AuthToken, request.Header("X-Twilio-Signature") ?? "", request.Url.OriginalString,
            FormFields.IsForm(request) ? FormFields.OfBody(request.Body).All : null, request.Body.Span);
        if (!isGenuine) return new(new CallbackVerdict.Refused("X-Twilio-Signature is not that of the Auth Token."));

        // To an incoming message Twilio wants TwiML; this says nothing back.
        return new(IsIncoming(FormFields.Of(request))
            ? new CallbackVerdict.Genuine("text/xml", "<Response/>")
            : new CallbackVerdict.Genuine());
    }

    public IReadOnlyList<CallbackEvent> Read(CallbackRequest request)
    {
        var fields = FormFields.Of(request);
        var sid = fields["MessageSid"] ?? fields["SmsSid"] ?? throw new FormatException("It has no MessageSid.");
        if (IsIncoming(fields))
        {
            return
            [
                new CallbackEvent.Inbound
                {
                    From = fields["From"] ?? throw new FormatException("It has no From."),
                    To = fields["To"] ?? throw new FormatException("It has no To."),
                    ExternalId = sid,
                    Text = fields["Body"],
                },
            ];
        }

        var code = fields["ErrorCode"];
        var isPermanent = code is not null && PermanentCodes.Contains(code);
        MessageEventKind? kind = StatusOf(fields) switch
        {
            "accepted" or "scheduled" or "queued" or "sending" or "sent" => MessageEventKind.Sent,
            "delivered" => MessageEventKind.Delivered,
            "read" => MessageEventKind.Read,

            // 30004: the number's owner, or the network for him, wants no such messages.
            "undelivered" or "failed" => isPermanent || code == "30004" ? MessageEventKind.Bounced : MessageEventKind.Failed,
            "canceled" => MessageEventKind.Failed,
            _ => null,
        };
        if (kind is null) return [];
        return
        [
            new CallbackEvent.Receipt
            {
                Kind = kind.Value,
                ExternalId = sid,
                MessageId = PublicId.TryParse(PublicId.Message, fields["message"], out var id) ? id : null,
                Detail = code is null or "" ? null : $"{code} {fields["ErrorMessage"]}".TrimEnd(),
                IsPermanent = isPermanent,

                // RawDlrDoneDate is not looked at: to the minute alone, it would put a delivery before its send.
            },
        ];
    }

    public ValueTask DisposeAsync() => default;

    private static SendResult Describe(HttpAnswer answer)
    {
        if (answer.Failure is { } failure) return failure;
        var json = VendorJson.Parse(answer.Body) ?? default;
        if (!answer.IsSuccess)
        {
            var code = json.Integer("code");
            var words = code is null ? json.Text("message") : string.Create(CultureInfo.InvariantCulture, $"{code} {json.Text("message")}");
            return code is { } known && AccountCodes.Contains(known) && answer.RetryAfter is null
                ? SendResult.Unavailable(HttpOutcomes.Text(answer, words))
                : HttpOutcomes.Of(answer, words);
        }

        var status = json.Text("status");
        var error = json.Integer("error_code");
        if (status is "failed" or "undelivered" or "canceled")
        {
            var words = HttpOutcomes.Text(answer, string.Create(CultureInfo.InvariantCulture, $"{status}: {error} {json.Text("error_message")}"));
            return error is { } known && AccountCodes.Contains(known) ? SendResult.Unavailable(words) : SendResult.Rejected(words);
        }

        // A messaging service says 0 segments as long as it has chosen no sender.
        var segments = json.Text("num_segments") is { } count and not "0" ? $", num_segments {count}" : "";
        var price = json.Amount("price");
        return SendResult.Accepted(HttpOutcomes.Text(answer, status + segments), json.Text("sid"), price is null ? null : Math.Abs(price.Value), price is null ? null : json.Text("price_unit"));
    }

    private static bool IsIncoming(FormFields fields) => StatusOf(fields) is null or "received" or "receiving";

    private static string? StatusOf(FormFields fields) => fields["MessageStatus"] ?? fields["SmsStatus"];

    private static TwilioSettings? Read(ProviderSettings settings, List<SettingsFault> faults)
    {
        var reader = new SettingsReader(settings.Settings, "settings", faults);
        var account = Sid(reader, "account_sid", "AC", required: true);
        var from = reader.Text("from", maxLength: 40);
        var service = Sid(reader, "messaging_service_sid", "MG");
        var smart = reader.Flag("smart_encoding") ?? false;
        var address = HttpSetting.Url(reader, "base_url");
        var timeout = HttpSetting.Timeout(reader);
        reader.Finish();

        var credentials = new SettingsReader(settings.Credentials, "credentials", faults);
        var token = credentials.Text("auth_token", required: true, maxLength: 200);
        var key = Sid(credentials, "api_key_sid", "SK");
        var secret = credentials.Text("api_key_secret", maxLength: 200);
        if (key is null != secret is null)
            credentials.Fault(key is null ? "api_key_sid" : "api_key_secret", "required", "An API key has a SID and a secret.");
        credentials.Finish();
        if (faults.Count > 0) return null;

        var root = (address?.AbsoluteUri ?? "https://api.twilio.com").TrimEnd('/');
        return new TwilioSettings(
            new Uri($"{root}/2010-04-01/Accounts/{account}/Messages.json"), HttpSetting.Basic(key ?? account!, secret ?? token!), token!, from, service, smart, timeout);
    }

    private static string? Sid(SettingsReader reader, string name, string prefix, bool required = false)
    {
        if (reader.Text(name, required, 34) is not { } sid) return null;
        if (sid.Length == 34 && sid.StartsWith(prefix, StringComparison.Ordinal) && !sid.AsSpan(2).ContainsAnyExcept(HexDigits)) return sid;
        reader.Fault(name, "invalid", $"It starts with {prefix}, and 32 hexadecimal digits follow.");
        return null;
    }

    private static readonly System.Buffers.SearchValues<char> HexDigits = System.Buffers.SearchValues.Create("0123456789abcdefABCDEF");

    private sealed record TwilioSettings(
        Uri Messages, string Authorization, string AuthToken, string? From, string? Service, bool SmartEncoding, TimeSpan Timeout);
}

/// <summary>
/// X-Twilio-Signature: HMAC-SHA1 of the URL and the form's fields in order; of a body that is no form, the URL has the hash
/// (https://www.twilio.com/docs/usage/security#validating-requests).
/// </summary>
internal static class TwilioSignature
{
    /// <param name="url">As Twilio called it. Proxies may have hidden the port: the URL counts with and without.</param>
    /// <param name="fields">Of a form; null for any other body.</param>
    public static bool IsValid(string authToken, string signature, string url, IReadOnlyList<KeyValuePair<string, string>>? fields, ReadOnlySpan<byte> body)
    {
        if (fields is null && !body.IsEmpty && !HasHashOf(url, body)) return false;
        if (fields is null && body.IsEmpty && Query(url, "bodySHA256") is not null && !HasHashOf(url, body)) return false;
        var suffix = Concatenate(fields ?? []);
        if (Matches(authToken, signature, url, suffix)) return true;
        return Uri.TryCreate(url, UriKind.Absolute, out var normal) && Matches(authToken, signature, normal.AbsoluteUri, suffix);
    }

    private static bool Matches(string authToken, string signature, string url, string suffix)
    {
        var (before, port, after) = SplitPort(url);
        var standard = url.StartsWith("https:", StringComparison.OrdinalIgnoreCase) ? ":443" : ":80";
        return Equal(Sign(authToken, before + after + suffix), signature)
            || Equal(Sign(authToken, before + (port.Length > 0 ? port : standard) + after + suffix), signature);
    }

    private static string Sign(string authToken, string text) =>
        Convert.ToBase64String(HMACSHA1.HashData(Encoding.UTF8.GetBytes(authToken), Encoding.UTF8.GetBytes(text)));

    private static bool Equal(string expected, string given) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(given));

    /// <summary>Names in order, each with its value; of a name that comes again, its different values in order.</summary>
    private static string Concatenate(IReadOnlyList<KeyValuePair<string, string>> fields)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in fields.Distinct().OrderBy(f => f.Key, StringComparer.Ordinal).ThenBy(f => f.Value, StringComparer.Ordinal))
            text.Append(name).Append(value);
        return text.ToString();
    }

    private static bool HasHashOf(string url, ReadOnlySpan<byte> body) => SignedToken.IsHashOf(Query(url, "bodySHA256"), body);

    private static string? Query(string url, string name) => Uri.TryCreate(url, UriKind.Absolute, out var uri) ? FormFields.OfQuery(uri)[name] : null;

    private static (string Before, string Port, string After) SplitPort(string url)
    {
        var start = url.IndexOf("://", StringComparison.Ordinal) + 3;
        var end = url.AsSpan(start).IndexOfAny('/', '?', '#');
        end = end < 0 ? url.Length : start + end;
        var host = url.LastIndexOf('@', end - 1, end - start) + 1;
        if (host == 0) host = start;
        var bracket = url.IndexOf(']', host, end - host);
        var colon = url.IndexOf(':', bracket < 0 ? host : bracket, end - (bracket < 0 ? host : bracket));
        return colon < 0 ? (url[..end], "", url[end..]) : (url[..colon], url[colon..end], url[end..]);
    }
}
