using Carillon.Bench.Raw;

namespace Carillon.Bench.Work;

/// <summary>What a stopped server's database holds, counted without the server.</summary>
/// <param name="ByStatus">Messages by their status, as the database numbers it; 5 is sent.</param>
/// <param name="LiveWork">Rows that still wait or are owned.</param>
internal sealed record Ledger(IReadOnlyDictionary<long, long> ByStatus, long Notifications, long LiveWork, long Bytes)
{
    public const long Sent = 5;

    public static Ledger Read(string database)
    {
        using var handle = new SqliteHandle(database, readOnly: true);
        return new Ledger(
            handle.Query("SELECT status, count(*) FROM message GROUP BY status").ToDictionary(r => (long)r[0]!, r => (long)r[1]!),
            Count("notification"), Count("due_work") + Count("owned_work"), new FileInfo(database).Length);

        long Count(string table) => (long)handle.Query($"SELECT count(*) FROM {table}")[0][0]!;
    }

    public static async Task<Ledger> ReadAsync(string url)
    {
        await using var handle = await PostgreSqlHandle.OpenAsync(url);
        return new Ledger(
            await handle.CountsAsync("SELECT status::bigint, count(*) FROM message GROUP BY status"),
            await handle.CountAsync("SELECT count(*) FROM notification"),
            await handle.CountAsync("SELECT (SELECT count(*) FROM due_work) + (SELECT count(*) FROM owned_work)"),
            await handle.CountAsync("SELECT pg_database_size(current_database())"));
    }

    /// <summary>Throws unless exactly so many notifications led to exactly so many sent messages, and nothing is left.</summary>
    public void Expect(long messages)
    {
        var sent = ByStatus.GetValueOrDefault(Sent);
        if (Notifications != messages || sent != messages || ByStatus.Count != 1 || LiveWork != 0)
        {
            throw new BenchException(
                $"{messages} were to be sent, but the database has {Notifications} notifications, {LiveWork} rows of live work, and messages by status: "
                + string.Join(", ", ByStatus.Select(s => $"{s.Key}: {s.Value}")));
        }
    }
}
