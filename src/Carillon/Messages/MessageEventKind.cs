namespace Carillon.Messages;

/// <summary>What happened to a message after it left. Stored; the numbers never change. docs/message-states.md says which moves its status.</summary>
public enum MessageEventKind : byte
{
    /// <summary>The gateway or the network has it and is still trying. Moves nothing.</summary>
    Deferred = 1,

    Delivered = 2,

    /// <summary>Shown to the person, by the word of the channel (a read receipt).</summary>
    Read = 3,

    /// <summary>A mail was opened, by the word of its tracking.</summary>
    Opened = 4,

    Clicked = 5,

    /// <summary>The network gave up, without a word on whether the address is to blame.</summary>
    Failed = 6,

    /// <summary>The address, or whoever serves it, refused it.</summary>
    Bounced = 7,

    /// <summary>The person called it spam.</summary>
    Complained = 8,

    Unsubscribed = 9,

    Replied = 10,

    Confirmed = 11,

    /// <summary>The gateway took it after all: corrects a send whose outcome was unknown.</summary>
    Sent = 12,
}

public static class MessageEventNames
{
    public static readonly WireNames<MessageEventKind> All = new(
        (MessageEventKind.Deferred, "deferred"),
        (MessageEventKind.Delivered, "delivered"),
        (MessageEventKind.Read, "read"),
        (MessageEventKind.Opened, "opened"),
        (MessageEventKind.Clicked, "clicked"),
        (MessageEventKind.Failed, "failed"),
        (MessageEventKind.Bounced, "bounced"),
        (MessageEventKind.Complained, "complained"),
        (MessageEventKind.Unsubscribed, "unsubscribed"),
        (MessageEventKind.Replied, "replied"),
        (MessageEventKind.Confirmed, "confirmed"),
        (MessageEventKind.Sent, "sent"));

    public static string Name(this MessageEventKind kind) => All.NameOf(kind);
}
