using System.Globalization;
using System.Text;
using System.Text.Json;
using Carillon.Channels.Http;
using Carillon.Mail;
using Carillon.Messages;
using Carillon.Providers;

namespace Carillon.Channels.Email;

/// <summary>
/// Mail by Amazon SES: <see href="https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html">SendEmail</see> of its API v2 with the
/// mail as we write it, <see href="https://docs.aws.amazon.com/ses/latest/APIReference-V2/CommonErrors.html">common errors</see>, and
/// <see href="https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html">events</see> or
/// <see href="https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html">notifications</see> by Amazon SNS.
/// It knows no repeats of a request, and tells no cost.
/// </summary>
internal sealed class SesGateway : IGateway, ICallbackReceiver
{
    public static readonly GatewayKind Kind = new()
    {
        Name = "ses",
        Label = "Amazon SES",
        Channels = [Channel.Email],
        SettingsSchema = SesSettings.Schema,
        CredentialsSchema = SesSettings.CredentialsSchema,
        Check = settings =>
        {
            var faults = new List<SettingsFault>();
            SesSettings.Read(settings, faults);
            return faults;
        },
        Create = (provider, services) => Create(provider, services, null),
    };

    /// <summary>SES takes 40 MB, in base 64 within the JSON.</summary>
    private const int MaxBytes = 40 << 20;

    /// <summary>SNS repeats for an hour at most; a notification keeps its first timestamp.</summary>
    private static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(75);

    private static readonly TimeSpan MaxAhead = TimeSpan.FromMinutes(5);

    private readonly SesSettings _settings;
    private readonly GatewayServices _services;
    private readonly GatewayHttp _http;
    private readonly MailComposer _composer;
    private readonly DocumentFetch _fetch;
    private readonly SnsCertificates _certificates;

    private SesGateway(Provider provider, GatewayServices services, DocumentFetch? fetch)
    {
        var faults = new List<SettingsFault>();
        _settings = SesSettings.Read(new ProviderSettings(provider.Channel, provider.Settings, provider.Credentials), faults)
            ?? throw new ArgumentException("The settings were not checked.", nameof(provider));
        _services = services;
        _http = services.HttpOf(provider);
        _composer = new MailComposer(_settings.From, services.Time, services.AlternativeText);
        _fetch = fetch ?? FetchAsync;
        _certificates = new SnsCertificates(_fetch);
    }

    /// <param name="fetch">In place of the real SNS, for tests: only URLs of SNS come here.</param>
    internal static SesGateway Create(Provider provider, GatewayServices services, DocumentFetch? fetch) => new(provider, services, fetch);

    public async ValueTask<SendResult> SendAsync(GatewayMessage message, CancellationToken cancellationToken)
    {
        RequestContent content;
        using (var mime = new MailBuffer())
        {
            try
            {
                // SES puts its own Message-ID and Date into the mail and signs it itself: a signature of ours would not hold.
                MimeWriter.Write(_composer.Compose(message, out _), mime, null);
            }
            catch (Exception exception) when (exception is FormatException or ArgumentException)
            {
                return SendResult.Rejected(exception.Message);
            }

            if (mime.Written.Length > MaxBytes / 4 * 3) return SendResult.Rejected("Amazon SES takes 40 MB at most.");
            content = RequestContent.OfJson((this, message, mime), Write);
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, _settings.Send) { Content = content };
        Sign(request, content);
        using var answer = await _http.SendAsync(request, _settings.Timeout, cancellationToken);
        return Describe(answer);
    }

    public async ValueTask<CallbackVerdict> VerifyAsync(CallbackRequest request, CancellationToken cancellationToken)
    {
        if (_settings.TopicArn is not { } topic) return new CallbackVerdict.Refused("The provider has no sns_topic_arn.");
        if (SnsMessage.TryRead(request.Body) is not { } message) return new CallbackVerdict.Refused("It is no message of SNS.");

        // Before anything is fetched for it.
        if (message.TopicArn != topic) return new CallbackVerdict.Refused("It is of another topic than sns_topic_arn.");
        var age = request.ReceivedAt - message.Timestamp;
        if (age is null || age > MaxAge || age < -MaxAhead) return new CallbackVerdict.Refused("It was signed too long ago, or for later.");
        if (message.CertificateUrl is not { } url) return new CallbackVerdict.Refused("Its certificate is not at SNS.");
        if (await _certificates.GetAsync(url, cancellationToken) is not { } certificate) return new CallbackVerdict.Refused("Its certificate could not be had.");
        if (!message.IsSignedBy(certificate, request.ReceivedAt)) return new CallbackVerdict.Refused("Its signature is not that of the certificate.");
        switch (message.Type)
        {
            case SnsMessage.Notification:
                return new CallbackVerdict.Genuine();
            case SnsMessage.SubscriptionConfirmation:
                if (message.SubscribeUrl is not { } confirm) return new CallbackVerdict.Refused("Its SubscribeURL does not lead to SNS.");
                return await _fetch(confirm, cancellationToken) is null
                    ? new CallbackVerdict.Refused("The subscription could not be confirmed.")
                    : new CallbackVerdict.Handshake();
            default:
                return new CallbackVerdict.Handshake();
        }
    }

    public IReadOnlyList<CallbackEvent> Read(CallbackRequest request) => SesEvents.Read(request);

    public ValueTask DisposeAsync()
    {
        _certificates.Dispose();
        return default;
    }

