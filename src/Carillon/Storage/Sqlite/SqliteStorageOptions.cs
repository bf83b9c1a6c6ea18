namespace Carillon.Storage.Sqlite;

/// <summary>Where and how the SQLite engine keeps its data.</summary>
public sealed record SqliteStorageOptions
{
    /// <summary>The data directory; made when it is not there. Holds <c>carillon.db</c>, its journals and the lock file.</summary>
    public required string Directory { get; init; }

    /// <summary>The database file, when it is to stand elsewhere than in <see cref="Directory"/>; its lock file stands beside it.</summary>
    public string? File { get; init; }

    /// <summary>How long to wait when another process holds the database. Default 5 s. After it, writes fail as unavailable.</summary>
    public TimeSpan BusyTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Page cache of the writing connection. Default 12 MiB.</summary>
    public int WriterCacheBytes { get; init; } = 12 << 20;

    /// <summary>Page cache of each reading connection. Default 2 MiB.</summary>
    public int ReaderCacheBytes { get; init; } = 2 << 20;

    /// <summary>Reads that may run at once; others wait. Default 4.</summary>
    public int MaxReaders { get; init; } = 4;

    /// <summary>
    /// How long the secrets of a message are kept that failed while no node had it, as <see cref="CarillonOptions.SecretRetention"/> says
    /// for the others. Default: as there.
    /// </summary>
    public TimeSpan SecretRetention { get; init; } = new CarillonOptions().SecretRetention;

    /// <summary>Size of the write-ahead log at which the writer moves it into the database, which holds up writes for that long. Default 32 MiB.</summary>
    public int CheckpointBytes { get; init; } = 32 << 20;
}
