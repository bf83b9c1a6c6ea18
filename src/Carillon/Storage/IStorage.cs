namespace Carillon.Storage;

/// <summary>
/// A storage engine: SQLite or PostgreSQL. The contracts are split by who uses them; every implementation passes one conformance
/// suite. All members are thread-safe. Whatever returns has been committed durably, unless it only reads.
/// </summary>
public interface IStorage : IAsyncDisposable
{
    IQueueStore Queue { get; }

    IMessageLog Log { get; }

    IContactStore Contacts { get; }

    ITemplateStore Templates { get; }

    IProviderStore Providers { get; }

    ILimitStore Limits { get; }

    IAlertStore Alerts { get; }

    IFigureStore Figures { get; }

    ICounterStore Counters { get; }

    ISenderStore Senders { get; }

    ISealedStore Sealed { get; }

    IAttachmentStore Attachments { get; }

    ITenantStore Tenants { get; }

    INodeStore Nodes { get; }

    /// <summary>Whether several nodes may use it at once: then the store's clock counts, and who lives is told by heartbeats.</summary>
    bool IsShared { get; }

    /// <summary>What and where, without secrets, for people (<c>SQLite at /var/lib/carillon/carillon.db</c>).</summary>
    string Description { get; }

    /// <summary>
    /// Opens the store and brings its schema up to date. Throws <see cref="StorageStartException"/> with a message for the operator
    /// when it cannot be used (locked by another process, not a database, newer than this program …).
    /// </summary>
    Task OpenAsync(CancellationToken cancellationToken = default);
}

/// <summary>The store cannot do it now but may later (disk full, locked, gone): nothing was committed; try again or refuse with 503.</summary>
public sealed class StorageUnavailableException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The store cannot be used as it is; the message says what to do about it.</summary>
public sealed class StorageStartException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A row with this unique key is there already.</summary>
public sealed class DuplicateKeyException(string field, string message) : Exception(message)
{
    public string Field { get; } = field;
}
