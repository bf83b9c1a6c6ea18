namespace Carillon.Messages;

/// <summary>A way of reaching people. The numbers are stored; they never change.</summary>
public enum Channel : byte
{
    Email = 1,
    Sms = 2,
    WhatsApp = 3,
    Voice = 4,
    Push = 5,
    WebPush = 6,
    InApp = 7,
    Chat = 8,
    Webhook = 9,
}

/// <summary>The names that channels have in the API, in settings and in stored JSON.</summary>
public static class ChannelNames
{
    public static readonly WireNames<Channel> All = new(
        (Channel.Email, "email"),
        (Channel.Sms, "sms"),
        (Channel.WhatsApp, "whatsapp"),
        (Channel.Voice, "voice"),
        (Channel.Push, "push"),
        (Channel.WebPush, "web_push"),
        (Channel.InApp, "in_app"),
        (Channel.Chat, "chat"),
        (Channel.Webhook, "webhook"));

    public static string Name(this Channel channel) => All.NameOf(channel);

    /// <summary>Its addresses are telephone numbers.</summary>
    internal static bool HasNumber(this Channel channel) => channel is Channel.Sms or Channel.Voice or Channel.WhatsApp;
}
