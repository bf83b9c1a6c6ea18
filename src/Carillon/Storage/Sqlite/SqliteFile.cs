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

    static SqliteFile()
    {
        SQLitePCL.Batteries_V2.Init();
        // Off goes what only costs here: the mutex of every connection (each is used by one thread at a time), and the count of
        // allocated bytes, a mutex that all connections share. Where another part of the process uses SQLite already, the answer is
        // "too late": then it is slower, and as right.
        _ = SQLitePCL.raw.sqlite3_config(SQLitePCL.raw.SQLITE_CONFIG_MULTITHREAD);
        _ = SQLitePCL.raw.sqlite3_config(SQLitePCL.raw.SQLITE_CONFIG_MEMSTATUS, 0);
    }

    public string Path { get; } = System.IO.Path.GetFullPath(options.File ?? System.IO.Path.Combine(options.Directory, "carillon.db"));

    /// <summary>Opens the file, which is made when it is not there, and looks whether it is ours before anything in it changes.</summary>
    public SqliteConnection OpenFirst() => Open(SqliteOpenMode.ReadWriteCreate, connection =>
    {
        SqliteMigrations.Check(connection, Path);
        MakeWriter(connection);
    });

    /// <summary>
    /// The one connection that writes and checkpoints, opened anew while running. The file must be there: a volume that went away
    /// must not become an empty database.
    /// </summary>
    public SqliteConnection OpenWriter() => Open(SqliteOpenMode.ReadWrite, MakeWriter);

    public SqliteConnection OpenReader() => Open(SqliteOpenMode.ReadOnly, connection => connection.Execute(string.Create(CultureInfo.InvariantCulture, $"""
        PRAGMA query_only = ON;
        PRAGMA cache_size = -{options.ReaderCacheBytes / 1024};
        """)));

    private void MakeWriter(SqliteConnection connection)
    {
        connection.Execute(string.Create(CultureInfo.InvariantCulture, $"""
            PRAGMA page_size = {PageSize};
            PRAGMA synchronous = FULL;
            PRAGMA wal_autocheckpoint = {Math.Max(1, options.CheckpointBytes / PageSize)};
            PRAGMA journal_size_limit = {2L * options.CheckpointBytes};
            PRAGMA cache_size = -{options.WriterCacheBytes / 1024};
            """));
        var mode = connection.ExecuteScalar<string>("PRAGMA journal_mode = WAL");
        if (mode != "wal")
            throw new SqliteException($"The file system cannot keep a write-ahead log (journal mode {mode}).", SQLitePCL.raw.SQLITE_CANTOPEN);
    }

    private SqliteConnection Open(SqliteOpenMode mode, Action<SqliteConnection> prepare)
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
                """));
            prepare(connection);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
