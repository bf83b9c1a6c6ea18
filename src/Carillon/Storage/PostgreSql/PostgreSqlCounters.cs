using System.Runtime.InteropServices;
using Carillon.Messages;
using Npgsql;

namespace Carillon.Storage.PostgreSql;

/// <summary>Sums what a transaction adds to the counters, so that each counter is touched once however many messages there are.</summary>
internal sealed class PostgreSqlCounters
{
    private readonly Dictionary<Key, int> _sums = [];

    public void Add(TenantId tenant, DateTimeOffset at, Channel channel, Guid? provider, MessageStatus status) =>
        CollectionsMarshal.GetValueRefOrAddDefault(_sums, new Key(tenant.Value, Quarter.Of(at), (short)channel, provider ?? Guid.Empty, (short)status), out _)++;

    /// <summary>Adds what these have summed.</summary>
    public void Take(PostgreSqlCounters others)
    {
        foreach (var (key, count) in others._sums) CollectionsMarshal.GetValueRefOrAddDefault(_sums, key, out _) += count;
    }

    public void Write(NpgsqlBatch batch, long epoch)
    {
        if (_sums.Count == 0) return;
        // In one order on every node, so that no two wait for each other.
        var sums = _sums.OrderBy(s => s.Key).ToList();
        batch.Add(QueueSql.AddCounters)
            .Set("epoch", epoch)
            .Array("tenants", sums.ConvertAll(s => s.Key.Tenant))
            .Array("quarters", sums.ConvertAll(s => s.Key.Quarter))
            .Array("channels", sums.ConvertAll(s => s.Key.Channel))
            .Array("providers", sums.ConvertAll(s => s.Key.Provider))
            .Array("statuses", sums.ConvertAll(s => s.Key.Status))
            .Array("counts", sums.ConvertAll(s => (long)s.Value));
    }

    private readonly record struct Key(int Tenant, long Quarter, short Channel, Guid Provider, short Status) : IComparable<Key>
    {
        public int CompareTo(Key other) =>
            (Tenant, Quarter, Channel, Provider, Status).CompareTo((other.Tenant, other.Quarter, other.Channel, other.Provider, other.Status));
    }
}
