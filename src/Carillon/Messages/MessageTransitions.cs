namespace Carillon.Messages;

/// <summary>
/// Where an event takes a message: the part of the state machine that begins when a gateway has been asked. Drawn in
/// docs/message-states.md. Receipts come late, twice and out of order, so that a status only ever moves towards what is better known.
/// </summary>
public static class MessageTransitions
{
    /// <summary>The status that the event leads to, or null where it changes none.</summary>
    /// <param name="reason">Why the message is in its status: what failed for want of an answer may yet have arrived.</param>
    public static MessageStatus? After(MessageStatus status, string? reason, MessageEventKind kind) => kind switch
    {
        MessageEventKind.Sent => IsUndecided(status, reason) ? MessageStatus.Sent : null,
        MessageEventKind.Delivered => IsUndecided(status, reason) || status is MessageStatus.Sent || IsMistaken(status) ? MessageStatus.Delivered : null,
        MessageEventKind.Read or MessageEventKind.Opened or MessageEventKind.Clicked or MessageEventKind.Replied
            or MessageEventKind.Confirmed or MessageEventKind.Complained or MessageEventKind.Unsubscribed =>
            IsUndecided(status, reason) || status is MessageStatus.Sent or MessageStatus.Delivered || IsMistaken(status) ? MessageStatus.Read : null,
        MessageEventKind.Failed => IsUndecided(status, reason) || status is MessageStatus.Sent ? MessageStatus.Failed : null,
        MessageEventKind.Bounced => IsUndecided(status, reason) || status is MessageStatus.Sent or MessageStatus.Delivered ? MessageStatus.Bounced : null,
        _ => null,
    };

    /// <summary>Nobody knows yet what became of the attempt: it waits to be repeated, or was given up for want of an answer.</summary>
    private static bool IsUndecided(MessageStatus status, string? reason) =>
        status is MessageStatus.Queued || (status is MessageStatus.Failed && reason is MessageReasons.OutcomeUnknown);

    /// <summary>It was given up, and has arrived all the same: an attempt before had been taken.</summary>
    private static bool IsMistaken(MessageStatus status) => status is MessageStatus.Failed or MessageStatus.Expired or MessageStatus.Cancelled;

    /// <summary>The reason that goes with where the event leads, for final states that need one.</summary>
    public static string? ReasonOf(MessageEventKind kind, bool isPermanent) => kind switch
    {
        MessageEventKind.Failed => MessageReasons.Undelivered,
        MessageEventKind.Bounced => isPermanent ? MessageReasons.HardBounce : MessageReasons.SoftBounce,
        _ => null,
    };
}
