using System.Globalization;
using Carillon.Messages;

namespace Carillon.Storage;

/// <summary>What a message was counted for, from its row: when it came to which status, and for which provider. Its events stand for themselves.</summary>
internal sealed class CountedMessage
{
    public MessageStatus Status { get; init; }

    public Guid? ProviderId { get; init; }

    /// <summary>Its end was counted for no provider, though <see cref="ProviderId"/> had tried it.</summary>
    public bool IsUnattributed { get; init; }

    public long? SentAt { get; init; }

    public long? RetriedAt { get; init; }

    public long UpdatedAt { get; init; }

    /// <summary>What the first event wrote over, unless it was sent.</summary>
    public MessageStatus? OutcomeStatus { get; init; }

    public long? OutcomeAt { get; init; }

    /// <summary>What retries by hand wrote over.</summary>
    public string? Past { get; init; }

    /// <summary>How it began: it waited for a time, or not. Null for one that came in.</summary>
    public static MessageStatus? BeginningOf(MessageStatus status, int step, long createdAt, long? scheduledAt) =>
        status == MessageStatus.Received ? null : step == 0 && scheduledAt > createdAt ? MessageStatus.Scheduled : MessageStatus.Queued;

    /// <summary>All but its beginning.</summary>
    public IEnumerable<CountedMove> Moves()
    {
        foreach (var move in Read(Past)) yield return move;
        if (RetriedAt is { } retried) yield return new CountedMove(retried, MessageStatus.Queued, null);
        if (Outcome() is { } outcome) yield return outcome;
    }

    /// <summary>As <see cref="Past"/> is to be once this is retried by hand.</summary>
    public string PastOfRetry() => string.Concat(Moves().Select(move => string.Create(
        CultureInfo.InvariantCulture, $"{move.At} {(int)move.Status} {move.Provider}\n")));

    private CountedMove? Outcome()
    {
        if (SentAt is { } sent) return Of(sent, MessageStatus.Sent);
        if (OutcomeStatus is { } first) return first.IsFinal() ? Of(OutcomeAt ?? UpdatedAt, first) : null;
        return Status.IsFinal() ? Of(UpdatedAt, Status) : null;
    }

    private CountedMove Of(long at, MessageStatus status) => new(at, status, status == MessageStatus.Cancelled || IsUnattributed ? null : ProviderId);

    private static IEnumerable<CountedMove> Read(string? past)
    {
        foreach (var line in (past ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = line.Split(' ');
            yield return new CountedMove(
                long.Parse(parts[0], CultureInfo.InvariantCulture), (MessageStatus)int.Parse(parts[1], CultureInfo.InvariantCulture),
                parts[2].Length == 0 ? null : Guid.Parse(parts[2], CultureInfo.InvariantCulture));
        }
    }
}

/// <summary>A message came to a status.</summary>
/// <param name="At">Milliseconds since 1970.</param>
internal readonly record struct CountedMove(long At, MessageStatus Status, Guid? Provider);
