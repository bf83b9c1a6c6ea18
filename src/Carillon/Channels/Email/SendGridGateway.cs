using System.Globalization;
using Carillon.Channels.Http;
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
        SettingsSchema = SendGridSettings.Schema,
        CredentialsSchema = SendGridSettings.CredentialsSchema,
        Check = settings =>
        {
            var faults = new List<SettingsFault>();
            SendGridSettings.Read(settings, faults);
            return faults;
        },
        Create = (provider, services) => new SendGridGateway(provider, services),
    };

    /// <summary>SendGrid takes 30 MB with everything in it.</summary>
    private const int MaxBytes = 30 << 20;

    /// <summary>SendGrid repeats a request that failed for a day; whether it signs it anew is not documented.</summary>
    private static readonly TimeSpan MaxAge = TimeSpan.FromHours(25);

    private static readonly TimeSpan MaxAhead = TimeSpan.FromMinutes(5);

    private readonly SendGridSettings _settings;
    private readonly GatewayHttp _http;
    private readonly MailComposer _composer;

    private SendGridGateway(Provider provider, GatewayServices services)
    {
        var faults = new List<SettingsFault>();
        _settings = SendGridSettings.Read(new ProviderSettings(provider.Channel, provider.Settings, provider.Credentials), faults)
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
            content = RequestContent.OfJson((_settings, message, mail), SendGridRequest.Write);
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

    public IReadOnlyList<CallbackEvent> Read(CallbackRequest request) => SendGridEvents.Read(request);

    public ValueTask DisposeAsync() => default;

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
}
