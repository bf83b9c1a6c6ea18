using Npgsql;

namespace Carillon.Storage.PostgreSql;

/// <summary>
/// A transaction whose statements go in batches: its beginning travels with the first, its commit with the last, so that what needs no
/// answer on the way takes two journeys.
/// </summary>
/// <param name="prepares">Whether statements are prepared, each once on a connection.</param>
internal sealed class PostgreSqlTransaction(NpgsqlConnection connection, bool prepares)
{
    private bool _begun;
    private NpgsqlBatch? _last;

    /// <summary>Its number, by which <c>pg_xact_status</c> knows it; null before the first batch was answered.</summary>
    public string? Number { get; private set; }

    /// <summary>The commit was sent: from here on a lost answer says nothing about what became of it.</summary>
    public bool IsCommitting { get; private set; }

    /// <summary>For Dapper. The transaction has begun.</summary>
    public async ValueTask<NpgsqlConnection> ConnectionAsync()
    {
        if (!_begun) await RunAsync(Batch());
        return connection;
    }

    public NpgsqlBatch Batch()
    {
        var batch = connection.CreateBatch();
        if (_begun) return batch;
        batch.BatchCommands.Add(new NpgsqlBatchCommand("BEGIN ISOLATION LEVEL READ COMMITTED"));
        batch.Add(QueueSql.BeginGroup);
        return batch;
    }

    /// <summary>Runs a batch; the reader stands at the first answer of the batch's own.</summary>
    public async Task<NpgsqlDataReader> ReadAsync(NpgsqlBatch batch)
    {
        // Not left to Npgsql's own preparing, which loses count when a batch fails half way through.
        if (prepares) await batch.PrepareAsync();
        var reader = await batch.ExecuteReaderAsync();
        if (_begun) return reader;
        await reader.ReadAsync();
        Number = reader.GetString(0);
        await reader.NextResultAsync();
        _begun = true;
        return reader;
    }

    /// <summary>Runs a batch that answers nothing.</summary>
    public async Task RunAsync(NpgsqlBatch batch)
    {
        if (batch.BatchCommands.Count == 0) return;
        await using (batch) await using (await ReadAsync(batch))
        {
            // Its end is the answer.
        }
    }

    /// <summary>Runs a batch that answers nothing; how many rows its last statement touched.</summary>
    public async Task<int> CountAsync(NpgsqlBatch batch)
    {
        await using (batch)
        {
            await using (var reader = await ReadAsync(batch))
            {
                while (await reader.NextResultAsync())
                {
                    // Its end is the answer.
                }
            }

            return batch.BatchCommands[^1].RecordsAffected;
        }
    }

    /// <summary>Runs the batch together with the commit.</summary>
    public void RunLast(NpgsqlBatch batch) => _last = batch;

    public async Task CommitAsync()
    {
        if (!_begun && _last is null) return;
        if (!_begun)
        {
            // The number must be known before the commit is sent.
            await RunAsync(Batch());
        }

        await using var batch = _last ?? connection.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand("COMMIT"));
        if (prepares) await batch.PrepareAsync();
        IsCommitting = true;
        await batch.ExecuteNonQueryAsync();
    }

    public async Task RollbackAsync()
    {
        if (connection.State != System.Data.ConnectionState.Open) return;
        try
        {
            await using var command = new NpgsqlCommand("ROLLBACK", connection);
            await command.ExecuteNonQueryAsync();
        }
        catch (Exception e) when (PostgreSqlFaults.IsUnavailable(e) || e is InvalidOperationException)
        {
            // The server rolls back what its client left.
        }
    }

    /// <summary>Runs the work; what it wrote is undone, and the transaction sound, when it throws.</summary>
    public async Task<Exception?> GuardAsync(Func<Task> work)
    {
        await using (var command = new NpgsqlCommand("SAVEPOINT one", await ConnectionAsync())) await command.ExecuteNonQueryAsync();
        try
        {
            await work();
            await using var release = new NpgsqlCommand("RELEASE SAVEPOINT one", connection);
            await release.ExecuteNonQueryAsync();
            return null;
        }
#pragma warning disable CA1031 // It is handed to whoever asked for this write.
        catch (Exception e) when (!PostgreSqlFaults.IsUnavailable(e))
        {
            await using var back = new NpgsqlCommand("ROLLBACK TO SAVEPOINT one; RELEASE SAVEPOINT one", connection);
            await back.ExecuteNonQueryAsync();
            return e;
        }
#pragma warning restore CA1031
    }
}
