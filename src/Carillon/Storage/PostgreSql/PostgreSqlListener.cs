using Npgsql;

namespace Carillon.Storage.PostgreSql;

/// <summary>Hears what other nodes tell, on a connection of its own. When that breaks it opens another; what was told meanwhile is learned by the heartbeat.</summary>
internal sealed class PostgreSqlListener : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stop = new();
    private readonly PostgreSqlDatabase _database;
    private readonly Action<string> _changed;
    private readonly TimeProvider _time;
    private readonly Task _loop;

    public PostgreSqlListener(PostgreSqlDatabase database, Action<string> changed, TimeProvider time)
    {
        _database = database;
        _changed = changed;
        _time = time;
        _loop = Task.Run(RunAsync);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                try
                {
                    await ListenAsync();
                }
                catch (Exception e) when (PostgreSqlFaults.IsUnavailable(e) || e is StorageUnavailableException)
                {
                    await Task.Delay(Pause, _time, _stop.Token);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }

    private async Task ListenAsync()
    {
        await using var connection = await _database.OpenAsync(_stop.Token);
        connection.Notification += (_, notification) => _changed(notification.Payload);
        await using (var listen = new NpgsqlCommand("LISTEN carillon", connection)) await listen.ExecuteNonQueryAsync(_stop.Token);
        while (true) await connection.WaitAsync(_stop.Token);
    }
}
