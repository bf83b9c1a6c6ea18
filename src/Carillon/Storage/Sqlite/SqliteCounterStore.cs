using Carillon.Messages;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Carillon.Storage.Sqlite;

/// <summary>Makes the counters anew: reads beside the writer, and holds it only to write sums.</summary>
internal sealed class SqliteCounterStore(Func<SqliteWriter> writer, SqliteReaders readers) : ICounterStore
{
    /// <summary>Quarter hours in one transaction: half a day.</summary>
    private const int QuartersAtOnce = 48;

    private static readonly SqlFile Sql = SqlFile.Load("Sqlite/Counters.sql");
    private static readonly SqlStatement NextMessages = Sql["next_messages"];
    private static readonly SqlStatement NextEvents = Sql["next_events"];
    private static readonly SqlStatement AddRebuilt = Sql["add_rebuilt"];
    private static readonly SqlStatement InsertBefore = Sql["insert_before"];

    public async ValueTask<CounterRebuild?> GetAsync(CancellationToken cancellationToken = default) =>
        (await readers.ReadAsync(Get, cancellationToken))?.ToRebuild();

    public async ValueTask<CounterRebuild> BeginAsync(DateTimeOffset now, DateTimeOffset until, CancellationToken cancellationToken = default)
    {
        // What is counted before the log is read from here on, and when, does not matter: see QuarterComparison.
        var (from, end, last, total, before) = await readers.ReadAsync(
            connection =>
            {
                var floor = connection.QuerySingle<long>(Sql["floor"].Text);
                var range = new { from = floor, until = Math.Max(floor, Quarter.Of(until)) };
                var newest = connection.QuerySingle<long>(Sql["last_message"].Text);
                var count = connection.QuerySingle<long>(Sql["count_messages"].Text, new { last = newest });
                return (range.from, range.until, newest, count, connection.Query<(long Quarter, long Count)>(Sql["sums_before"].Text, range).AsList());
            },
            cancellationToken);
        return await writer().RunAsync(
            session =>
            {
                if (Get(session.Connection) is { IsDone: false } underWay) return underWay.ToRebuild();
                session.Connection.Execute(Sql["clear_rebuilt"].Text);
                session.Connection.Execute(Sql["clear_before"].Text);
                foreach (var (quarter, count) in before) session[InsertBefore].Add(quarter).Add(count).Run();
                session.Connection.Execute(Sql["begin_rebuild"].Text, new { now = now.ToStored(), from, until = end, total, last });
                return Get(session.Connection)!.ToRebuild();
            },
            cancellationToken);
    }

    public async ValueTask<CounterRebuild?> ContinueAsync(DateTimeOffset now, int messages, CancellationToken cancellationToken = default)
    {
        var (row, piece) = await readers.ReadAsync(
            connection =>
            {
                var found = Get(connection);
                return (found, found?.Phase == (long)CounterRebuildPhase.Reading ? Read(connection, found, messages) : null);
            },
            cancellationToken);
        if (row is null or { IsDone: true }) return row?.ToRebuild();
        return await writer().RunAsync(
            session =>
            {
                if (piece is not null) Write(session, row, piece);
                else Replace(session, now);
                return Get(session.Connection)!.ToRebuild();
            },
            cancellationToken);
    }

    private static Row? Get(SqliteConnection connection) => connection.QuerySingleOrDefault<Row>(Sql["get_rebuild"].Text);

    private static Piece Read(SqliteConnection connection, Row row, int limit)
    {
        var piece = new Piece(new CounterSums(row.FromQuarter, row.UntilQuarter)) { To = row.ReadSeq };
        using var messages = new SqliteStatement(connection.Handle!, NextMessages);
        messages.Add(row.ReadSeq).Add(row.LastSeq).Add(limit);
        while (messages.Step())
        {
            piece.To = messages.GetInt64(0);
            piece.Messages++;
            var (status, created) = ((MessageStatus)messages.GetInt64(3), messages.GetInt64(5));
            piece.Sums.Add(
                (int)messages.GetInt64(1), (int)messages.GetInt64(2),
                CountedMessage.BeginningOf(status, (int)messages.GetInt64(4), created, messages.GetNullableInt64(6)), created,
                new CountedMessage
                {
                    Status = status,
                    ProviderId = messages.GetNullableGuid(7),
                    IsUnattributed = messages.GetNullableInt64(8) == 1,
                    SentAt = messages.GetNullableInt64(9),
                    RetriedAt = messages.GetNullableInt64(10),
                    UpdatedAt = messages.GetInt64(11),
                    OutcomeStatus = (MessageStatus?)messages.GetNullableInt64(12),
                    OutcomeAt = messages.GetNullableInt64(13),
                    Past = messages.GetString(14),
                });
        }

        using var events = new SqliteStatement(connection.Handle!, NextEvents);
        events.Add(row.ReadSeq).Add(row.LastSeq).Add(limit);
        while (events.Step())
        {
            piece.Sums.Add(
                (int)events.GetInt64(0), (int)events.GetInt64(1),
                new CountedMove(events.GetInt64(2), (MessageStatus)events.GetInt64(3), events.GetNullableGuid(4)));
        }

        return piece;
    }

    private static void Write(SqliteSession session, Row row, Piece piece)
    {
        if (piece.Messages == 0)
        {
            session.Connection.Execute(Sql["end_reading"].Text, new { after = row.ReadSeq });
            return;
        }

        // Whoever read the same piece was quicker.
        if (session.Connection.Execute(Sql["note_read"].Text, new { after = row.ReadSeq, to = piece.To, messages = piece.Messages }) == 0) return;
        foreach (var (key, count) in piece.Sums.Rows)
        {
            session[AddRebuilt]
                .Add(key.Quarter).Add(key.Tenant).Add(key.Channel).Add(key.Provider).Add(key.Status).Add(count)
                .Run();
        }
    }

    private static void Replace(SqliteSession session, DateTimeOffset now)
    {
        var connection = session.Connection;
        if (Get(connection) is not { Phase: (long)CounterRebuildPhase.Replacing } row) return;
        var quarters = connection.Query<long>(Sql["next_quarters"].Text, new { after = row.DoneQuarter, limit = QuartersAtOnce }).AsList();
        if (quarters.Count == 0)
        {
            connection.Execute(Sql["clear_before"].Text);
            connection.Execute(Sql["end_rebuild"].Text, new { now = now.ToStored() });
            return;
        }

        var compared = quarters.ConvertAll(quarter => connection.QuerySingle<QuarterComparison>(Sql["compare_quarter"].Text, new { quarter }));
        foreach (var comparison in compared)
        {
            var quarter = new { quarter = comparison.Quarter };
            if (comparison.IsReplaced)
            {
                connection.Execute(Sql["drop_quarter"].Text, quarter);
                connection.Execute(Sql["replace_quarter"].Text, quarter);
            }

            connection.Execute(Sql["forget_quarter"].Text, quarter);
        }

        connection.Execute(Sql["note_quarters"].Text, new
        {
            to = quarters[^1],
            quarters = quarters.Count,
            left = compared.Count(c => c.IsLeft),
            changed = compared.Where(c => c.IsReplaced).Sum(c => c.Differing),
        });
    }

    private sealed class Row : CounterRebuildRow
    {
        public long LastSeq { get; set; }

        public long ReadSeq { get; set; }
    }

    private sealed record Piece(CounterSums Sums)
    {
        public long To { get; set; }

        public int Messages { get; set; }
    }
}
