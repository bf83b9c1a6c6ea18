using System.Text;
using System.Text.Json;
using Carillon.Channels;
using Carillon.Messages;
using Carillon.Providers;

namespace Carillon.Tests.Channels;

/// <summary>Providers and messages for the tests of gateways.</summary>
internal static class Sample
{
    public static readonly DateTimeOffset Time = new(2026, 3, 14, 9, 0, 0, TimeSpan.Zero);

    public static JsonElement Json(string json) => JsonSerializer.Deserialize<JsonElement>(json);

    public static Guid Id(int number) => new(number, 1, 0x7000, 0x80, 0, 0, 0, 0, 0, 0, 1);

    public static ProviderSettings Settings(string settings, string? credentials = null, Channel channel = Channel.Email) =>
        new(channel, Json(settings), credentials is null ? null : Json(credentials));

    public static Provider Provider(string kind, string settings, string? credentials = null, int id = 1, Channel channel = Channel.Email) => new()
    {
        Tenant = TenantId.Installation,
        Id = Id(id),
        Name = kind,
        Channel = channel,
        Kind = kind,
        Settings = Json(settings),
        Credentials = credentials is null ? null : Json(credentials),
        CreatedAt = Time,
        UpdatedAt = Time,
    };

    public static GatewayMessage Message(
        Provider provider,
        int id = 1,
        string address = "ana@example.net",
        int tenant = 1,
        int attempt = 1,
        string subject = "Welcome",
        string text = "Hello Ana",
        string html = "",
        string? from = null,
        string? replyTo = null,
        string? recipientName = null,
        IReadOnlyDictionary<string, string>? headers = null,
        IReadOnlyList<GatewayAttachment>? attachments = null,
        OnUnknown onUnknown = OnUnknown.Resend) => new()
        {
            Provider = provider,
            Attempt = attempt,
            Content = new RenderedContent(Encoding.UTF8.GetBytes(subject), Encoding.UTF8.GetBytes(text), Encoding.UTF8.GetBytes(html)),
            From = from,
            ReplyTo = replyTo,
            RecipientName = recipientName,
            Headers = headers,
            Attachments = attachments ?? [],
            Message = new OutboundMessage
            {
                Id = Id(id),
                Channel = provider.Channel,
                Address = address,
                CreatedAt = Time,
                Notification = new Notification { Tenant = new TenantId(tenant), Id = Id(id), CreatedAt = Time, OnUnknown = onUnknown },
            },
        };
}
