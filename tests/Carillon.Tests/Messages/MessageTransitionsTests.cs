using Carillon.Messages;
using FsCheck;
using FsCheck.Fluent;

namespace Carillon.Tests.Messages;

public sealed class MessageTransitionsTests
{
    [Theory]
    [InlineData(MessageStatus.Sent, null, MessageEventKind.Delivered, MessageStatus.Delivered)]
    [InlineData(MessageStatus.Sent, null, MessageEventKind.Bounced, MessageStatus.Bounced)]
    [InlineData(MessageStatus.Sent, null, MessageEventKind.Failed, MessageStatus.Failed)]
    [InlineData(MessageStatus.Delivered, null, MessageEventKind.Bounced, MessageStatus.Bounced)]
    [InlineData(MessageStatus.Delivered, null, MessageEventKind.Opened, MessageStatus.Read)]
    [InlineData(MessageStatus.Delivered, null, MessageEventKind.Failed, null)]
    [InlineData(MessageStatus.Read, null, MessageEventKind.Delivered, null)]
    [InlineData(MessageStatus.Read, null, MessageEventKind.Bounced, null)]
    [InlineData(MessageStatus.Bounced, "hard_bounce", MessageEventKind.Delivered, null)]
    [InlineData(MessageStatus.Failed, MessageReasons.OutcomeUnknown, MessageEventKind.Sent, MessageStatus.Sent)]
    [InlineData(MessageStatus.Failed, MessageReasons.OutcomeUnknown, MessageEventKind.Bounced, MessageStatus.Bounced)]
    [InlineData(MessageStatus.Failed, MessageReasons.Rejected, MessageEventKind.Bounced, null)]
    [InlineData(MessageStatus.Failed, MessageReasons.Undelivered, MessageEventKind.Delivered, MessageStatus.Delivered)]
    [InlineData(MessageStatus.Queued, MessageReasons.Retry, MessageEventKind.Delivered, MessageStatus.Delivered)]
    [InlineData(MessageStatus.Cancelled, MessageReasons.Superseded, MessageEventKind.Read, MessageStatus.Read)]
    [InlineData(MessageStatus.Suppressed, null, MessageEventKind.Delivered, null)]
    [InlineData(MessageStatus.Received, null, MessageEventKind.Delivered, null)]
    [InlineData(MessageStatus.Sent, null, MessageEventKind.Deferred, null)]
    public void An_event_moves_a_status_where_the_drawing_says(MessageStatus from, string? reason, MessageEventKind kind, MessageStatus? to) =>
        Assert.Equal(to, MessageTransitions.After(from, reason, kind));

    /// <summary>Receipts come in any order and any number of times: what was read stays read, what bounced stays bounced, and all comes to an end.</summary>
    [Fact]
    public void Whatever_comes_in_whatever_order_comes_to_rest() => Prop.ForAll<MessageEventKind[]>(events =>
    {
        var (status, reason) = (MessageStatus.Sent, (string?)null);
        var moves = 0;
        foreach (var kind in events)
        {
            if (MessageTransitions.After(status, reason, kind) is not { } next) continue;
            if (status is MessageStatus.Read or MessageStatus.Bounced || next == status) return false;
            (status, reason) = (next, MessageTransitions.ReasonOf(kind, isPermanent: true));
            moves++;
        }

        return moves <= 4;
    }).QuickCheckThrowOnFailure();
}