    private void Sign(HttpRequestMessage request, RequestContent content)
    {
        var date = AwsSignature.DateOf(_services.Time.GetUtcNow());
        var url = _settings.Send;
        var headers = new List<KeyValuePair<string, string>>
        {
            new("Content-Length", content.Written.Length.ToString(CultureInfo.InvariantCulture)),
            new("Content-Type", RequestContent.Json),
            new("Host", url.IsDefaultPort ? url.IdnHost : url.Authority),
            new("X-Amz-Date", date),
        };
        request.Headers.TryAddWithoutValidation("X-Amz-Date", date);
        if (_settings.Credentials.SessionToken is { } token)
        {
            headers.Add(new("X-Amz-Security-Token", token));
            request.Headers.TryAddWithoutValidation("X-Amz-Security-Token", token);
        }

        var signature = AwsSignature.Of(_settings.Credentials, "ses", _settings.Region, date, "POST", url.PathAndQuery, headers, content.Written.Span);
        request.Headers.TryAddWithoutValidation("Authorization", signature.Authorization);
    }

    private static void Write(Utf8JsonWriter json, (SesGateway Gateway, GatewayMessage Message, MailBuffer Mime) state)
    {
        var (gateway, message, mime) = state;
        json.WriteStartObject();
        json.WriteStartObject("Destination");
        json.WriteStartArray("ToAddresses");
        json.WriteStringValue(AsciiOf(message.Message.Address));
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteStartObject("Content");
        json.WriteStartObject("Raw");
        json.WriteBase64String("Data", mime.Written.Span);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteStartArray("EmailTags");
        json.WriteStartObject();
        json.WriteString("Name", MailSetting.MessageVariable);
        json.WriteString("Value", PublicId.Format(PublicId.Message, message.Message.Id));
        json.WriteEndObject();
        json.WriteEndArray();
        if (gateway._settings.ConfigurationSet is { } set) json.WriteString("ConfigurationSetName", set);
        json.WriteEndObject();
    }

    /// <summary>With its domain in Punycode, as SES wants it. Of the local part the writer of the mail has seen that it is ASCII.</summary>
    private static string AsciiOf(string address)
    {
        if (Ascii.IsValid(address)) return address;
        var to = new MailAddress(address);
        return $"{to.LocalPart}@{MailComposer.DomainOf(to)}";
    }

    private static SendResult Describe(HttpAnswer answer)
    {
        if (answer.Failure is { } failure) return failure;
        var json = VendorJson.Parse(answer.Body) ?? default;
        if (answer.IsSuccess) return SendResult.Accepted(HttpOutcomes.Text(answer), MailSetting.IdOf(json.Text("MessageId")));
        var kind = KindOf(answer.Header("x-amzn-ErrorType") ?? json.Text("__type") ?? json.Text("code"));
        var said = json.Text("message") ?? json.Text("Message");
        var words = $"{kind} {said}".Trim();
        var text = HttpOutcomes.Text(answer, words);
        return kind switch
        {
            // Too many in a second; or too many in a day, for which waiting a little is no help
            // (https://docs.aws.amazon.com/ses/latest/dg/manage-sending-quotas-errors.html).
            "TooManyRequestsException" or "ThrottlingException" or "Throttling" => said?.Contains("Daily", StringComparison.OrdinalIgnoreCase) == true
                ? SendResult.Unavailable(text) : SendResult.Throttled(text, answer.RetryAfter),

            // A sandbox, or an identity that is not verified; else what the mail holds.
            "MessageRejected" => said?.Contains("not verified", StringComparison.OrdinalIgnoreCase) == true ? SendResult.Unavailable(text) : SendResult.Rejected(text),
            "BadRequestException" or "ValidationException" or "ValidationError" => SendResult.Rejected(text),
            "AccountSuspendedException" or "SendingPausedException" or "MailFromDomainNotVerifiedException" or "LimitExceededException" or "NotFoundException"
                or "AccessDeniedException" or "AccessDenied" or "ExpiredTokenException" or "ExpiredToken" or "IncompleteSignature" or "IncompleteSignatureException"
                or "InvalidClientTokenId" or "InvalidSignatureException" or "SignatureDoesNotMatch" or "MissingAuthenticationToken" or "MissingAuthenticationTokenException"
                or "NotAuthorized" or "OptInRequired" or "RequestExpired" or "UnrecognizedClientException" => SendResult.Unavailable(text),
            _ => HttpOutcomes.Of(answer, words),
        };
    }

    /// <summary><c>MessageRejected:http://internal.amazon.com/…</c> and <c>com.amazonaws.sesv2#MessageRejected</c> are MessageRejected.</summary>
    private static string? KindOf(string? type)
    {
        if (type is null) return null;
        var colon = type.IndexOf(':', StringComparison.Ordinal);
        if (colon >= 0) type = type[..colon];
        return type[(type.LastIndexOf('#') + 1)..];
    }

    /// <summary>From SNS, or what stands in for it: which document it is, the URL has been judged by before.</summary>
    private async ValueTask<byte[]?> FetchAsync(Uri url, CancellationToken cancellationToken)
    {
        if (_settings.Sns is { } standIn) url = new Uri(standIn + url.PathAndQuery);
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        using var answer = await _http.SendAsync(request, TimeSpan.FromSeconds(10), cancellationToken);
        return answer.IsSuccess && answer.IsWhole ? answer.Body.ToArray() : null;
    }

}
