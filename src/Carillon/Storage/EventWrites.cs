using Carillon.Messages;

namespace Carillon.Storage;

/// <summary>A vendor's request, to be kept as it came before it is answered.</summary>
public sealed class CallbackWrite
{
    public required Guid Id { get; init; }

    public required Guid ProviderId { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>SHA-256 over what makes the request the same as another.</summary>
    public required byte[] Digest { get; init; }

    /// <summary>The request, as <see cref="StoredCallback.Request"/>.</summary>
    public required byte[] Request { get; init; }

    /// <summary>Set by the store: the provider's vendor has sent the same before; nothing was written.</summary>
    public bool IsRepeated { get; set; }

    /// <summary>Set by the store when this write alone could not be stored, while the rest of its group was.</summary>
    public Exception? Failure { get; set; }
}

/// <param name="Request">One JSON document.</param>
public sealed record StoredCallback(Guid Id, Guid ProviderId, DateTimeOffset ReceivedAt, byte[] Request);

/// <summary>A callback without its request.</summary>
/// <param name="ReadAt">Null while nobody has read it.</param>
/// <param name="Fault">Why it could not be read; null when it could.</param>
public sealed record KeptCallback(Guid Id, Guid ProviderId, DateTimeOffset ReceivedAt, DateTimeOffset? ReadAt, string? Fault);

/// <summary>What a callback was found to say, or why it could not be read: once for each callback, whoever reads it.</summary>
public sealed class ReadingWrite
{
    /// <summary>Null for events that no stored callback stands for.</summary>
    public Guid? CallbackId { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>Why it could not be read; null when it could.</summary>
    public string? Fault { get; init; }

    public IReadOnlyList<EventWrite> Events { get; init; } = [];

    public IReadOnlyList<InboundWrite> Inbound { get; init; } = [];

    /// <summary>Set by the store: false when the callback had been read already, and nothing was written.</summary>
    public bool Recorded { get; set; }

    /// <summary>Set by the store when this write alone could not be stored, while the rest of its group was.</summary>
    public Exception? Failure { get; set; }
}

/// <summary>Something that happened to a message after it left.</summary>
public sealed class EventWrite
{
    public required Guid ProviderId { get; init; }

    /// <summary>One of this and <see cref="ExternalId"/> is needed.</summary>
    public Guid? MessageId { get; init; }

    public string? ExternalId { get; init; }

    public required MessageEventKind Kind { get; init; }

    public required DateTimeOffset At { get; init; }

    public string? Detail { get; init; }

    public bool IsPermanent { get; init; }

    public string? Url { get; init; }

    public decimal? Cost { get; init; }

    public string? Currency { get; init; }

    /// <summary>Set by the store.</summary>
    public EventVerdict Verdict { get; set; }

    /// <summary>Set by the store: the status to which it moved its message; null when it moved none.</summary>
    public MessageStatus? MovedTo { get; set; }
}

public enum EventVerdict
{
    Recorded,

    /// <summary>The same was recorded before.</summary>
    Repeated,

    /// <summary>Its message is not known (yet), or is being sent at this moment: the event is kept for a day and recorded with the outcome.</summary>
    Early,
}

/// <summary>A message that came in. Its notification holds what it says and has one message, in the status <see cref="MessageStatus.Received"/>.</summary>
public sealed class InboundWrite
{
    public required Notification Notification { get; init; }

    public required Guid ProviderId { get; init; }

    public required string ExternalId { get; init; }

    /// <summary>Set by the store: it came before; nothing was written.</summary>
    public bool IsRepeated { get; set; }
}

/// <summary>Looks whether the next step of a plan is to begin, and begins it: a deadline has passed, or a message has failed after it was sent.</summary>
public sealed class StepWrite
{
    /// <summary>What was due, as the store gave it.</summary>
    public required DueStep Due { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>What is to begin.</summary>
    public required NextStep Next { get; init; }

    /// <summary>Set by the store.</summary>
    public StepVerdict Verdict { get; set; }

    /// <summary>Set by the store when this write alone could not be stored, while the rest of its group was.</summary>
    public Exception? Failure { get; set; }
}

public enum StepVerdict
{
    /// <summary>The step has come as far as it was to, was cancelled or succeeded by another, or may yet be on its way to a person.</summary>
    NotNeeded,

    Begun,

    /// <summary>A message of the step is being sent at this moment: it is looked at again a little later.</summary>
    Postponed,
}

/// <summary>A step of a plan that is to be looked at.</summary>
/// <param name="IsDeadline">Its time is over; else one of its messages has failed after it was sent.</param>
public sealed record DueStep(Notification Notification, int Step, bool IsDeadline, DateTimeOffset Due);

/// <summary>An event as the log has it.</summary>
public sealed record StoredEvent(
    MessageEventKind Kind, DateTimeOffset At, DateTimeOffset RecordedAt, Guid? ProviderId, string? Detail, string? Url);
