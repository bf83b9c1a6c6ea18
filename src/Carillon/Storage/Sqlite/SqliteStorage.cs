using Dapper;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Carillon.Storage.Sqlite;

/// <summary>
/// The default engine: one file in the data directory, one process. Write-ahead log with <c>synchronous=FULL</c>: what was committed
/// survives the loss of power.
/// </summary>
public sealed class SqliteStorage : IStorage
{
    private readonly SqliteStorageOptions _options;
    private readonly TimeProvider _time;
    private readonly SqliteFile _file;
    private readonly SqliteReaders _readers;
    private DirectoryLock? _lock;
    private SqliteWriter? _writer;
    private int _closed;

    public SqliteStorage(SqliteStorageOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        _file = new SqliteFile(options);
        _readers = new SqliteReaders(_file, options.MaxReaders);
        var writer = () => _writer ?? throw new InvalidOperationException("The storage is not open.");
        Queue = new SqliteQueueStore(writer, _readers, time, options.SecretRetention);
        Log = new SqliteMessageLog(_readers);
        Contacts = new SqliteContactStore(_readers);
        Templates = new SqliteTemplateStore(writer, _readers);
        Providers = new SqliteProviderStore(writer, _readers);
        Limits = new SqliteLimitStore(writer, _readers);
        Alerts = new SqliteAlertStore(writer, _readers);
        Figures = new SqliteFigureStore(writer, _readers);
        Counters = new SqliteCounterStore(writer, _readers);
        Senders = new SqliteSenderStore(writer, _readers);
        Sealed = new SqliteSealedStore(writer, _readers);
        Attachments = new SqliteAttachmentStore(writer, _readers);
        Tenants = new SqliteTenantStore(writer, _readers);
        Nodes = new SqliteNodeStore(writer, _readers);
    }

    public IQueueStore Queue { get; }

    public IMessageLog Log { get; }

    public IContactStore Contacts { get; }

    public ITemplateStore Templates { get; }

    public IProviderStore Providers { get; }

    public ILimitStore Limits { get; }

    public IAlertStore Alerts { get; }
    public IFigureStore Figures { get; }

    public ICounterStore Counters { get; }

    public ISenderStore Senders { get; }

    public ISealedStore Sealed { get; }

    public IAttachmentStore Attachments { get; }

    public ITenantStore Tenants { get; }

    public INodeStore Nodes { get; }

    public bool IsShared => false;

    public string Description => $"SQLite at {_file.Path}";

    public Task OpenAsync(CancellationToken cancellationToken = default)
    {
        if (_writer is not null) throw new InvalidOperationException("The storage is open already.");
        return Task.Run(Open, cancellationToken);
    }

    public async ValueTask DisposeAsync() => await Task.Run(Close);

    private void Open()
    {
        _lock = DirectoryLock.Take(Path.GetDirectoryName(_file.Path)!);
        SqliteConnection? connection = null;
        try
        {
            connection = _file.OpenFirst();
            SqliteMigrations.Apply(connection, _time);
            Probe(connection);
            _writer = new SqliteWriter(_file, new SqliteSession(connection));
        }
        catch (Exception e)
        {
            connection?.Dispose();
            _lock.Dispose();
            _lock = null;
            if (e is SqliteException error) throw StartFault(error);
            throw;
        }
    }

    // One row of each table: damage at the root of any of them is better known now than at the first message.
    private static void Probe(SqliteConnection connection)
    {
        using var transaction = connection.BeginTransaction();
        foreach (var table in connection.Query<string>("SELECT name FROM sqlite_master WHERE type = 'table'", transaction: transaction).ToList())
        {
            connection.ExecuteScalar($"SELECT 1 FROM \"{table}\" LIMIT 1", transaction: transaction);
        }
    }

    private StorageStartException StartFault(SqliteException e) => new(
        e.SqliteErrorCode switch
        {
            raw.SQLITE_NOTADB => $"{_file.Path} is not a SQLite database. Move it away or restore a backup.",
            raw.SQLITE_CORRUPT => $"The database {_file.Path} is damaged ({e.Message}). Restore a backup, or save what can be read with sqlite3's .recover.",
            raw.SQLITE_BUSY or raw.SQLITE_LOCKED =>
                $"Another program holds the database {_file.Path} (waited {_options.BusyTimeout.TotalSeconds:0.#} s). Close it and start again.",
            raw.SQLITE_FULL => $"The disk with {_file.Path} is full. Free some space and start again.",
            raw.SQLITE_CANTOPEN or raw.SQLITE_READONLY or raw.SQLITE_PERM =>
                $"The database {_file.Path} cannot be opened for writing ({e.Message}). Check the owner and mode of the file and its directory.",
            _ => $"The database {_file.Path} cannot be used: {e.Message}",
        },
        e);

    private void Close()
    {
        if (Interlocked.Exchange(ref _closed, 1) == 1) return;
        _readers.Dispose();
        _writer?.Dispose();
        _lock?.Dispose();
    }
}
