using System.Diagnostics;
using Carillon.Bench.Processes;

namespace Carillon.Bench.Raw;

/// <summary>
/// What SQLite gives for the same rows: a database with the server's own tables and indexes takes rows of the server's own database
/// again, in groups of 100, each a durable commit, and then their outcomes likewise. One thread, nothing but the statements.
/// </summary>
internal static class RawSqlite
{
    private const int Group = 100;
    private const int MostRows = 100_000;

    /// <param name="database">A server's database, which has sent messages and been stopped.</param>
    public static Measurement Run(string database, string directory)
    {
        List<object?[]> schema, notifications, messages;
        using (var source = new SqliteHandle(database, readOnly: true))
        {
            schema = source.Query("SELECT sql FROM sqlite_master WHERE tbl_name IN ('notification', 'message', 'owned_work') AND sql IS NOT NULL ORDER BY type DESC");
            notifications = source.Query($"SELECT * FROM notification ORDER BY id DESC LIMIT {MostRows}");
            messages = source.Query($"SELECT {Columns} FROM message WHERE status = 5 ORDER BY id DESC LIMIT {MostRows}");
        }

        notifications.Reverse();
        messages.Reverse();
        var count = Math.Min(notifications.Count, messages.Count) / Group * Group;
        if (count == 0) throw new BenchException("The server's database holds too few rows to measure with.");
        var path = Path.Combine(directory, "raw-" + Path.GetRandomFileName() + ".db");
        using var target = new SqliteHandle(path, readOnly: false);
        foreach (var row in schema) target.Run(row[0]!.ToString()!);
        var statements = new Statements(target, notifications[0].Length);
        var before = ProcessUsage.OfSelf();
        var started = Stopwatch.GetTimestamp();
        for (var first = 0; first < count; first += Group)
        {
            target.Run("BEGIN IMMEDIATE");
            for (var i = first; i < first + Group; i++) statements.Accept(notifications[i], messages[i]);
            target.Run("COMMIT");
            target.Run("BEGIN IMMEDIATE");
            for (var i = first; i < first + Group; i++) statements.Record(messages[i]);
            target.Run("COMMIT");
        }

        return new Measurement("raw SQLite")
        {
            Messages = count,
            Time = Stopwatch.GetElapsedTime(started),
            Load = ProcessUsage.OfSelf().Since(before),
            Notes = $"accepts and outcomes in groups of {Group}, FULL, the server's own rows",
        };
    }

    private const string Columns =
        "tenant_id, id, notification_id, lane, channel, address, contact_id, step, created_at, created_at, updated_at, "
        + "status, attempts, provider_id, external_id, sent_at, content_hash, trace";

    private sealed class Statements(SqliteHandle target, int width)
    {
        private const long Queued = 3;

        private readonly SQLitePCL.sqlite3_stmt _notification = target.Prepare(
            $"INSERT INTO notification VALUES ({string.Join(", ", Enumerable.Repeat("?", width))})");
        private readonly SQLitePCL.sqlite3_stmt _message = target.Prepare(
            "INSERT INTO message (tenant_id, id, notification_id, lane, channel, address, contact_id, step, created_at, due_at, updated_at, status) "
            + "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
        private readonly SQLitePCL.sqlite3_stmt _owned = target.Prepare("INSERT INTO owned_work (subject, kind, lane, due, epoch) VALUES (?, 1, ?, ?, 1)");
        private readonly SQLitePCL.sqlite3_stmt _delete = target.Prepare("DELETE FROM owned_work WHERE subject = ? AND kind = 1 AND epoch = 1");
        private readonly SQLitePCL.sqlite3_stmt _outcome = target.Prepare(
            "UPDATE message SET due_at = NULL, status = ?, attempts = ?, provider_id = ?, external_id = ?, sent_at = ?, content_hash = ?, trace = ?, "
            + "updated_at = ? WHERE tenant_id = ? AND id = ?");
        private readonly object?[] _values = new object?[12];

        public void Accept(object?[] notification, object?[] message)
        {
            target.Run(_notification, notification);
            Array.Copy(message, _values, 11);
            _values[11] = Queued;
            target.Run(_message, _values);
            target.Run(_owned, [message[1], message[3], message[8]]);
        }

        public void Record(object?[] message)
        {
            target.Run(_delete, [message[1]]);
            target.Run(_outcome, [.. message[11..18], message[10], message[0], message[1]]);
        }
    }
}
