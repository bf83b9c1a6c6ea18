namespace Carillon.Messages;

/// <summary>Whether a message was sent to a contact or came from one.</summary>
public enum MessageDirection : byte
{
    Outbound = 0,
    Inbound = 1,
}

public static class MessageDirectionNames
{
    public static readonly WireNames<MessageDirection> All = new((MessageDirection.Outbound, "outbound"), (MessageDirection.Inbound, "inbound"));

    public static string Name(this MessageDirection direction) => All.NameOf(direction);

    /// <summary>Only what came in has the status <see cref="MessageStatus.Received"/>, and never leaves it.</summary>
    public static MessageDirection Direction(this MessageStatus status) => status == MessageStatus.Received ? MessageDirection.Inbound : MessageDirection.Outbound;
}
