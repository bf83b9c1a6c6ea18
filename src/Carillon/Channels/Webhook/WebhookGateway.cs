using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Carillon.Channels.Http;
using Carillon.Messages;
using Carillon.Providers;

namespace Carillon.Channels.Webhook;

/// <summary>
/// Posts messages to URLs, signed as Standard Webhooks has it. What an endpoint answers is its own affair and not the provider's: an
/// endpoint that fails is tried again later and takes no other one with it.
/// </summary>
internal sealed class WebhookGateway : IGateway
{
    public static readonly GatewayKind Kind = new()
    {
        Name = "webhook",
        Label = "Webhook",
        Channels = [Channel.Webhook],
        SettingsSchema = WebhookSettings.Schema,
        CredentialsSchema = WebhookSettings.CredentialsSchema,
        Check = Check,
        Create = (provider, services) => new WebhookGateway(provider, services),
    };

    /// <summary>Of a notification whose text is to be posted as it is, whatever the provider's <c>payload</c>: <c>application/json</c>.</summary>
    public const string DocumentHeader = "Content-Type";

    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly WebhookSettings _settings;
    private readonly GatewayHttp _http;
    private readonly TimeProvider _time;
    private readonly IWebhookEndpoints? _endpoints;

    private WebhookGateway(Provider provider, GatewayServices services)
    {
        var faults = new List<SettingsFault>();
        _settings = WebhookSettings.Read(new ProviderSettings(provider.Channel, provider.Settings, provider.Credentials), faults);
        if (faults.Count > 0) throw new ArgumentException("The settings were not checked.", nameof(provider));
        // An address comes from whoever may send: not even the installation's provider takes it wherever it leads.
        _http = _settings.Url is null ? services.GuardedHttp() : services.HttpOf(provider);
        _time = services.Time;
        // A test is to show what the endpoint says, and to leave nothing behind.
        _endpoints = services.Recorder is null ? services.Endpoints : null;
    }

    public async ValueTask<SendResult> SendAsync(GatewayMessage message, CancellationToken cancellationToken)
    {
        var url = _settings.Url;
        if (url is null && HttpSetting.FaultOf(message.Message.Address, out url) is { } fault) return SendResult.Rejected("The address is no URL to post to. " + fault);
        var tenant = message.Message.Notification.Tenant;
        if (_endpoints?.Find(tenant, url!) is { } gone) return SendResult.Rejected(WhyDisabled(gone));
        using var request = Build(message, url!);
        using var answer = await _http.SendAsync(request, _settings.Timeout, cancellationToken);
        if (answer.Status == 410 && _endpoints is not null) await _endpoints.DisableAsync(tenant, url!, message.Message.Id);
        return Describe(answer, message);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static string WhyDisabled(DisabledEndpoint endpoint) => string.Create(
        CultureInfo.InvariantCulture,
        $"Not sent: the endpoint is disabled since {endpoint.DisabledAt.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z, when it answered 410 Gone to ")
        + $"{PublicId.Format(PublicId.Message, endpoint.MessageId)}. POST /v1/webhook-endpoints/{PublicId.Format(PublicId.Endpoint, endpoint.Id)}/enable lets it be posted to again.";

    private static IReadOnlyList<SettingsFault> Check(ProviderSettings settings)
    {
        var faults = new List<SettingsFault>();
        WebhookSettings.Read(settings, faults);
        return faults;
    }

    /// <summary>
    /// Everything but success and 410 is tried again, for what an endpoint says while it is broken or being changed says nothing of the
    /// message. Nothing of the body is kept.
    /// </summary>
    private SendResult Describe(HttpAnswer answer, GatewayMessage message)
    {
        if (answer.Failure is { } failure)
        {
            // The receiver knows a repeat by its webhook-id: only who asked for none wants to hear that it may have arrived.
            var mayRepeat = failure.Outcome != SendOutcome.Unknown || message.Message.Notification.OnUnknown != OnUnknown.Stop;
            return mayRepeat && _settings.Url is null ? SendResult.RetryAfter(failure.Answer!) : failure;
        }

        var text = HttpOutcomes.Text(answer);
        if (answer.IsSuccess) return SendResult.Accepted(text);
        if (answer.Status == 410) return SendResult.Rejected($"{text} The endpoint says that it is gone for good.");
        if (answer.Status is >= 300 and < 400) text += " Redirects are not followed.";
        // A 5xx with stop: the receiver may have acted before it failed.
        if (answer.Status is 500 or 502 or 504 && message.Message.Notification.OnUnknown == OnUnknown.Stop) return SendResult.Unknown(text);
        return SendResult.RetryAfter(text, answer.RetryAfter);
    }

    private HttpRequestMessage Build(GatewayMessage message, Uri url)
    {
        var id = PublicId.Format(PublicId.Message, message.Message.Id);
        var content = IsDocument(message) ? Document(message) : _settings.Payload == WebhookPayload.Event ? Event(message, id) : Text(message);
        var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = content };
        var now = _time.GetUtcNow();
        request.Headers.TryAddWithoutValidation(WebhookSignature.IdHeader, id);
        request.Headers.TryAddWithoutValidation(WebhookSignature.TimestampHeader, now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        if (_settings.Secrets.Count > 0)
            request.Headers.TryAddWithoutValidation(WebhookSignature.SignatureHeader, WebhookSignature.Sign(_settings.Secrets, id, now, content.Written.Span));
        return request;
    }

    /// <summary>What the server itself has to say is an event by itself: no request can set this header.</summary>
    private static bool IsDocument(GatewayMessage message) =>
        message.Headers is { } headers && headers.TryGetValue(DocumentHeader, out var type) && type == RequestContent.Json;

    private static RequestContent Document(GatewayMessage message)
    {
        var content = new RequestContent(RequestContent.Json);
        content.Write(message.Content.Text.Span);
        return content;
    }

    private RequestContent Text(GatewayMessage message)
    {
        var content = new RequestContent(_settings.ContentType);
        content.Write(message.Content.Text.Span);
        return content;
    }

    /// <summary>The same bytes at each attempt.</summary>
    private RequestContent Event(GatewayMessage message, string id)
    {
        var content = new RequestContent(RequestContent.Json);
        using var json = new Utf8JsonWriter(content, Writing);
        json.WriteStartObject();
        json.WriteString("type"u8, _settings.EventType);
        // In milliseconds, as it is stored: a message claimed later knows no more.
        json.WriteString("timestamp"u8, DateTimeOffset.FromUnixTimeMilliseconds(message.Message.CreatedAt.ToUnixTimeMilliseconds()).UtcDateTime);
        json.WriteStartObject("data"u8);
        json.WriteString("id"u8, id);
        json.WriteString("notification_id"u8, PublicId.Format(PublicId.Notification, message.Message.Notification.Id));
        json.WriteString("address"u8, message.Message.Address);
        if (!message.Content.Subject.IsEmpty) json.WriteString("subject"u8, message.Content.Subject.Span);
        if (!message.Content.Text.IsEmpty) json.WriteString("text"u8, message.Content.Text.Span);
        if (!message.Content.Html.IsEmpty) json.WriteString("html"u8, message.Content.Html.Span);
        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
        return content;
    }
}
