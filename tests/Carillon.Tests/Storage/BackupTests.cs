using System.Diagnostics;
using Carillon.Messages;
using Carillon.Storage;
using Carillon.Storage.PostgreSql;
using Carillon.Tests.Storage.PostgreSql;
using Carillon.Tests.Storage.StorageConformance;
using Dapper;
using Microsoft.Data.Sqlite;
using SqliteFactory = Carillon.Tests.Storage.Sqlite.SqliteFactory;

namespace Carillon.Tests.Storage;

/// <summary>A backup that is taken while notifications come in holds each of them whole or not at all, and can be started.</summary>
public abstract class BackupTests(StorageFactory factory) : StorageTest(factory)
{
    [Fact]
    public async Task A_backup_under_load_is_whole_and_can_be_started()
    {
        await AcceptAsync(MakeNotification(), MakeNotification(due: Now.AddYears(1)));
        using var stop = new CancellationTokenSource();
        var accepted = 2;
        var load = Task.Run(
            async () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    await AcceptAsync([.. Enumerable.Range(0, 20).Select(_ => MakeNotification(messages: 2))]);
                    Interlocked.Add(ref accepted, 40);
                }
            },
            Cancellation);
        while (Volatile.Read(ref accepted) < 200) await Task.Yield();

        await using var restored = await CopyAsync();
        await stop.CancelAsync();
        await load;

        await restored.OpenAsync(Cancellation);
        var claimed = await restored.Queue.ClaimAsync(new LaneKey(Tenant, Channel.Email, Priority.Normal), 9, Now.AddYears(2), 100_000, Cancellation);
        Assert.InRange(claimed.Messages.Count, 200 - 40, accepted);
        Assert.Equal(2, claimed.Messages.Count % 40);
        var first = await restored.Log.GetNotificationAsync(Tenant, claimed.Messages[^2].Notification.Id, Cancellation);
        Assert.Equal(2, first?.Messages.Count);
    }

    /// <summary>A store over a restored backup of what is there now.</summary>
    protected abstract Task<IStorage> CopyAsync();
}

public sealed class SqliteBackupTests : BackupTests
{
    private readonly SqliteFactory _factory;
    private readonly SqliteFactory _restored = new();

    public SqliteBackupTests() : this(new SqliteFactory())
    {
    }

    private SqliteBackupTests(SqliteFactory factory) : base(factory) => _factory = factory;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _restored.DisposeAsync();
    }

    protected override async Task<IStorage> CopyAsync()
    {
        await using (var connection = new SqliteConnection($"Data Source={_factory.DatabaseFile};Pooling=False"))
        {
            await connection.OpenAsync(Cancellation);
            await connection.ExecuteAsync("VACUUM INTO @file", new { file = _restored.DatabaseFile });
        }

        return _restored.Create(Clock);
    }
}

public sealed class PostgreSqlBackupTests : BackupTests
{
    private readonly PostgreSqlFactory _factory;
    private string? _restored;

    public PostgreSqlBackupTests() : this(new PostgreSqlFactory())
    {
    }

    private PostgreSqlBackupTests(PostgreSqlFactory factory) : base(factory) => _factory = factory;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (_restored is not null) await _factory.Cluster.DropDatabaseAsync(_restored);
    }

    protected override async Task<IStorage> CopyAsync()
    {
        var file = Path.GetTempFileName();
        try
        {
            await RunAsync("pg_dump", "--format=custom", "--file=" + file, _factory.Url);
            _restored = await _factory.Cluster.CreateEmptyDatabaseAsync();
            await RunAsync("pg_restore", "--dbname=" + _factory.Cluster.UrlOf(_restored), "--no-owner", file);
        }
        finally
        {
            File.Delete(file);
        }

        return new PostgreSqlStorage(new PostgreSqlStorageOptions { Url = _factory.Cluster.UrlOf(_restored) }, Clock);
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(PostgreSqlCluster.ProgramOf(program), arguments) { RedirectStandardError = true, UseShellExecute = false };
        using var process = Process.Start(start)!;
        var errors = await process.StandardError.ReadToEndAsync(Cancellation);
        await process.WaitForExitAsync(Cancellation);
        Assert.True(process.ExitCode == 0, errors);
    }
}
