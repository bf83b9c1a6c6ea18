namespace Carillon.Client;

/// <summary>The channels. Text rather than an enumeration, so that a client reads what a newer server says.</summary>
public static class KnownChannels
{
    public const string Email = "email";
    public const string Sms = "sms";
    public const string WhatsApp = "whatsapp";
    public const string Voice = "voice";
    public const string Push = "push";
    public const string WebPush = "web_push";
    public const string InApp = "in_app";
    public const string Chat = "chat";
    public const string Webhook = "webhook";
}

public static class KnownPriorities
{
    public const string Low = "low";
    public const string Normal = "normal";
    public const string High = "high";
    public const string Critical = "critical";
}

/// <summary>The states of a message; docs/message-states.md draws how they follow each other.</summary>
public static class KnownStatuses
{
    public const string Scheduled = "scheduled";
    public const string Held = "held";
    public const string Queued = "queued";
    public const string Sending = "sending";
    public const string Sent = "sent";
    public const string Delivered = "delivered";
    public const string Read = "read";
    public const string Failed = "failed";
    public const string Bounced = "bounced";
    public const string Suppressed = "suppressed";
    public const string Cancelled = "cancelled";
    public const string Expired = "expired";
    public const string Received = "received";

    /// <summary>Whether it still waits, or is under way. Everything else, <see cref="Sent"/> included, only changes by what the other side reports.</summary>
    public static bool IsLive(string status) => status is Scheduled or Held or Queued or Sending;
}
