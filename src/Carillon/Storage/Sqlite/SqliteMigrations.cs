using System.Globalization;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Carillon.Storage.Sqlite;

/// <summary>Brings the schema up to date: numbered files, forward only, each in a transaction of its own.</summary>
internal static class SqliteMigrations
{
    // "CARI", so that file(1) and we can tell whose database it is.
    private const int ApplicationId = 0x43415249;

    private static readonly IReadOnlyList<(int Number, string Path)> All =
        [.. SqlFile.Folder("Sqlite/Migrations").Select(path => (int.Parse(System.IO.Path.GetFileName(path).AsSpan(0, 4), CultureInfo.InvariantCulture), path))];

    public static int Latest => All[^1].Number;

    /// <exception cref="StorageStartException">The database is newer than this program, or not one of Carillon's.</exception>
    public static void Check(SqliteConnection connection, string file)
    {
        var current = Current(connection);
        if (current > Latest)
        {
            throw new StorageStartException(
                $"The database {file} was made by a newer version of Carillon (its schema is {current}, this version knows {Latest}). " +
                "Start that version or a later one, or restore a backup from before the upgrade.");
        }

        if (current is null && connection.ExecuteScalar<long>("SELECT count(*) FROM sqlite_master") > 0)
        {
            throw new StorageStartException(
                $"{file} is a database of another program. Give Carillon a data directory of its own (CARILLON_DATA).");
        }
    }

    public static void Apply(SqliteConnection connection, TimeProvider time)
    {
        var current = Current(connection);
        foreach (var (number, path) in All)
        {
            if (number <= current) continue;
            using var transaction = connection.BeginTransaction();
            if (current is null && number == 1) Begin(connection, transaction);
            connection.Execute(SqlFile.Read(path), transaction: transaction);
            connection.Execute(
                "INSERT INTO schema_version (version, applied_at) VALUES (@number, @at)",
                new { number, at = time.GetUtcNow().ToUnixTimeMilliseconds() },
                transaction);
            transaction.Commit();
        }
    }

    private static void Begin(SqliteConnection connection, SqliteTransaction transaction) => connection.Execute(
        string.Create(CultureInfo.InvariantCulture, $"""
        PRAGMA application_id = {ApplicationId};
        CREATE TABLE schema_version (version INTEGER NOT NULL PRIMARY KEY, applied_at INTEGER NOT NULL);
        """),
        transaction: transaction);

    // Null where nothing was ever applied.
    private static long? Current(SqliteConnection connection)
    {
        var known = connection.ExecuteScalar<long>("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'schema_version'") > 0;
        return known ? connection.ExecuteScalar<long?>("SELECT max(version) FROM schema_version") : null;
    }
}
