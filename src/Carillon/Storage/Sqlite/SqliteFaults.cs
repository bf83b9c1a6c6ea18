using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Carillon.Storage.Sqlite;

/// <summary>What SQLite's result codes mean to those above.</summary>
internal static class SqliteFaults
{
    public static SqliteException Error(sqlite3 database, int result) =>
        new($"SQLite error {result}: {raw.sqlite3_errmsg(database).utf8_to_string()}", result, raw.sqlite3_extended_errcode(database));

    /// <summary>The disk, the file system or another process is in the way; it may pass.</summary>
    public static bool IsUnavailable(SqliteException e) => e.SqliteErrorCode is
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED or raw.SQLITE_FULL or raw.SQLITE_IOERR or raw.SQLITE_CANTOPEN or raw.SQLITE_READONLY
        or raw.SQLITE_NOMEM or raw.SQLITE_PROTOCOL or raw.SQLITE_PERM or raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB;

    /// <summary>After these the connection may be in a state that only a new one clears.</summary>
    public static bool NeedsReopen(SqliteException e) => e.SqliteErrorCode is
        raw.SQLITE_IOERR or raw.SQLITE_CANTOPEN or raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB or raw.SQLITE_NOMEM or raw.SQLITE_READONLY;

    public static bool IsUniqueViolation(SqliteException e) => e.SqliteErrorCode == raw.SQLITE_CONSTRAINT
        && e.SqliteExtendedErrorCode is raw.SQLITE_CONSTRAINT_UNIQUE or raw.SQLITE_CONSTRAINT_PRIMARYKEY;

    public static StorageUnavailableException Unavailable(string file, SqliteException e)
    {
        var what = e.SqliteErrorCode switch
        {
            raw.SQLITE_FULL => "the disk is full",
            raw.SQLITE_BUSY or raw.SQLITE_LOCKED => "another process holds it",
            raw.SQLITE_IOERR => "reading or writing failed",
            raw.SQLITE_CANTOPEN => "it cannot be opened",
            raw.SQLITE_READONLY or raw.SQLITE_PERM => "it may not be written",
            raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB => "it is damaged",
            _ => "SQLite refused",
        };
        return new StorageUnavailableException($"The database {file} cannot be used now: {what} ({e.Message}).", e);
    }
}
