namespace Carillon.Client;

/// <summary>How many are sent at once.</summary>
public sealed record BatchOptions
{
    /// <summary>The most that a request may have.</summary>
    public const int MaxSize = 10_000;

    /// <summary>Notifications per request: each is a batch of its own on the server. Default 1,000, 1 to <see cref="MaxSize"/>.</summary>
    public int Size { get; init; } = 1_000;

    /// <summary>
    /// Makes the whole harmless to repeat within 24 hours, also by another process: the same notifications in the same order under the same
    /// key and size add only what is missing. Left null, the client makes one for its own repetitions. At most 200 printable characters.
    /// </summary>
    public string? IdempotencyKey { get; init; }
}

/// <summary>What became of one notification of many.</summary>
/// <param name="Index">Its place among those given, from 0.</param>
/// <param name="BatchId">The batch that it went with; null when nothing of the batch was accepted.</param>
/// <param name="Accepted">Null when it was refused.</param>
/// <param name="Problem">Why it was refused; null when it was accepted.</param>
public sealed record BatchResult(long Index, string? BatchId, AcceptedNotification? Accepted, ApiProblem? Problem);

/// <summary>How far a batch has come.</summary>
public sealed record Batch
{
    public required string Id { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public long Messages { get; init; }

    /// <summary>Messages that have ended for good.</summary>
    public long Finished { get; init; }

    /// <summary>From 0 to 1.</summary>
    public double Progress { get; init; }

    /// <summary>Where the rate so far leads; null when it says nothing.</summary>
    public DateTimeOffset? ExpectedEnd { get; init; }

    public IReadOnlyDictionary<string, long> ByStatus { get => field ?? new Dictionary<string, long>(StringComparer.Ordinal); init; }
}

/// <summary>A batch as lists show it.</summary>
public sealed record ListedBatch(string Id, DateTimeOffset CreatedAt, long Notifications);

/// <summary>What became of the messages of a batch that was cancelled.</summary>
/// <param name="InFlight">Too late to know; they are not tried again.</param>
/// <param name="Final">They had come to their end before.</param>
public sealed record BatchCancellation(string Id, long Cancelled, long InFlight, long Final);

/// <summary>The answer to a batch.</summary>
internal sealed record BatchAnswer
{
    public string? BatchId { get; init; }

    public IReadOnlyList<BatchAnswerItem> Results { get => field ?? []; init; }
}

/// <summary>Either what an accepted notification is answered, or a problem.</summary>
internal sealed record BatchAnswerItem
{
    public string? Id { get; init; }

    public string? Status { get; init; }

    public IReadOnlyList<AcceptedMessage>? Messages { get; init; }

    public ApiProblem? Problem { get; init; }

    public AcceptedNotification? Accepted => Id is null ? null : new AcceptedNotification { Id = Id, Status = Status ?? "accepted", Messages = Messages ?? [] };
}
