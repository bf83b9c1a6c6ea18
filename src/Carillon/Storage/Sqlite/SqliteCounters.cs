using System.Runtime.InteropServices;
using Carillon.Messages;

namespace Carillon.Storage.Sqlite;

/// <summary>Sums what a transaction adds to the counters, so that each counter is touched once however many messages there are.</summary>
internal sealed class SqliteCounters
{
    private readonly Dictionary<Key, int> _sums = [];

    public void Clear() => _sums.Clear();

    public void Add(TenantId tenant, DateTimeOffset at, Channel channel, Guid? provider, MessageStatus status)
    {
        CollectionsMarshal.GetValueRefOrAddDefault(_sums, new Key(tenant, Quarter.Of(at), channel, provider ?? Guid.Empty, status), out _)++;
    }

    /// <summary>Adds what these have summed, and leaves them empty.</summary>
    public void Take(SqliteCounters others)
    {
        foreach (var (key, count) in others._sums) CollectionsMarshal.GetValueRefOrAddDefault(_sums, key, out _) += count;
        others._sums.Clear();
    }

    public void Write(SqliteSession session, SqlStatement addCounter, long epoch)
    {
        foreach (var (key, count) in _sums)
        {
            session[addCounter]
                .Add(key.Tenant.Value).Add(key.Quarter).Add(epoch).Add((long)key.Channel).Add(key.Provider).Add((long)key.Status).Add(count)
                .Run();
        }

        _sums.Clear();
    }

    private readonly record struct Key(TenantId Tenant, long Quarter, Channel Channel, Guid Provider, MessageStatus Status);
}
