using Carillon.Messages;
using Dapper;
using Npgsql;

namespace Carillon.Storage.PostgreSql;

/// <summary>Makes the counters anew: reads beside all others, and holds up those that count only while a few quarter hours are replaced.</summary>
internal sealed class PostgreSqlCounterStore(Func<PostgreSqlDatabase> database) : ICounterStore
{
    private const long LockKey = 0x4341_5249_0003;

    /// <summary>Quarter hours in one transaction: two hours.</summary>
    private const int QuartersAtOnce = 8;

    private static readonly SqlFile Sql = SqlFile.Load("PostgreSql/Counters.sql");

    public async ValueTask<CounterRebuild?> GetAsync(CancellationToken cancellationToken = default) =>
        (await database().ReadAsync(GetAsync, cancellationToken))?.ToRebuild();

    public async ValueTask<CounterRebuild> BeginAsync(DateTimeOffset now, DateTimeOffset until, CancellationToken cancellationToken = default)
    {
        // What is younger was counted later than what is rebuilt.
        var last = PostgreSqlValues.FirstId(now);
        var total = await database().FindAsync<long>(Sql["count_messages"], new { last }, cancellationToken);
        return await database().WriteAsync(
            async transaction =>
            {
                var connection = await LockAsync(transaction);
                if (await GetAsync(connection) is { IsDone: false } underWay) return underWay.ToRebuild();
                var floor = await connection.QuerySingleAsync<long>(Sql["floor"].Text);
                var range = new { from = floor, until = Math.Max(floor, Quarter.Of(until)) };
                await connection.ExecuteAsync(Sql["clear_rebuilt"].Text);
                await connection.ExecuteAsync(Sql["clear_before"].Text);
                await connection.ExecuteAsync(Sql["insert_before"].Text, range);
                await connection.ExecuteAsync(Sql["begin_rebuild"].Text, new { now = now.ToStored(), range.from, range.until, total, last });
                return (await GetAsync(connection))!.ToRebuild();
            },
            cancellationToken);
    }

    public async ValueTask<CounterRebuild?> ContinueAsync(DateTimeOffset now, int messages, CancellationToken cancellationToken = default)
    {
        var (row, piece) = await database().ReadAsync(
            async connection =>
            {
                var found = await GetAsync(connection);
                return (found, found?.Phase == (long)CounterRebuildPhase.Reading ? await ReadAsync(connection, found, messages) : null);
            },
            cancellationToken);
        if (row is null or { IsDone: true }) return row?.ToRebuild();
        return await database().WriteAsync(
            async transaction =>
            {
                var connection = await LockAsync(transaction);
                if (piece is not null) await WriteAsync(connection, row, piece);
                else await ReplaceAsync(connection, now);
                return (await GetAsync(connection))!.ToRebuild();
            },
            cancellationToken);
    }

    private static async Task<NpgsqlConnection> LockAsync(PostgreSqlTransaction transaction)
    {
        var connection = await transaction.ConnectionAsync();
        await connection.ExecuteAsync(Sql["lock_rebuild"].Text, new { key = LockKey });
        return connection;
    }

    private static Task<Row?> GetAsync(NpgsqlConnection connection) => connection.QuerySingleOrDefaultAsync<Row?>(Sql["get_rebuild"].Text);

    private static async Task<Piece> ReadAsync(NpgsqlConnection connection, Row row, int limit)
    {
        var piece = new Piece(new CounterSums(row.FromQuarter, row.UntilQuarter)) { ToTenant = row.ReadTenant, ToId = row.ReadId };
        var (tenants, ids, channels) = (new List<int>(), new List<Guid>(), new List<short>());
        await using (var batch = connection.CreateBatch())
        {
            batch.Add(Sql["next_messages"]).Set("tenant", row.ReadTenant).Set("after", row.ReadId).Set("last", row.LastId).Set("limit", limit);
            await using var reader = await batch.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                (piece.ToId, piece.ToTenant) = (reader.GetGuid(0), reader.GetInt32(1));
                tenants.Add(piece.ToTenant);
                ids.Add(piece.ToId);
                channels.Add(reader.GetInt16(2));
                var (status, created) = ((MessageStatus)reader.GetInt16(3), reader.GetInt64(5));
                piece.Sums.Add(
                    piece.ToTenant, channels[^1], CountedMessage.BeginningOf(status, reader.GetInt32(4), created, reader.Number(6)), created,
                    new CountedMessage
                    {
                        Status = status,
                        ProviderId = reader.Guid(7),
                        IsUnattributed = !reader.IsDBNull(8) && reader.GetBoolean(8),
                        SentAt = reader.Number(9),
                        RetriedAt = reader.Number(10),
                        UpdatedAt = reader.GetInt64(11),
                        OutcomeStatus = reader.IsDBNull(12) ? null : (MessageStatus)reader.GetInt16(12),
                        OutcomeAt = reader.Number(13),
                        Past = reader.Text(14),
                    });
            }
        }

