namespace Carillon.Messages;

/// <summary>Where a message stands; drawn in docs/message-states.md. Stored; the numbers never change.</summary>
public enum MessageStatus : byte
{
    Scheduled = 1,
    Held = 2,
    Queued = 3,

    /// <summary>Owned by a node and on its way. Never stored: a row is in this state while the node's ownership of it is.</summary>
    Sending = 4,
    Sent = 5,
    Delivered = 6,
    Read = 7,
    Failed = 8,
    Bounced = 9,
    Suppressed = 10,
    Cancelled = 11,
    Expired = 12,
    Received = 13,
}

public static class MessageStatusNames
{
    public static readonly WireNames<MessageStatus> All = new(
        (MessageStatus.Scheduled, "scheduled"),
        (MessageStatus.Held, "held"),
        (MessageStatus.Queued, "queued"),
        (MessageStatus.Sending, "sending"),
        (MessageStatus.Sent, "sent"),
        (MessageStatus.Delivered, "delivered"),
        (MessageStatus.Read, "read"),
        (MessageStatus.Failed, "failed"),
        (MessageStatus.Bounced, "bounced"),
        (MessageStatus.Suppressed, "suppressed"),
        (MessageStatus.Cancelled, "cancelled"),
        (MessageStatus.Expired, "expired"),
        (MessageStatus.Received, "received"));

    public static string Name(this MessageStatus status) => All.NameOf(status);

    /// <summary>True where the engine has nothing more to do for the message on its own.</summary>
    public static bool IsFinal(this MessageStatus status) =>
        status is not (MessageStatus.Scheduled or MessageStatus.Held or MessageStatus.Queued or MessageStatus.Sending);

    /// <summary>Whether a message in this status has come as far as a step of a plan asks. Confirmation is the notification's, not a message's.</summary>
    public static bool Reaches(this MessageStatus status, Until until) => until switch
    {
        Until.Sent => status is MessageStatus.Sent or MessageStatus.Delivered or MessageStatus.Read,
        Until.Delivered => status is MessageStatus.Delivered or MessageStatus.Read,
        Until.Read => status is MessageStatus.Read,
        _ => false,
    };
}
