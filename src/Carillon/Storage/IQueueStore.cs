using Carillon.Messages;

namespace Carillon.Storage;

/// <summary>
/// The hot path: everything that a message's life writes. Work that waits and work that a node owns are two small tables apart
/// from the log, so that neither claims nor recovery ever touch what is done.
/// </summary>
public interface IQueueStore
{
    /// <summary>
    /// Commits the whole group in one durable transaction, or nothing of it (<see cref="StorageUnavailableException"/>).
    /// Each write's verdict says what became of it: a repeated idempotency key, a lost ownership.
    /// </summary>
    ValueTask CommitAsync(WriteGroup group, CancellationToken cancellationToken = default);

    /// <summary>
    /// Takes up to <paramref name="limit"/> due messages of one lane into the ownership of <paramref name="epoch"/>, earliest first.
    /// One that cannot be read back ends as <c>failed/content_error</c>; the others are taken.
    /// </summary>
    ValueTask<Claim> ClaimAsync(LaneKey lane, long epoch, DateTimeOffset now, int limit, CancellationToken cancellationToken = default);

    /// <summary>Every lane with waiting work, and when its earliest is due. Costs one index seek a lane, not a scan.</summary>
    ValueTask<IReadOnlyList<LaneDue>> LanesAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Gives back what epochs other than <paramref name="liveEpochs"/> own: unmarked messages become due at once, messages with a
    /// send mark and no outcome end as <c>failed/outcome_unknown</c>, unmarked ones of a cancelled notification as <c>cancelled</c>.
    /// Returns how many of each.
    /// </summary>
    ValueTask<Rescue> RescueAsync(IReadOnlyCollection<long> liveEpochs, DateTimeOffset now, CancellationToken cancellationToken = default);

    /// <summary>Hands back, unsent and due at once, messages that this epoch owns; those of a cancelled notification end as cancelled.</summary>
    ValueTask ReleaseAsync(long epoch, IReadOnlyList<OutboundMessage> messages, CancellationToken cancellationToken = default);

    /// <summary>
    /// Cancels what still waits of a notification's messages. Those owned by a node are left alone, <see cref="CancelState.InFlight"/>,
    /// but do not wait again: see <see cref="OutcomeWrite.Cancelled"/>.
    /// </summary>
    ValueTask<IReadOnlyList<CancelledMessage>> CancelAsync(TenantId tenant, Guid notificationId, DateTimeOffset now, CancellationToken cancellationToken = default);

    /// <summary>As <see cref="CancelAsync"/>, of several notifications in one commit. Those that the tenant does not have are left out.</summary>
    ValueTask<IReadOnlyList<CancelledMessage>> CancelManyAsync(
        TenantId tenant, IReadOnlyList<Guid> notificationIds, DateTimeOffset now, CancellationToken cancellationToken = default);

    /// <summary>
    /// Puts a message that has failed or bounced back into its lane, due at once, with the attempts and the age of a new one. Decided and
    /// done in one commit, so that of two who ask only one is told <see cref="RetryResult.Queued"/>.
    /// </summary>
    /// <param name="trace">A line for its trace, as <see cref="OutcomeWrite.Trace"/>.</param>
    ValueTask<RetryResult> RetryAsync(
        TenantId tenant, Guid messageId, DateTimeOffset now, ReadOnlyMemory<byte> trace, CancellationToken cancellationToken = default);

    /// <summary>
    /// Steps of plans that are to be looked at by now, earliest first. Each is settled by a <see cref="StepWrite"/>. One whose notification cannot be
    /// read back is passed over.
    /// </summary>
    ValueTask<IReadOnlyList<DueStep>> DueStepsAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken = default);

    /// <summary>Callbacks that nobody has read and that were received before a time, earliest first. Each is settled by a <see cref="ReadingWrite"/>.</summary>
    ValueTask<IReadOnlyList<StoredCallback>> UnreadCallbacksAsync(DateTimeOffset receivedBefore, int limit, CancellationToken cancellationToken = default);

    /// <summary>What these idempotency keys of a tenant stand for; those that stand for nothing are left out.</summary>
    ValueTask<IReadOnlyDictionary<string, IdempotencyRecord>> FindKeysAsync(
        TenantId tenant, IReadOnlyCollection<string> keys, CancellationToken cancellationToken = default);

    /// <summary>Makes a callback that could not be read an unread one again, and gives it; null when it could be read, or there is none.</summary>
    ValueTask<StoredCallback?> ReopenCallbackAsync(Guid id, CancellationToken cancellationToken = default);

    /// <summary>Drops what has served its time; returns how many rows went.</summary>
    ValueTask<int> CleanAsync(CleaningOrder order, CancellationToken cancellationToken = default);
}

/// <param name="Messages">What was claimed, whole: it can be rendered and sent without another read.</param>
/// <param name="NextDue">When the lane's earliest remaining work is due; null when nothing remains.</param>
public sealed record Claim(IReadOnlyList<OutboundMessage> Messages, DateTimeOffset? NextDue);

public readonly record struct LaneDue(LaneKey Lane, DateTimeOffset Due);

public readonly record struct Rescue(int Requeued, int Unknown, int Cancelled = 0);

/// <summary>What goes: at most <paramref name="Limit"/> rows of each kind, the oldest first. Secrets go whose erasure is due.</summary>
/// <param name="EarlyEventsBefore">Events whose message never came to be known.</param>
public sealed record CleaningOrder(
    DateTimeOffset Now, DateTimeOffset IdempotencyBefore, DateTimeOffset CallbacksBefore, DateTimeOffset EarlyEventsBefore, int Limit);

public enum CancelState
{
    Cancelled,

    /// <summary>A node has it: too late to know.</summary>
    InFlight,

    /// <summary>It was final before.</summary>
    Final,
}

public sealed record CancelledMessage(Guid Id, Channel Channel, CancelState State, MessageStatus Status);
