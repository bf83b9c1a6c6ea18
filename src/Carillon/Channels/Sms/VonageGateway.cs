using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Carillon.Channels.Http;
using Carillon.Messages;
using Carillon.Providers;

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

/// <summary>
/// SMS by Vonage's <see href="https://developer.vonage.com/en/api/sms">SMS API</see>, with its
/// <see href="https://developer.vonage.com/en/messaging/sms/guides/troubleshooting-sms">statuses</see>,
/// <see href="https://developer.vonage.com/en/messaging/sms/guides/delivery-receipts">delivery receipts</see>,
/// <see href="https://developer.vonage.com/en/messaging/sms/guides/inbound-sms">inbound messages</see> and
/// <see href="https://developer.vonage.com/en/getting-started/concepts/signing-messages">signatures</see>. Accounts whose webhooks are
/// those of the Messages API are understood too: its
/// <see href="https://developer.vonage.com/en/messages/concepts/sms-status-callbacks">status callbacks</see> come with
/// <see href="https://developer.vonage.com/en/getting-started/concepts/webhooks#decoding-signed-webhooks">signed tokens</see>. Vonage knows
/// no repeats of a request.
/// </summary>
internal sealed class VonageGateway : IGateway, ICallbackReceiver
{
    public static readonly GatewayKind Kind = new()
    {
        Name = "vonage",
        Label = "Vonage",
        Channels = [Channel.Sms],
        SettingsSchema = """
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
            """,
        CredentialsSchema = """
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
            """,
        Check = settings =>
        {
            var faults = new List<SettingsFault>();
            Read(settings, faults);
            return faults;
        },
        Create = (provider, services) => new VonageGateway(provider, services),
    };

    /// <summary>Accounts may send 30 requests a second unless agreed otherwise: a second later there is room.</summary>
    private static readonly TimeSpan ThrottleRest = TimeSpan.FromSeconds(1);

    private static readonly WireNames<VonageSignatureMethod> Methods = new(
        (VonageSignatureMethod.Md5Hash, "md5hash"),
        (VonageSignatureMethod.Md5, "md5"),
        (VonageSignatureMethod.Sha1, "sha1"),
        (VonageSignatureMethod.Sha256, "sha256"),
        (VonageSignatureMethod.Sha512, "sha512"));

    private readonly VonageSettings _settings;
    private readonly GatewayHttp _http;
    private readonly Uri? _callback;

    private VonageGateway(Provider provider, GatewayServices services)
    {
        var faults = new List<SettingsFault>();
        _settings = Read(new ProviderSettings(provider.Channel, provider.Settings, provider.Credentials), faults)
            ?? throw new ArgumentException("The settings were not checked.", nameof(provider));
        _http = services.HttpOf(provider);
        _callback = services.CallbackUrl(provider.Id);
    }

    public async ValueTask<SendResult> SendAsync(GatewayMessage message, CancellationToken cancellationToken)
    {
        var content = new RequestContent(RequestContent.Form);
        using var request = new HttpRequestMessage(HttpMethod.Post, _settings.Messages) { Content = content };
        content.AddField("api_key", _settings.ApiKey);
        content.AddField("api_secret", _settings.ApiSecret);
        content.AddField("from", message.From ?? _settings.From);
        content.AddField("to", message.Message.Address.TrimStart('+'));
        content.AddField("text", message.Content.Text.Span);

        // As type text Vonage would replace what is not in the GSM alphabet.
        if (SmsText.Measure(message.Content.Text.Span).Encoding == SmsEncoding.Ucs2) content.AddField("type", "unicode");
        content.AddField("client-ref", PublicId.Format(PublicId.Message, message.Message.Id));
        if (_callback is not null) content.AddField("callback", _callback.AbsoluteUri);
        using var answer = await _http.SendAsync(request, _settings.Timeout, cancellationToken);
        return Describe(answer);
    }

