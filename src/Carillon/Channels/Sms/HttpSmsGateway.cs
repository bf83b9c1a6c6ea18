using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Carillon.Channels.Http;
using Carillon.Messages;
using Carillon.Providers;

namespace Carillon.Channels.Sms;

/// <summary>Sends SMS by any HTTP API that takes a number and a text: what it is called, and what its answers mean, is in its settings.</summary>
internal sealed class HttpSmsGateway : IGateway
{
    public static readonly GatewayKind Kind = new()
    {
        Name = "http",
        Label = "SMS by HTTP",
        Channels = [Channel.Sms],
        SettingsSchema = HttpSmsSettings.Schema,
        CredentialsSchema = HttpAuthentication.CredentialsSchema,
        Check = Check,
        Create = (provider, services) => new HttpSmsGateway(provider, services),
    };

    private readonly HttpSmsSettings _settings;
    private readonly GatewayHttp _http;

    private static readonly JsonWriterOptions Members = new() { SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // What is the same for each message, serialised once: the first fields of a form or query, or a JSON object without its end.
    private readonly byte[] _prefix;
    private readonly JsonEncodedText _to;
    private readonly JsonEncodedText _from;
    private readonly JsonEncodedText _text;

    private HttpSmsGateway(Provider provider, GatewayServices services)
    {
        var faults = new List<SettingsFault>();
        _settings = HttpSmsSettings.Read(new ProviderSettings(provider.Channel, provider.Settings, provider.Credentials), faults);
        if (faults.Count > 0) throw new ArgumentException("The settings were not checked.", nameof(provider));
        _http = services.HttpOf(provider);
        (_to, _from, _text) = (JsonEncodedText.Encode(_settings.ToParameter), JsonEncodedText.Encode(_settings.FromParameter), JsonEncodedText.Encode(_settings.TextParameter));
        _prefix = Prefix(_settings);
    }

    public async ValueTask<SendResult> SendAsync(GatewayMessage message, CancellationToken cancellationToken)
    {
        if (message.Content.Text.IsEmpty) return SendResult.Rejected("There is no text to send.");
        using var request = Build(message);
        using var answer = await _http.SendAsync(request, _settings.Timeout, cancellationToken);
        return _settings.Answers.Describe(answer);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static IReadOnlyList<SettingsFault> Check(ProviderSettings settings)
    {
        var faults = new List<SettingsFault>();
        HttpSmsSettings.Read(settings, faults);
        return faults;
    }

    private static byte[] Prefix(HttpSmsSettings settings)
    {
        var prefix = new ArrayBufferWriter<byte>();
        if (settings.Format == HttpSmsFormat.Json)
        {
            using var json = new Utf8JsonWriter(prefix);
            json.WriteStartObject();
            foreach (var (name, value) in settings.Parameters)
            {
                json.WritePropertyName(name);
                value.WriteTo(json);
            }

            json.Flush();
            return prefix.WrittenSpan.ToArray();
        }

        foreach (var (name, value) in settings.Parameters)
            PercentEncoding.WriteField(prefix, prefix.WrittenCount == 0, name, Encoding.UTF8.GetBytes(value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText()));
        return prefix.WrittenSpan.ToArray();
    }

    private HttpRequestMessage Build(GatewayMessage message)
    {
        var address = message.Message.Address;
        var to = _settings.NumberFormat == HttpSmsNumberFormat.Digits ? address.TrimStart('+') : address;
        // A notification that also goes by mail may name a mail address.
        var from = message.From is { } given && !given.Contains('@', StringComparison.Ordinal) ? given : _settings.From;
        var content = new RequestContent(_settings.Format == HttpSmsFormat.Json ? RequestContent.Json : RequestContent.Form);
        content.Write(_prefix);
        if (_settings.Format == HttpSmsFormat.Json) WriteJson(content, message, to, from);
        else WriteFields(content, message, to, from);

        var inQuery = _settings.Format == HttpSmsFormat.Query;
        var request = new HttpRequestMessage(
            _settings.Method, inQuery ? HttpSetting.WithQuery(_settings.Url, Encoding.ASCII.GetString(content.Written.Span)) : _settings.Url);
        if (inQuery) content.Dispose();
        else request.Content = content;
        foreach (var (name, value) in _settings.Headers) request.Headers.TryAddWithoutValidation(name, value);
        return request;
    }

    private void WriteFields(RequestContent content, GatewayMessage message, string to, string? from)
    {
        content.AddField(_settings.ToParameter, to);
        if (from is not null) content.AddField(_settings.FromParameter, from);
        content.AddField(_settings.TextParameter, message.Content.Text.Span);
        if (_settings.ReferenceParameter is { } reference) content.AddField(reference, PublicId.Format(PublicId.Message, message.Message.Id));
    }

    private void WriteJson(RequestContent content, GatewayMessage message, string to, string? from)
    {
        // The writer begins behind what is there already: it writes the members alone, and the braces stand around them.
        content.Write(_settings.Parameters.Count > 0 ? ","u8 : default);
        using var json = new Utf8JsonWriter(content, Members);
        json.WriteString(_to, to);
        if (from is not null) json.WriteString(_from, from);
        json.WriteString(_text, message.Content.Text.Span);
        if (_settings.ReferenceParameter is { } reference) json.WriteString(reference, PublicId.Format(PublicId.Message, message.Message.Id));
        json.Flush();
        content.Write("}"u8);
    }
}
