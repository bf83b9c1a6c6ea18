using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Carillon.Channels.Http;
using Carillon.Messages;
using Carillon.Providers;

namespace Carillon.Channels.Sms;

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
        SettingsSchema = VonageSettings.Schema,
        CredentialsSchema = VonageSettings.CredentialsSchema,
        Check = settings =>
        {
            var faults = new List<SettingsFault>();
            VonageSettings.Read(settings, faults);
            return faults;
        },
        Create = (provider, services) => new VonageGateway(provider, services),
    };

    /// <summary>Accounts may send 30 requests a second unless agreed otherwise: a second later there is room.</summary>
    private static readonly TimeSpan ThrottleRest = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Vonage repeats for 24 hours (https://developer.vonage.com/en/messaging/sms/guides/inbound-sms), and does not say whether it signs anew then. What is
    /// older than that was taken down by somebody and is sent again by him.
    /// </summary>
    private static readonly TimeSpan MaxAge = TimeSpan.FromHours(25);

    private static readonly TimeSpan MaxAhead = TimeSpan.FromMinutes(5);

    private readonly VonageSettings _settings;
    private readonly GatewayHttp _http;
    private readonly Uri? _callback;

    private VonageGateway(Provider provider, GatewayServices services)
    {
        var faults = new List<SettingsFault>();
        _settings = VonageSettings.Read(new ProviderSettings(provider.Channel, provider.Settings, provider.Credentials), faults)
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
            : IsSigned(VonageEvents.FieldsOf(request), secret, request.ReceivedAt);
        return new(isGenuine ? new CallbackVerdict.Genuine() : new CallbackVerdict.Refused("The signature is not that of the signature secret, or is older than 25 hours."));
    }

    public IReadOnlyList<CallbackEvent> Read(CallbackRequest request) => VonageEvents.Read(request);

    public ValueTask DisposeAsync() => default;

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
        if (SignedToken.IssuedAt(claims) is { } issued && !IsRecent(issued, request.ReceivedAt)) return false;
        return request.Body.IsEmpty || SignedToken.IsHashOf(claims.Text("payload_hash"), request.Body.Span);
    }

    private static bool IsRecent(DateTimeOffset signedAt, DateTimeOffset receivedAt) => receivedAt - signedAt is var age && age <= MaxAge && age >= -MaxAhead;

    /// <summary>The names in order, each as &amp;name=value, with &amp; and = in values as underscores.</summary>
    private bool IsSigned(FormFields fields, string secret, DateTimeOffset receivedAt)
    {
        if (fields["sig"] is not { Length: > 0 } given) return false;

        // Signed requests have it (https://developer.vonage.com/en/getting-started/concepts/signing-messages), and it is signed with the rest.
        if (fields["timestamp"] is { } signed
            && (!long.TryParse(signed, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || seconds > 253_402_300_799
                || !IsRecent(DateTimeOffset.FromUnixTimeSeconds(seconds), receivedAt))) return false;
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
}
