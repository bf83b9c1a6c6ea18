using System.Globalization;
using Dapper;
using Npgsql;

namespace Carillon.Storage.PostgreSql;

/// <summary>
/// Divides the log by month, ahead of time. What comes while its month has no partition goes to the rest, and moves when the month is
/// made. Old months go as a whole, but for what is still queued: that moves to the rest first.
/// </summary>
internal sealed class PostgreSqlPartitions(TimeProvider time, int monthsAhead)
{
    private const long LockKey = 0x4341_5249_0002;
    private static readonly SqlFile Sql = SqlFile.Load("PostgreSql/Partitions.sql");
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    // An outcome makes a message three to four times as long as it was when it came: with so much left free, all new versions find room on
    // their page beside the old ones, and no index learns of it.
    private static readonly IReadOnlyList<(string Table, string Key, string Storage)> Parents =
    [
        ("notification", "id", "fillfactor = 90"),
        ("message", "id", "fillfactor = 20"),
        ("message_external", "message_id", "fillfactor = 100"),
        ("message_state", "message_id", "fillfactor = 100"),
        ("message_event", "message_id", "fillfactor = 100"),
    ];

    private long _ensuredAt;

    /// <summary>Makes the partitions of this month and the next ones where they are missing. Looks no more often than once an hour.</summary>
    public async Task EnsureAsync(PostgreSqlDatabase database, CancellationToken cancellationToken)
    {
        var last = Interlocked.Read(ref _ensuredAt);
        if (last != 0 && time.GetElapsedTime(last) < Interval) return;
        await database.WriteAsync(async transaction => await MakeAsync(await transaction.ConnectionAsync()), cancellationToken);
        Interlocked.Exchange(ref _ensuredAt, time.GetTimestamp());
    }

    /// <summary>Drops the months that ended before a time, all but what of them is still queued. Returns how many partitions went.</summary>
    public static async Task<int> DropAsync(PostgreSqlDatabase database, DateTimeOffset before, CancellationToken cancellationToken) =>
        await database.WriteAsync(
            async transaction =>
            {
                var connection = await transaction.ConnectionAsync();
                await connection.ExecuteAsync(Sql["lock"].Text, new { key = LockKey });
                var dropped = 0;
                // Messages first: what they leave says which of the others must stay.
                foreach (var (table, keep) in new[]
                {
                    ("message", "keep_live_messages"), ("notification", "keep_live_notifications"), ("message_external", "keep_live_parts"),
                    ("message_state", "keep_live_parts"), ("message_event", "keep_live_parts"),
                })
                {
                    foreach (var partition in (await KnownAsync(connection, table)).Where(p => EndOf(p) is { } end && end <= before))
                    {
                        await connection.ExecuteAsync(Text("detach", table, partition));
                        if (table == "message") await connection.ExecuteAsync(Text("raise_floor", table, partition));
                        await connection.ExecuteAsync(Text(keep, table, partition));
                        await connection.ExecuteAsync(Text("drop", table, partition));
                        dropped++;
                    }
                }

                return dropped;
            },
            cancellationToken);

    private async Task MakeAsync(NpgsqlConnection connection)
    {
        var first = MonthOf(time.GetUtcNow());
        var missing = await MissingAsync(connection, first);
        if (missing.Count == 0) return;
        await connection.ExecuteAsync(Sql["lock"].Text, new { key = LockKey });
        // Another node may have been quicker.
        foreach (var (parent, month) in await MissingAsync(connection, first))
        {
            var partition = NameOf(parent.Table, month);
            var (from, to) = (PostgreSqlValues.FirstId(month), PostgreSqlValues.FirstId(month.AddMonths(1)));
            foreach (var step in new[] { "create", "move_in", "attach" })
            {
                await connection.ExecuteAsync(Text(step, parent.Table, partition)
                    .Replace("{storage}", parent.Storage, StringComparison.Ordinal)
                    .Replace("{key}", parent.Key, StringComparison.Ordinal)
                    .Replace("{from}", from.ToString(), StringComparison.Ordinal)
                    .Replace("{to}", to.ToString(), StringComparison.Ordinal));
            }
        }
    }

    private async Task<List<((string Table, string Key, string Storage) Parent, DateTimeOffset Month)>> MissingAsync(NpgsqlConnection connection, DateTimeOffset first)
    {
        var missing = new List<((string Table, string Key, string Storage), DateTimeOffset)>();
        foreach (var parent in Parents)
        {
            var known = await KnownAsync(connection, parent.Table);
            for (var i = 0; i <= monthsAhead; i++)
            {
                if (!known.Contains(NameOf(parent.Table, first.AddMonths(i)))) missing.Add((parent, first.AddMonths(i)));
            }
        }

        return missing;
    }

    private static async Task<HashSet<string>> KnownAsync(NpgsqlConnection connection, string parent) =>
        [.. await connection.QueryAsync<string>(Sql["known"].Text, new { parent })];

    private static string Text(string statement, string parent, string partition) =>
        Sql[statement].Text.Replace("{partition}", partition, StringComparison.Ordinal).Replace("{parent}", parent, StringComparison.Ordinal);

    private static DateTimeOffset MonthOf(DateTimeOffset at) => new(at.UtcDateTime.Year, at.UtcDateTime.Month, 1, 0, 0, 0, TimeSpan.Zero);

    private static string NameOf(string table, DateTimeOffset month) => string.Create(CultureInfo.InvariantCulture, $"{table}_{month:yyyy_MM}");

    private static DateTimeOffset? EndOf(string partition) =>
        partition.Length > 8 && DateTimeOffset.TryParseExact(
            partition[^7..], "yyyy_MM", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var month)
            ? month.AddMonths(1)
            : null;
}
