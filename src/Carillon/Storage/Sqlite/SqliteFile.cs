using System.Globalization;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Carillon.Storage.Sqlite;

/// <summary>The database file: how connections to it are opened.</summary>
internal sealed class SqliteFile(SqliteStorageOptions options)
{
    // Rows of a kilobyte pack better into 8 kB than into 4, at 12 % less processor time for a message's life; 16 kB is worse again,
    // for every page that a commit touches goes whole into the log.
    private const int PageSize = 8192;

    static SqliteFile() => SQLitePCL.Batteries_V2.Init();

    public string Path { get; } = System.IO.Path.GetFullPath(options.File ?? System.IO.Path.Combine(options.Directory, "carillon.db"));

    /// <summary>The one connection that writes and checkpoints.</summary>
    /// <param name="create">Makes the file when it is not there. Not while running: a volume that went away must not become an empty database.</param>
    public SqliteConnection OpenWriter(bool create) => Open(create ? SqliteOpenMode.ReadWriteCreate : SqliteOpenMode.ReadWrite, string.Create(CultureInfo.InvariantCulture, $"""
        PRAGMA page_size = {PageSize};
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        PRAGMA wal_autocheckpoint = {Math.Max(1, options.CheckpointBytes / PageSize)};
        PRAGMA journal_size_limit = {2L * options.CheckpointBytes};
        PRAGMA cache_size = -{options.WriterCacheBytes / 1024};
        """));

    public SqliteConnection OpenReader() => Open(SqliteOpenMode.ReadOnly, string.Create(CultureInfo.InvariantCulture, $"""
        PRAGMA query_only = ON;
        PRAGMA cache_size = -{options.ReaderCacheBytes / 1024};
        """));

    private SqliteConnection Open(SqliteOpenMode mode, string pragmas)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = Path,
            Mode = mode,
            Pooling = false,
            DefaultTimeout = (int)Math.Ceiling(options.BusyTimeout.TotalSeconds),
        }.ToString());
        try
        {
            connection.Open();
            connection.Execute(string.Create(CultureInfo.InvariantCulture, $"""
                PRAGMA busy_timeout = {(long)options.BusyTimeout.TotalMilliseconds};
                PRAGMA temp_store = MEMORY;
                PRAGMA foreign_keys = OFF;
                """) + "\n" + pragmas);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
