using System.Globalization;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Carillon.Storage.Sqlite;

/// <summary>The database file: how connections to it are opened.</summary>
internal sealed class SqliteFile(SqliteStorageOptions options)
{
    static SqliteFile() => SQLitePCL.Batteries_V2.Init();

    public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetFullPath(options.Directory), "carillon.db");

    /// <summary>The one connection that writes and checkpoints.</summary>
    public SqliteConnection OpenWriter() => Open(SqliteOpenMode.ReadWriteCreate, string.Create(CultureInfo.InvariantCulture, $"""
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        PRAGMA wal_autocheckpoint = {options.CheckpointPages};
        PRAGMA journal_size_limit = {(long)options.CheckpointPages * 4096 * 2};
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
