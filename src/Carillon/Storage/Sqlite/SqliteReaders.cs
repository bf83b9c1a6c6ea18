using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace Carillon.Storage.Sqlite;

/// <summary>Connections that read, beside the one that writes. Each read sees what was committed when it began.</summary>
internal sealed class SqliteReaders(SqliteFile file, int most) : IDisposable
{
    private readonly ConcurrentBag<SqliteConnection> _idle = [];
    private readonly SemaphoreSlim _free = new(most, most);
    private volatile bool _closed;

    /// <summary>Runs the read in one snapshot.</summary>
    public async ValueTask<T> ReadAsync<T>(Func<SqliteConnection, T> read, CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken);
        SqliteConnection? connection = null;
        var sound = false;
        try
        {
            if (_closed) throw new StorageUnavailableException("The storage is closed.");
            if (!_idle.TryTake(out connection)) connection = file.OpenReader();
            using var transaction = connection.BeginTransaction(deferred: true);
            var result = read(connection);
            transaction.Commit();
            sound = true;
            return result;
        }
        catch (SqliteException e) when (SqliteFaults.IsUnavailable(e))
        {
            throw SqliteFaults.Unavailable(file.Path, e);
        }
        finally
        {
            if (connection is not null)
            {
                if (sound && !_closed) _idle.Add(connection);
                else connection.Dispose();
            }

            _free.Release();
        }
    }

    public void Dispose()
    {
        _closed = true;
        // Reads that are under way end first, so that the writer's connection is the last to close and checkpoints.
        for (var i = 0; i < most; i++) _free.Wait();
        while (_idle.TryTake(out var connection)) connection.Dispose();
        // Those that come later are let in, to be told that it is closed.
        _free.Release(most);
    }
}
