using Npgsql;
using NpgsqlTypes;

namespace Carillon.Storage.Bench;

/// <summary>
/// The floor: one table with an index on what waits; a row comes by binary COPY in one commit of a group, is claimed in another with
/// FOR UPDATE SKIP LOCKED, and gets its outcome by arrays in a third. One connection, prepared statements, nothing else.
/// </summary>
internal static class RawPostgreSqlBench
{
    public static async Task<double> RunAsync(BenchOptions options)
    {
        PostgreSqlServer.Clear(options.Url!);
        await using var connection = PostgreSqlServer.Connect(options.Url!);
        await ExecuteAsync(connection, """
            CREATE TABLE raw_message (id uuid PRIMARY KEY, address text NOT NULL, variables bytea, status smallint NOT NULL, due bigint NOT NULL, trace bytea) WITH (fillfactor = 50);
            CREATE INDEX raw_message_due ON raw_message (due, id) WHERE status = 3;
            """);
        await using var claim = new NpgsqlCommand("""
            UPDATE raw_message SET status = 4 WHERE id = ANY (ARRAY(
              SELECT id FROM raw_message WHERE status = 3 AND due <= $1 ORDER BY due, id LIMIT $2 FOR UPDATE SKIP LOCKED))
            RETURNING id, address, variables
            """, connection);
        var (due, limit) = (new NpgsqlParameter<long>(), new NpgsqlParameter<int>());
        claim.Parameters.AddRange((NpgsqlParameter[])[due, limit]);
        await claim.PrepareAsync();
        await using var outcome = new NpgsqlCommand(
            "UPDATE raw_message m SET status = 5, trace = u.trace FROM unnest($1, $2) AS u (id, trace) WHERE m.id = u.id", connection);
        var (ids, traces) = (new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid }, new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea });
        outcome.Parameters.AddRange((NpgsqlParameter[])[ids, traces]);
        await outcome.PrepareAsync();

        var generator = new Carillon.Messages.IdGenerator(TimeProvider.System);
        var trace = new byte[200];
        var server = PostgreSqlServer.Processor(options.Url!);
        var meter = new Meter();
        for (var done = 0; done < options.Count; done += options.Group)
        {
            await using (var copy = await connection.BeginBinaryImportAsync("COPY raw_message (id, address, variables, status, due) FROM STDIN (FORMAT BINARY)"))
            {
                for (var i = 0; i < options.Group; i++)
                {
                    await copy.StartRowAsync();
                    await copy.WriteAsync(generator.Next(), NpgsqlDbType.Uuid);
                    await copy.WriteAsync("ada.lovelace@example.org", NpgsqlDbType.Text);
                    await copy.WriteAsync(options.SampleVariables, NpgsqlDbType.Bytea);
                    await copy.WriteAsync((short)3, NpgsqlDbType.Smallint);
                    await copy.WriteAsync((long)done, NpgsqlDbType.Bigint);
                }

                await copy.CompleteAsync();
            }

            (due.TypedValue, limit.TypedValue) = (long.MaxValue, options.Group);
            var claimed = new List<Guid>(options.Group);
            await using (var reader = await claim.ExecuteReaderAsync())
            {
                while (await reader.ReadAsync())
                {
                    claimed.Add(reader.GetGuid(0));
                    _ = reader.GetString(1);
                    _ = reader.GetFieldValue<byte[]>(2);
                }
            }

            (ids.Value, traces.Value) = (claimed, Enumerable.Repeat(trace, claimed.Count).ToArray());
            if (await outcome.ExecuteNonQueryAsync() != options.Group) throw new InvalidOperationException("Not all were claimed.");
        }

        server = PostgreSqlServer.Processor(options.Url!) - server;
        return meter.Report("raw PostgreSQL, copy, claim, outcome", options.Count, options.SizeOf("raw"), $"server {server.TotalMicroseconds / options.Count:N1} us");
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
