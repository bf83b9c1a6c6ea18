using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Carillon.Storage.Bench;

/// <summary>
/// The floor: one table, time-ordered keys, a kilobyte of variables; a row is inserted in one commit of a group and updated in
/// another, durably, through prepared statements and nothing else.
/// </summary>
internal static class RawBench
{
    public static double Run(BenchOptions options)
    {
        Batteries_V2.Init();
        var directory = options.Fresh("raw");
        using var connection = new SqliteConnection($"Data Source={Path.Combine(directory, "raw.db")};Pooling=False");
        connection.Open();
        var database = connection.Handle!;
        Execute(database, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=8000; PRAGMA cache_size=-24576;");
        Execute(database, "CREATE TABLE message (id BLOB PRIMARY KEY, address TEXT, variables BLOB, status INTEGER, trace TEXT)");
        var insert = Prepare(database, "INSERT INTO message (id, address, variables, status) VALUES (?, ?, ?, 3)");
        var update = Prepare(database, "UPDATE message SET status = 5, trace = ? WHERE id = ?");
        var ids = new Carillon.Messages.IdGenerator(TimeProvider.System);
        var address = "ada.lovelace@example.org"u8.ToArray();
        var trace = new byte[200];
        Array.Fill(trace, (byte)'x');
        var keys = new byte[options.Group][];

        var meter = new Meter();
        for (var done = 0; done < options.Count; done += options.Group)
        {
            Execute(database, "BEGIN IMMEDIATE");
            for (var i = 0; i < options.Group; i++)
            {
                keys[i] = ids.Next().ToByteArray(bigEndian: true);
                raw.sqlite3_bind_blob(insert, 1, keys[i]);
                raw.sqlite3_bind_text(insert, 2, address);
                raw.sqlite3_bind_blob(insert, 3, options.SampleVariables);
                Step(insert);
            }

            Execute(database, "COMMIT");
            Execute(database, "BEGIN IMMEDIATE");
            for (var i = 0; i < options.Group; i++)
            {
                raw.sqlite3_bind_text(update, 1, trace);
                raw.sqlite3_bind_blob(update, 2, keys[i]);
                Step(update);
            }

            Execute(database, "COMMIT");
        }

        var rate = meter.Report("raw SQLite, insert and update", options.Count, new DirectoryInfo(directory).EnumerateFiles().Sum(f => f.Length));
        insert.Dispose();
        update.Dispose();
        return rate;
    }

    private static void Execute(sqlite3 database, string sql) => Check(raw.sqlite3_exec(database, sql));

    private static sqlite3_stmt Prepare(sqlite3 database, string sql)
    {
        Check(raw.sqlite3_prepare_v2(database, sql, out var statement));
        return statement;
    }

    private static void Step(sqlite3_stmt statement)
    {
        if (raw.sqlite3_step(statement) != raw.SQLITE_DONE) throw new InvalidOperationException("A step failed.");
        raw.sqlite3_reset(statement);
    }

    private static void Check(int result)
    {
        if (result != raw.SQLITE_OK) throw new InvalidOperationException($"SQLite error {result}.");
    }
}
