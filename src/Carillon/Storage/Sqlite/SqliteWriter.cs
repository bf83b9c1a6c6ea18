using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace Carillon.Storage.Sqlite;

/// <summary>
/// Owns the connection that writes, on a thread of its own. Works through its queue one job after the other, each in a transaction.
/// After a fault of the disk it opens a new connection for the next job, so that it goes on by itself when the fault has passed.
/// </summary>
internal sealed class SqliteWriter : IDisposable
{
    private readonly BlockingCollection<Job> _jobs = [];
    private readonly SqliteFile _file;
    private readonly Thread _thread;
    private SqliteSession? _session;

    /// <param name="session">An open session; the writer owns it from now on.</param>
    public SqliteWriter(SqliteFile file, SqliteSession session)
    {
        _file = file;
        _session = session;
        _thread = new Thread(Run) { Name = "carillon-sqlite", IsBackground = true };
        _thread.Start();
    }

    /// <summary>
    /// Runs the work in a transaction of its own and commits it. The work may run in a second transaction when it asks for it by
    /// <see cref="RetryTransactionException"/>. A cancelled token only counts until the work begins.
    /// </summary>
    public Task<T> RunAsync<T>(Func<SqliteSession, T> work, CancellationToken cancellationToken)
    {
        var job = new Job<T>(work, cancellationToken);
        try
        {
            _jobs.Add(job, CancellationToken.None);
        }
        catch (InvalidOperationException e)
        {
            return Task.FromException<T>(new StorageUnavailableException("The storage is closed.", e));
        }

        return job.Task;
    }

    public Task RunAsync(Action<SqliteSession> work, CancellationToken cancellationToken) =>
        RunAsync<object?>(
            session =>
            {
                work(session);
                return null;
            },
            cancellationToken);

    /// <summary>Finishes what waits, then closes the connection, which checkpoints.</summary>
    public void Dispose()
    {
        _jobs.CompleteAdding();
        _thread.Join();
        _session?.Dispose();
        _jobs.Dispose();
    }

    private void Run()
    {
        foreach (var job in _jobs.GetConsumingEnumerable()) job.Run(this);
    }

    private T Transact<T>(Func<SqliteSession, T> work)
    {
        try
        {
            try
            {
                return Once(work);
            }
            catch (RetryTransactionException)
            {
                return Once(work);
            }
        }
        catch (SqliteException e) when (SqliteFaults.IsUnavailable(e))
        {
            if (SqliteFaults.NeedsReopen(e)) Close();
            throw SqliteFaults.Unavailable(_file.Path, e);
        }
    }

    private T Once<T>(Func<SqliteSession, T> work)
    {
        var session = _session ??= new SqliteSession(_file.OpenWriter());
        session.Begin();
        try
        {
            var result = work(session);
            session.Commit();
            return result;
        }
        catch
        {
            try
            {
                session.Rollback();
            }
            catch (SqliteException)
            {
                // Whatever the connection still holds goes with it.
                Close();
            }

            throw;
        }
    }

    private void Close()
    {
        var session = _session;
        _session = null;
        try
        {
            session?.Dispose();
        }
        catch (SqliteException)
        {
            // It is given up in any case.
        }
    }

    private abstract class Job
    {
        public abstract void Run(SqliteWriter writer);
    }

    private sealed class Job<T>(Func<SqliteSession, T> work, CancellationToken cancellationToken) : Job
    {
        private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<T> Task => _completion.Task;

        public override void Run(SqliteWriter writer)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                _completion.SetCanceled(cancellationToken);
                return;
            }

            try
            {
                _completion.SetResult(writer.Transact(work));
            }
#pragma warning disable CA1031 // The caller gets whatever it was.
            catch (Exception e)
            {
                _completion.SetException(e);
            }
#pragma warning restore CA1031
        }
    }
}

/// <summary>The transaction is to be rolled back and its work run once more, in a new one.</summary>
internal sealed class RetryTransactionException(Exception cause) : Exception(cause.Message, cause);