        piece.Messages = ids.Count;
        if (ids.Count == 0) return piece;
        await using var events = connection.CreateBatch();
        events.Add(Sql["events_of"]).Array("tenants", tenants).Array("ids", ids).Array("channels", channels);
        await using var found = await events.ExecuteReaderAsync();
        while (await found.ReadAsync())
            piece.Sums.Add(found.GetInt32(0), found.GetInt16(1), new CountedMove(found.GetInt64(2), (MessageStatus)found.GetInt16(3), found.Guid(4)));
        return piece;
    }

    private static async Task WriteAsync(NpgsqlConnection connection, Row row, Piece piece)
    {
        var position = new { tenant = row.ReadTenant, after = row.ReadId, toTenant = piece.ToTenant, toId = piece.ToId, messages = piece.Messages };
        if (piece.Messages == 0)
        {
            await connection.ExecuteAsync(Sql["end_reading"].Text, position);
            return;
        }

        // Whoever read the same piece was quicker.
        if (await connection.ExecuteAsync(Sql["note_read"].Text, position) == 0) return;
        var sums = piece.Sums.Rows;
        await connection.ExecuteAsync(Sql["add_rebuilt"].Text, new
        {
            quarters = sums.Select(s => s.Key.Quarter).ToArray(),
            tenants = sums.Select(s => s.Key.Tenant).ToArray(),
            channels = sums.Select(s => (short)s.Key.Channel).ToArray(),
            providers = sums.Select(s => s.Key.Provider).ToArray(),
            statuses = sums.Select(s => (short)s.Key.Status).ToArray(),
            counts = sums.Select(s => s.Count).ToArray(),
        });
    }

    private static async Task ReplaceAsync(NpgsqlConnection connection, DateTimeOffset now)
    {
        if (await GetAsync(connection) is not { Phase: (long)CounterRebuildPhase.Replacing } row) return;
        var next = await connection.QueryAsync<long>(Sql["next_quarters"].Text, new { after = row.DoneQuarter, limit = QuartersAtOnce });
        var quarters = next.ToArray();
        if (quarters.Length == 0)
        {
            await connection.ExecuteAsync(Sql["clear_before"].Text);
            await connection.ExecuteAsync(Sql["end_rebuild"].Text, new { now = now.ToStored() });
            return;
        }

        var compared = await CompareAsync(connection, quarters);
        // Nobody is held up where nothing differs, which is what they mostly do.
        if (compared.Exists(c => c.Differing > 0))
        {
            await connection.ExecuteAsync(Sql["lock_counters"].Text);
            compared = await CompareAsync(connection, quarters);
            var replaced = new { quarters = compared.Where(c => c.IsReplaced).Select(c => c.Quarter).ToArray() };
            await connection.ExecuteAsync(Sql["drop_quarters"].Text, replaced);
            await connection.ExecuteAsync(Sql["replace_quarters"].Text, replaced);
        }

        await connection.ExecuteAsync(Sql["forget_quarters"].Text, new { quarters });
        await connection.ExecuteAsync(Sql["note_quarters"].Text, new
        {
            to = quarters[^1],
            quarters = quarters.Length,
            left = compared.Count(c => c.IsLeft),
            changed = compared.Where(c => c.IsReplaced).Sum(c => c.Differing),
        });
    }

    private static async Task<List<QuarterComparison>> CompareAsync(NpgsqlConnection connection, long[] quarters) =>
        (await connection.QueryAsync<QuarterComparison>(Sql["compare_quarters"].Text, new { quarters })).AsList();

    private sealed class Row : CounterRebuildRow
    {
        public Guid LastId { get; set; }

        public int ReadTenant { get; set; }

        public Guid ReadId { get; set; }
    }

    private sealed record Piece(CounterSums Sums)
    {
        public int ToTenant { get; set; }

        public Guid ToId { get; set; }

        public int Messages { get; set; }
    }
}
