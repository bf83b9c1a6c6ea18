using Carillon.Storage;
using Carillon.Storage.Sqlite;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Carillon.Tests.Storage.Sqlite;

public sealed class SqliteWriterTests : IAsyncDisposable
{
    private readonly SqliteFactory _factory = new();
    private readonly SqliteFile _file;
    private readonly SqliteWriter _writer;

    public SqliteWriterTests()
    {
        _file = new SqliteFile(new SqliteStorageOptions { Directory = _factory.Path, BusyTimeout = TimeSpan.FromMilliseconds(50) });
        var connection = _file.OpenFirst();
        connection.Execute("CREATE TABLE t (x INTEGER NOT NULL UNIQUE)");
        _writer = new SqliteWriter(_file, new SqliteSession(connection));
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync()
    {
        _writer.Dispose();
        return _factory.DisposeAsync();
    }

    // 5 busy, 7 out of memory, 8 read only, 10 I/O error, 13 full, 14 cannot open.
    [Theory]
    [InlineData(5)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(10)]
    [InlineData(13)]
    [InlineData(14)]
    public async Task After_a_fault_nothing_is_written_and_the_next_job_works(int code)
    {
        var error = await Assert.ThrowsAsync<StorageUnavailableException>(() => _writer.RunAsync(
            session =>
            {
                session.Connection.Execute("INSERT INTO t VALUES (1)");
                throw new SqliteException("fault", code);
            },
            Cancellation));
        Assert.IsType<SqliteException>(error.InnerException);

        await _writer.RunAsync(session => session.Connection.Execute("INSERT INTO t VALUES (1)"), Cancellation);
        Assert.Equal(1, await CountAsync());
    }

    [Fact]
    public async Task A_transaction_that_was_rolled_back_underneath_is_no_trouble()
    {
        await Assert.ThrowsAsync<StorageUnavailableException>(() => _writer.RunAsync(
            session =>
            {
                session.Connection.Execute("INSERT INTO t VALUES (1); ROLLBACK");
                throw new SqliteException("full", 13);
            },
            Cancellation));
        Assert.Equal(0, await CountAsync());
    }

    [Fact]
    public async Task A_database_that_went_away_is_not_replaced_by_an_empty_one()
    {
        await Assert.ThrowsAsync<StorageUnavailableException>(() => _writer.RunAsync(_ => throw new SqliteException("fault", 10), Cancellation));
        var aside = _factory.DatabaseFile + ".aside";
        File.Move(_factory.DatabaseFile, aside);
        await Assert.ThrowsAsync<StorageUnavailableException>(CountAsync);
        Assert.False(File.Exists(_factory.DatabaseFile));

        File.Move(aside, _factory.DatabaseFile);
        Assert.Equal(0, await CountAsync());
    }

    [Fact]
    public async Task An_error_of_one_job_reaches_its_caller_alone()
    {
        var failing = _writer.RunAsync(
            session =>
            {
                session.Connection.Execute("INSERT INTO t VALUES (1)");
                throw new FormatException("mine");
            },
            Cancellation);
        var good = _writer.RunAsync(session => session.Connection.Execute("INSERT INTO t VALUES (2)"), Cancellation);

        await Assert.ThrowsAsync<FormatException>(() => failing);
        await good;
        Assert.Equal(1, await CountAsync());
    }

    [Fact]
    public async Task Jobs_run_one_after_the_other()
    {
        var running = 0;
        await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(
            () => _writer.RunAsync(
                session =>
                {
                    Assert.Equal(1, Interlocked.Increment(ref running));
                    session.Connection.Execute("INSERT INTO t VALUES (@i)", new { i });
                    Interlocked.Decrement(ref running);
                },
                Cancellation),
            Cancellation)));
        Assert.Equal(50, await CountAsync());
    }

    private Task<long> CountAsync() => _writer.RunAsync(session => session.Connection.ExecuteScalar<long>("SELECT count(*) FROM t"), Cancellation);
}
