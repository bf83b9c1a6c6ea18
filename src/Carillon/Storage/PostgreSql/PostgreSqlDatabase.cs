using Dapper;
using Npgsql;

namespace Carillon.Storage.PostgreSql;

/// <summary>
/// The connections, and how work runs on them: reads on any, writes in a transaction each. Collisions with other transactions are
/// tried again; a commit whose answer was lost is asked after.
/// </summary>
/// <param name="prepares">Whether the statements of transactions are prepared; not behind a pooler.</param>
internal sealed class PostgreSqlDatabase(NpgsqlDataSource source, string name, bool prepares, TimeSpan resolveTimeout, TimeProvider time) : IAsyncDisposable
{
    private const int Tries = 4;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private volatile bool _closed;

    /// <summary>What and where, without secrets.</summary>
    public string Name => name;

    /// <summary>Whether a pooler stands between: then nothing lasts longer than a transaction.</summary>
    public bool IsPooled => !prepares;

    public async Task<T> ReadAsync<T>(Func<NpgsqlConnection, Task<T>> read, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await OpenAsync(cancellationToken);
            return await read(connection);
        }
        catch (Exception e) when (PostgreSqlFaults.IsUnavailable(e))
        {
            throw PostgreSqlFaults.Unavailable(name, e);
        }
    }

    public async Task<T?> FindAsync<T>(SqlStatement statement, object? parameters, CancellationToken cancellationToken) =>
        await ReadAsync(connection => connection.QuerySingleOrDefaultAsync<T?>(statement.Text, parameters), cancellationToken);

    public async Task<List<T>> ListAsync<T>(SqlStatement statement, object? parameters, CancellationToken cancellationToken) =>
        await ReadAsync(async connection => (await connection.QueryAsync<T>(statement.Text, parameters)).AsList(), cancellationToken);

    /// <summary>One statement in a transaction of its own; how many rows it touched.</summary>
    public async Task<int> ExecuteAsync(SqlStatement statement, object parameters, CancellationToken cancellationToken) =>
        await WriteAsync(
            async transaction => await (await transaction.ConnectionAsync()).ExecuteAsync(statement.Text, parameters), cancellationToken);

    public Task WriteAsync(Func<PostgreSqlTransaction, Task> work, CancellationToken cancellationToken) =>
        WriteAsync<object?>(
            async transaction =>
            {
                await work(transaction);
                return null;
            },
            cancellationToken);

    /// <summary>
    /// Runs the work in a transaction of its own and commits it. The work may run again in another one when two collide. A cancelled
    /// token only counts until the work begins.
    /// </summary>
    /// <exception cref="StorageUnavailableException">
    /// Nothing was committed; or, with an <see cref="UnresolvedCommitException"/> within, nobody knows yet.
    /// </exception>
    public async Task<T> WriteAsync<T>(Func<PostgreSqlTransaction, Task<T>> work, CancellationToken cancellationToken)
    {
        for (var tried = 1; ; tried++)
        {
            try
            {
                return await OnceAsync(work, cancellationToken);
            }
            catch (Exception e) when (PostgreSqlFaults.IsCollision(e) && tried < Tries)
            {
                // The server has undone this one so that the other could go on.
            }
            catch (Exception e) when (PostgreSqlFaults.IsUnavailable(e))
            {
                throw PostgreSqlFaults.Unavailable(name, e);
            }
        }
    }

    /// <summary>What became of a transaction; null when that cannot be learned now.</summary>
    public async Task<bool?> WasCommittedAsync(string transaction, CancellationToken cancellationToken = default)
    {
        try
        {
            await using var connection = await OpenAsync(cancellationToken);
            await using var command = new NpgsqlCommand(QueueSql.CommitStatus.Text, connection);
            command.Parameters.AddWithValue("transaction", transaction);
            return await command.ExecuteScalarAsync(cancellationToken) switch
            {
                "committed" => true,
                "in progress" => null,
                // Aborted; or so long ago that nothing is known of it any more.
                _ => false,
            };
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InvalidParameterValue)
        {
            // A number of the future: a standby has taken over that never heard of it.
            return false;
        }
        catch (Exception e) when (PostgreSqlFaults.IsUnavailable(e))
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _closed = true;
        await source.DisposeAsync();
    }

    public async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        if (_closed) throw new StorageUnavailableException("The storage is closed.");
        return await source.OpenConnectionAsync(cancellationToken);
    }

    private async Task<T> OnceAsync<T>(Func<PostgreSqlTransaction, Task<T>> work, CancellationToken cancellationToken)
    {
        PostgreSqlTransaction transaction;
        T result;
        await using (var connection = await OpenAsync(cancellationToken))
        {
            transaction = new PostgreSqlTransaction(connection, prepares);
            try
            {
                result = await work(transaction);
            }
            catch
            {
                await transaction.RollbackAsync();
                throw;
            }

            try
            {
                await transaction.CommitAsync();
                return result;
            }
            catch (Exception e) when (!transaction.IsCommitting || PostgreSqlFaults.IsCollision(e) || !PostgreSqlFaults.IsUnavailable(e))
            {
                await transaction.RollbackAsync();
                throw;
            }
            catch (Exception e)
            {
                // It may have been committed all the same. The connection goes first: it may still hold what is asked after.
                await transaction.RollbackAsync();
                await connection.CloseAsync();
                if (await ResolveAsync(transaction.Number!, e)) return result;
                throw;
            }
        }
    }

    private async Task<bool> ResolveAsync(string transaction, Exception cause)
    {
        var start = time.GetTimestamp();
        do
        {
            if (await WasCommittedAsync(transaction) is { } answer) return answer;
            await Task.Delay(Pause, time);
        }
        while (time.GetElapsedTime(start) < resolveTimeout);
        var unavailable = PostgreSqlFaults.Unavailable(name, cause);
        throw new StorageUnavailableException(unavailable.Message, new UnresolvedCommitException(transaction, cause));
    }
}

/// <summary>The answer to a commit was lost, and the server could not be asked since. Stands within a <see cref="StorageUnavailableException"/>.</summary>
internal sealed class UnresolvedCommitException(string transaction, Exception cause) : Exception(cause.Message, cause)
{
    public string Transaction => transaction;
}
