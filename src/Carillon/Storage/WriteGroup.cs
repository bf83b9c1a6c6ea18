using Carillon.Contacts;
using Carillon.Messages;

namespace Carillon.Storage;

/// <summary>What waited to be written when a commit began. Order of application: accepts, marks, outcomes, callbacks, readings, steps, counters.</summary>
public sealed class WriteGroup
{
    /// <summary>The epoch of the node that writes; rows handed over in memory are owned by it.</summary>
    public required long Epoch { get; set; }

    public List<AcceptWrite> Accepts { get; } = [];

    public List<SendMark> Marks { get; } = [];

    public List<OutcomeWrite> Outcomes { get; } = [];

    public List<CallbackWrite> Callbacks { get; } = [];

    public List<ReadingWrite> Readings { get; } = [];

    public List<StepWrite> Steps { get; } = [];

    public int Count => Accepts.Count + Marks.Count + Outcomes.Count + Callbacks.Count + Readings.Count + Steps.Count;

    public bool IsEmpty => Count == 0;
}

/// <summary>Notifications that are accepted together, under one idempotency key or none: all of them or none.</summary>
public sealed class AcceptWrite
{
    public required TenantId Tenant { get; init; }

    public required DateTimeOffset At { get; init; }

    public IdempotencyRecord? Idempotency { get; init; }

    public required IReadOnlyList<Notification> Notifications { get; init; }

    /// <summary>Contacts to make, or to bring up to date by their id.</summary>
    public IReadOnlyList<Contact> Contacts { get; init; } = [];

    /// <summary>Attachments by hash; those already stored are left as they are.</summary>
    public IReadOnlyList<Blob> Blobs { get; init; } = [];

    /// <summary>A batch row to make where it is not there yet, or null.</summary>
    public Guid? NewBatchId { get; init; }

    /// <summary>Set by the store.</summary>
    public AcceptVerdict Verdict { get; set; }

    /// <summary>Set by the store when the key was there already: what it stands for.</summary>
    public IdempotencyRecord? Existing { get; set; }

    /// <summary>Set by the store when this write alone could not be stored, while the rest of its group was.</summary>
    public Exception? Failure { get; set; }
}

public enum AcceptVerdict
{
    Committed,

    /// <summary>The idempotency key was there already; nothing was written. Compare the hashes and answer from <see cref="AcceptWrite.Existing"/>.</summary>
    KeyExists,
}

/// <param name="Key">The caller's key, or one derived from a batch's key and an index; at most 300 characters.</param>
/// <param name="RequestHash">SHA-256 of the request's body.</param>
/// <param name="Answer">The body of the answer, to be given again.</param>
public sealed record IdempotencyRecord(string Key, byte[] RequestHash, byte[] Answer);

public sealed record Blob(string Hash, ReadOnlyMemory<byte> Bytes);

/// <summary>The write-ahead mark of a message whose send must not be repeated: committed before the first byte leaves.</summary>
public sealed class SendMark
{
    public required OutboundMessage Message { get; init; }

    public required Guid ProviderId { get; init; }

    /// <summary>Set by the store: false when this epoch no longer owns the message, which must then not be sent.</summary>
    public bool Owned { get; set; }

    /// <summary>Set by the store when this mark alone could not be stored, while the rest of its group was; <see cref="Owned"/> is false then.</summary>
    public Exception? Failure { get; set; }
}

/// <summary>What became of one attempt, or of a message that never came to one.</summary>
public sealed class OutcomeWrite
{
    public required OutboundMessage Message { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>Final, or <see cref="MessageStatus.Queued"/> / <see cref="MessageStatus.Held"/> with <see cref="DueAt"/>.</summary>
    public required MessageStatus Status { get; init; }

    public string? Reason { get; init; }

    /// <summary>When it is due again; null for final states.</summary>
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>Attempts made by now.</summary>
    public int Attempts { get; init; }

    public Guid? ProviderId { get; init; }

    /// <summary>The gateway's id, where later receipts name it.</summary>
    public string? ExternalId { get; init; }

    public decimal? Cost { get; init; }

    public string? Currency { get; init; }

    /// <summary>SHA-256 of the rendered content, first 16 bytes; null when it was not rendered.</summary>
    public Guid? ContentHash { get; init; }

    /// <summary>Lines to append to the message's trace, UTF-8 JSON objects, each ended by a line feed.</summary>
    public ReadOnlyMemory<byte> Trace { get; init; }

    /// <summary>The next step of the plan, to be begun in the same commit when this message's step has failed as a whole. Null for none.</summary>
    public NextStep? Next { get; init; }

    /// <summary>When the notification's secrets are to be erased: now for a sent message, later for a failed one. Null: it has none, or they are still needed.</summary>
    public DateTimeOffset? EraseSecretsAt { get; init; }

    /// <summary>Set by the store: false when this epoch had lost the message, and nothing was written for it.</summary>
    public bool Recorded { get; set; }

    /// <summary>
    /// Set by the store: the message was to wait again, but its notification was cancelled meanwhile, or the next step of its plan
    /// has begun. It ended as <see cref="MessageStatus.Cancelled"/> instead and is not due again, whatever <see cref="Status"/> and
    /// <see cref="DueAt"/> say.
    /// </summary>
    public bool Cancelled { get; set; }

    /// <summary>Set by the store: the next step was begun by this write.</summary>
    public bool NextBegun { get; set; }

    /// <summary>Set by the store when this write alone could not be stored, while the rest of its group was.</summary>
    public Exception? Failure { get; set; }
}

/// <param name="Step">Its number, from 1.</param>
/// <param name="Messages">Its messages; those with <see cref="OutboundMessage.IsOwned"/> are handed over in memory.</param>
/// <param name="Deadline">When its own time is over; null for never.</param>
public sealed record NextStep(int Step, IReadOnlyList<OutboundMessage> Messages, DateTimeOffset? Deadline = null);
