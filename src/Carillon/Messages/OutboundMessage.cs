namespace Carillon.Messages;

/// <summary>
/// One copy of a notification on one channel to one address, as the dispatcher holds it: the unit that is delivered, retried
/// and tracked.
/// </summary>
public sealed class OutboundMessage
{
    public required Notification Notification { get; init; }

    public required Guid Id { get; init; }

    public required Channel Channel { get; init; }

    public required string Address { get; init; }

    /// <summary>Which step of the plan it belongs to, from 0.</summary>
    public int Step { get; init; }

    /// <summary>When it was made; retries are bounded by its age.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it may be sent at the earliest.</summary>
    public DateTimeOffset DueAt { get; init; }

    /// <summary>How many sends were tried and recorded so far.</summary>
    public int Attempts { get; init; }

    /// <summary>When it was last put back into the queue by hand, after it had failed; null for never. Its age counts from there.</summary>
    public DateTimeOffset? RetriedAt { get; init; }

    /// <summary>Of <see cref="Attempts"/>, how many were made before that: they do not count against the retry policy.</summary>
    public int AttemptsBefore { get; init; }

    /// <summary>Committed with this node as the owner: it is handed over in memory and needs no claim.</summary>
    public bool IsOwned { get; set; }

    /// <summary>The incarnation of this node that its row was committed under; only that one may send it and record what became of it.</summary>
    internal long OwnerEpoch { get; set; }

    /// <summary>From when on it is too late to send it, since the next step of its plan begins; null for never. A retry by hand is outside its plan's time.</summary>
    public DateTimeOffset? StepDeadline => RetriedAt is not null ? null : Notification.Plan?.DeadlineOf(Step, BegunAt);

    /// <summary>What its age and its step's time count from: it was made, or came due, or was put back into the queue by hand.</summary>
    public DateTimeOffset BegunAt =>
        RetriedAt ?? (Step == 0 && Notification.ScheduledAt is { } scheduled && scheduled > CreatedAt ? scheduled : CreatedAt);

    /// <summary>Of a telephone number: its country (ISO 3166-1 alpha-2); empty where there is none.</summary>
    internal string Region => field ??= Contacts.Phone.PhoneNumber.RegionOf(Address) ?? "";

    public LaneKey Lane => new(Notification.Tenant, Channel, Notification.Priority);

    /// <summary>What is stored as its first status.</summary>
    public MessageStatus InitialStatus => DueAt.ToUnixTimeMilliseconds() > CreatedAt.ToUnixTimeMilliseconds() ? MessageStatus.Scheduled : MessageStatus.Queued;
}
