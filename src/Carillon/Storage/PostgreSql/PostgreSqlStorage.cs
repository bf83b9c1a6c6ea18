using System.Globalization;
using System.Net.Sockets;
using Npgsql;

namespace Carillon.Storage.PostgreSql;

/// <summary>
/// The engine for several nodes: one PostgreSQL database that all of them use. What was committed survives whatever the server's own
/// commits survive; <c>synchronous_commit = off</c> is refused.
/// </summary>
public sealed class PostgreSqlStorage : IStorage
{
    private readonly PostgreSqlStorageOptions _options;
    private readonly TimeProvider _time;
    private readonly PostgreSqlPartitions _partitions;
    private PostgreSqlDatabase? _database;

    public PostgreSqlStorage(PostgreSqlStorageOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        _partitions = new PostgreSqlPartitions(time, options.MonthsAhead);
        var database = () => _database ?? throw new InvalidOperationException("The storage is not open.");
        Queue = new PostgreSqlQueueStore(database, _partitions, time, options.SecretRetention);
        Log = new PostgreSqlMessageLog(database);
        Contacts = new PostgreSqlContactStore(database);
        Templates = new PostgreSqlTemplateStore(database);
        Providers = new PostgreSqlProviderStore(database);
        Limits = new PostgreSqlLimitStore(database);
        Alerts = new PostgreSqlAlertStore(database);
        Figures = new PostgreSqlFigureStore(database);
        Counters = new PostgreSqlCounterStore(database);
        Senders = new PostgreSqlSenderStore(database);
        Sealed = new PostgreSqlSealedStore(database);
        Attachments = new PostgreSqlAttachmentStore(database);
        Tenants = new PostgreSqlTenantStore(database);
        Nodes = new PostgreSqlNodeStore(database, time);
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

    public bool IsShared => true;

    public string Description => PostgreSqlUrl.Parse(_options.Url, out _, out _) is { } to ? NameOf(to) : "PostgreSQL";

    internal PostgreSqlDatabase Database => _database ?? throw new InvalidOperationException("The storage is not open.");

    public async Task OpenAsync(CancellationToken cancellationToken = default)
    {
        if (_database is not null) throw new InvalidOperationException("The storage is open already.");
        if (PostgreSqlUrl.Parse(_options.Url, out var pooler, out var fault) is not { } to)
            throw new StorageStartException($"database_url does not say how to reach PostgreSQL: {fault}. It looks like postgresql://user:password@host:5432/database.");
        var name = NameOf(to);
        NpgsqlDataSource? source = null;
        try
        {
            source = NpgsqlDataSource.Create(Complete(to));
            await using (var connection = await source.OpenConnectionAsync(cancellationToken))
            {
                await PostgreSqlStart.CheckAsync(connection, name);
                await PostgreSqlMigrations.ApplyAsync(connection, name, _time, cancellationToken);
            }

            var database = new PostgreSqlDatabase(source, name, !(_options.Pooler ?? pooler), _options.ResolveTimeout, _time);
            await _partitions.EnsureAsync(database, cancellationToken);
            _database = database;
        }
        catch (Exception e)
        {
            if (source is not null) await source.DisposeAsync();
            var cause = e is StorageUnavailableException { InnerException: { } inner } ? inner : e;
            if (cause is NpgsqlException or SocketException or TimeoutException or IOException or ArgumentException) throw PostgreSqlStart.Fault(cause, name, to);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_database is { } database) await database.DisposeAsync();
    }

    private NpgsqlConnectionStringBuilder Complete(NpgsqlConnectionStringBuilder to)
    {
        Default(to, "Application Name", "carillon");
        Default(to, "Maximum Pool Size", _options.MaxConnections);
        Default(to, "Command Timeout", (int)Math.Ceiling(_options.CommandTimeout.TotalSeconds));
        Default(to, "Timeout", 5);
        // A cut network is noticed although nothing is asked.
        Default(to, "Keepalive", 15);
        Default(to, "Tcp Keepalive", true);
        Default(to, "Include Error Detail", false);
        // Transactions leave no state behind, neither here nor with a pooler; a reset would cost a journey each time.
        to.NoResetOnClose = true;
        to.MaxAutoPrepare = 0;
        return to;
    }

    private static void Default(NpgsqlConnectionStringBuilder to, string key, object value)
    {
        if (!to.ShouldSerialize(key)) to[key] = value;
    }

    private static string NameOf(NpgsqlConnectionStringBuilder to) =>
        string.Create(CultureInfo.InvariantCulture, $"The database {to.Database} at {to.Host}{(to.Host!.Contains(',', StringComparison.Ordinal) ? "" : ":" + to.Port)} (PostgreSQL)");
}