    public ValueTask<CallbackVerdict> VerifyAsync(CallbackRequest request, CancellationToken cancellationToken)
    {
        if (_settings.SignatureSecret is not { } secret)
            return new(new CallbackVerdict.Refused("The provider has no signature_secret."));
        const string scheme = "Bearer ";
        var isGenuine = request.Header("Authorization") is { } authorization && authorization.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)
            ? IsToken(authorization[scheme.Length..].Trim(), secret, request)
            : IsSigned(FieldsOf(request), secret);
        return new(isGenuine ? new CallbackVerdict.Genuine() : new CallbackVerdict.Refused("The signature is not that of the signature secret."));
    }

    public IReadOnlyList<CallbackEvent> Read(CallbackRequest request)
    {
        if (VendorJson.Parse(request.Body) is { ValueKind: JsonValueKind.Object } json && json.Text("message_uuid") is { } uuid)
            return ReadMessagesApi(json, uuid);

        var fields = FieldsOf(request);
        var id = fields["messageId"] ?? throw new FormatException("It has no messageId.");
        if (fields["status"] is { } status && fields["text"] is null) return Receipt(fields, id, status);
        return
        [
            // A long message comes in parts, each a callback of its own; a keyword stands in the first.
            new CallbackEvent.Inbound
            {
                From = Number(fields["msisdn"] ?? throw new FormatException("It has no msisdn.")),
                To = Number(fields["to"] ?? throw new FormatException("It has no to.")),
                ExternalId = id,
                Text = fields["text"],
                At = TimeOf(fields["message-timestamp"]),
            },
        ];
    }

    public ValueTask DisposeAsync() => default;

    private static CallbackEvent[] Receipt(FormFields fields, string id, string status)
    {
        var code = fields["err-code"];

        // https://developer.vonage.com/en/messaging/sms/guides/delivery-receipts: 3 gone for good, 9 no such number; 4 and 14 are barred.
        var isPermanent = code is "3" or "9";
        MessageEventKind? kind = status switch
        {
            "delivered" => MessageEventKind.Delivered,
            "accepted" or "buffered" or "unknown" => MessageEventKind.Deferred,
            "failed" => isPermanent || code is "4" or "14" ? MessageEventKind.Bounced : MessageEventKind.Failed,
            "rejected" => MessageEventKind.Bounced,
            "expired" or "deleted" => MessageEventKind.Failed,
            _ => null,
        };
        return kind is null ? [] :
        [
            new CallbackEvent.Receipt
            {
                Kind = kind.Value,
                ExternalId = id,
                MessageId = PublicId.TryParse(PublicId.Message, fields["client-ref"], out var own) ? own : null,
                Detail = code is null or "0" ? status : $"{status}, err-code {code}",
                IsPermanent = isPermanent && kind is MessageEventKind.Bounced,
                At = TimeOf(fields["message-timestamp"]),
            },
        ];
    }

    private static CallbackEvent[] ReadMessagesApi(JsonElement json, string uuid)
    {
        var at = DateTimeOffset.TryParse(json.Text("timestamp"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : (DateTimeOffset?)null;
        if (json.Text("status") is not { } status)
        {
            return
            [
                new CallbackEvent.Inbound
                {
                    From = Number(json.Text("from") ?? throw new FormatException("It has no from.")),
                    To = Number(json.Text("to") ?? throw new FormatException("It has no to.")),
                    ExternalId = uuid,
                    Text = json.Text("text"),
                    At = at,
                },
            ];
        }

        MessageEventKind? kind = status switch
        {
            "submitted" => MessageEventKind.Sent,
            "delivered" => MessageEventKind.Delivered,
            "read" => MessageEventKind.Read,
            "rejected" => MessageEventKind.Bounced,
            "undeliverable" => MessageEventKind.Failed,
            _ => null,
        };
        var error = json.Member("error") ?? default;
        var usage = json.Member("usage") ?? default;
        return kind is null ? [] :
        [
            new CallbackEvent.Receipt
            {
                Kind = kind.Value,
                ExternalId = uuid,
                MessageId = PublicId.TryParse(PublicId.Message, json.Text("client_ref"), out var own) ? own : null,
                Detail = error.Text("title") is { } title ? $"{title}: {error.Text("detail")}".TrimEnd(':', ' ') : status,
                Cost = usage.Amount("price"),
                Currency = usage.Text("currency"),
                At = at,
            },
        ];
    }

    private static SendResult Describe(HttpAnswer answer)
    {
        if (answer.Failure is { } failure) return failure;
        var parts = (VendorJson.Parse(answer.Body) ?? default).Items("messages").ToList();
        if (!answer.IsSuccess) return HttpOutcomes.Of(answer, parts.Count > 0 ? Words(parts[0]) : null);
        if (parts.Count == 0) return SendResult.Unknown(HttpOutcomes.Text(answer, "The answer has no messages."));

        var refused = parts.Find(part => part.Text("status") != "0");
        if (refused.ValueKind != JsonValueKind.Undefined)
        {
            var words = HttpOutcomes.Text(answer, Words(refused));
            return parts.Exists(part => part.Text("status") == "0")
                ? SendResult.Unknown(words + " Other segments were taken.")
                : OutcomeOf(refused.Text("status"), words);
        }

        // Each part has its own id and price; reports name ours too. Vonage counts in euros.
        decimal? cost = parts.TrueForAll(part => part.Amount("message-price") is not null) ? parts.Sum(part => part.Amount("message-price")) : null;
        return SendResult.Accepted(
            HttpOutcomes.Text(answer, string.Create(CultureInfo.InvariantCulture, $"status 0, {parts.Count} segments, network {parts[0].Text("network")}")),
            parts[0].Text("message-id"), cost, cost is null ? null : "EUR");
    }

    private static SendResult OutcomeOf(string? status, string words) => status switch
    {
        // Throttled, and too many connections.
        "1" or "10" => SendResult.Throttled(words, ThrottleRest),

        // Missing and invalid parameters, no such prefix, barred or deactivated number, too long.
        "2" or "3" or "6" or "7" or "12" or "33" => SendResult.Rejected(words),

        // An internal error while the message was processed.
        "5" => SendResult.Unknown(words),

        // Credentials, a suspended or empty account, a sender that is not allowed, and what else the account's owner can mend.
        _ => SendResult.Unavailable(words),
    };

    private static string Words(JsonElement part) => $"status {part.Text("status")}: {part.Text("error-text")}";

    private bool IsToken(string token, string secret, CallbackRequest request)
    {
        if (SignedToken.Verify(token, secret, request.ReceivedAt) is not { } claims) return false;
        if (claims.Text("api_key") is { } key && key != _settings.ApiKey) return false;
        return request.Body.IsEmpty || SignedToken.IsHashOf(claims.Text("payload_hash"), request.Body.Span);
    }

    /// <summary>The names in order, each as &amp;name=value, with &amp; and = in values as underscores.</summary>
    private bool IsSigned(FormFields fields, string secret)
    {
        if (fields["sig"] is not { Length: > 0 } given) return false;
        var text = new StringBuilder();
        foreach (var (name, value) in fields.All.Where(f => f.Key != "sig").OrderBy(f => f.Key, StringComparer.Ordinal))
            text.Append('&').Append(name).Append('=').Append(value.Replace('&', '_').Replace('=', '_'));
        var key = Encoding.UTF8.GetBytes(secret);
        var content = Encoding.UTF8.GetBytes(text.ToString());
#pragma warning disable CA5350, CA5351 // The vendor's methods; the account's owner chooses.
        var expected = _settings.Method switch
        {
            VonageSignatureMethod.Md5Hash => MD5.HashData([.. content, .. key]),
            VonageSignatureMethod.Md5 => HMACMD5.HashData(key, content),
            VonageSignatureMethod.Sha1 => HMACSHA1.HashData(key, content),
            VonageSignatureMethod.Sha256 => HMACSHA256.HashData(key, content),
            _ => HMACSHA512.HashData(key, content),
        };
#pragma warning restore CA5350, CA5351
        return CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(Convert.ToHexStringLower(expected)), Encoding.UTF8.GetBytes(given.ToLowerInvariant()));
    }

    /// <summary>Query, form or JSON: the account's owner chooses.</summary>
    private static FormFields FieldsOf(CallbackRequest request)
    {
        var fields = FormFields.Of(request);
        if (FormFields.IsForm(request) || VendorJson.Parse(request.Body) is not { ValueKind: JsonValueKind.Object } json) return fields;
        foreach (var member in json.EnumerateObject())
        {
            if (json.Text(member.Name) is { } value) fields.Add(member.Name, value);
        }

        return fields;
    }

    private static string Number(string digits) => digits.Length > 0 && char.IsAsciiDigit(digits[0]) ? "+" + digits : digits;

    private static DateTimeOffset? TimeOf(string? text) =>
        DateTimeOffset.TryParseExact(text, "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    private static VonageSettings? Read(ProviderSettings settings, List<SettingsFault> faults)
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

    private sealed record VonageSettings(
        Uri Messages, string ApiKey, string ApiSecret, string From, string? SignatureSecret, VonageSignatureMethod Method, TimeSpan Timeout);
}
