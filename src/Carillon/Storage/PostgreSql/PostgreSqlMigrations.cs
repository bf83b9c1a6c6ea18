using System.Globalization;
using Dapper;
using Npgsql;

namespace Carillon.Storage.PostgreSql;

/// <summary>
/// Brings the schema up to date: numbered files, forward only, all that are missing in one transaction. Nodes that start together wait
/// for the first of them at a lock that goes with its transaction.
/// </summary>
internal static class PostgreSqlMigrations
{
    private const long LockKey = 0x4341_5249_0001;

    private static readonly IReadOnlyList<(int Number, string Path)> All =
        [.. SqlFile.Folder("PostgreSql/Migrations").Select(path => (int.Parse(path.AsSpan("PostgreSql/Migrations/".Length, 4), CultureInfo.InvariantCulture), path))];

    public static int Latest => All[^1].Number;

    /// <exception cref="StorageStartException">The database is newer than this program, or another program's tables are in the way.</exception>
    public static async Task ApplyAsync(NpgsqlConnection connection, string name, TimeProvider time, CancellationToken cancellationToken)
    {
        if (await CurrentAsync(connection) is { } known)
        {
            Check(known, name);
            if (known == Latest) return;
        }

        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync("SELECT pg_advisory_xact_lock(@key)", new { key = LockKey });
        var current = await CurrentAsync(connection);
        if (current is null)
        {
            if (await ExistsAsync(connection, "message") || await ExistsAsync(connection, "notification"))
            {
                throw new StorageStartException($"{name} holds tables of another program that are named as Carillon's. Give Carillon a database of its own.");
            }

            await connection.ExecuteAsync("CREATE TABLE schema_version (version integer NOT NULL PRIMARY KEY, applied_at bigint NOT NULL)");
        }
        else
        {
            Check(current.Value, name);
        }

        foreach (var (number, path) in All.Where(m => m.Number > (current ?? 0)))
        {
            await using var command = new NpgsqlCommand(SqlFile.Read(path), connection);
            await command.ExecuteNonQueryAsync(cancellationToken);
            await connection.ExecuteAsync(
                "INSERT INTO schema_version (version, applied_at) VALUES (@number, @at)", new { number, at = time.GetUtcNow().ToStored() });
        }

        await transaction.CommitAsync(cancellationToken);
    }

    private static void Check(int current, string name)
    {
        if (current <= Latest) return;
        throw new StorageStartException(
            $"{name} was made by a newer version of Carillon (its schema is {current}, this version knows {Latest}). " +
            "Start that version or a later one, or restore a backup from before the upgrade.");
    }

    // Null where nothing was ever applied.
    private static async Task<int?> CurrentAsync(NpgsqlConnection connection) =>
        await ExistsAsync(connection, "schema_version") ? await connection.ExecuteScalarAsync<int?>("SELECT max(version) FROM schema_version") : null;

    // Read from the catalog's table: to_regclass may still know from its cache that there was none, before the lock was waited for.
    private static Task<bool> ExistsAsync(NpgsqlConnection connection, string table) => connection.ExecuteScalarAsync<bool>(
        "SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_class WHERE relname = @table AND pg_table_is_visible(oid))", new { table });
}
