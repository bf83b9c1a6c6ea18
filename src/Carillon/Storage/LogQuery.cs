using Carillon.Messages;

namespace Carillon.Storage;

/// <summary>What lists of the log have in common: the filters that are set, all of them.</summary>
public abstract record LogQuery
{
    public required TenantId Tenant { get; init; }

    public string? ContactId { get; init; }

    public string? Category { get; init; }

    public string? RelatedType { get; init; }

    public string? RelatedId { get; init; }

    public Guid? BatchId { get; init; }

    /// <summary>Whichever of its versions was bound.</summary>
    public Guid? TemplateId { get; init; }

    public DateTimeOffset? CreatedAfter { get; init; }

    public DateTimeOffset? CreatedBefore { get; init; }

    /// <summary>The <see cref="LogPage{T}.Next"/> of the page before; null for the first page.</summary>
    public long? After { get; init; }

    public int Limit { get; init; } = 50;
}

/// <summary>Asks for a page of messages.</summary>
public sealed record MessageQuery : LogQuery
{
    public MessageStatus? Status { get; init; }

    public Channel? Channel { get; init; }

    public string? Address { get; init; }

    /// <summary>The provider that had it last.</summary>
    public Guid? ProviderId { get; init; }

    public MessageDirection? Direction { get; init; }
}

/// <summary>Asks for a page of notifications.</summary>
public sealed record NotificationQuery : LogQuery
{
    /// <summary>Those of which a message has this status.</summary>
    public MessageStatus? Status { get; init; }
}

/// <param name="Next">
/// Where the next page begins; null on the last. The engine's own number: it stands for a place in the order of commits, so that rows that
/// are added meanwhile neither repeat one nor hide one.
/// </param>
public sealed record LogPage<T>(IReadOnlyList<T> Items, long? Next);
