using Carillon.Messages;
using Npgsql;

namespace Carillon.Storage.PostgreSql;

/// <summary>Notifications by tenant and id, each once.</summary>
internal sealed class NotificationSet
{
    private readonly HashSet<(int Tenant, Guid Id)> _known = [];

    public List<int> Tenants { get; } = [];

    public List<Guid> Ids { get; } = [];

    public int Count => Ids.Count;

    /// <summary>Below the ids of all their messages.</summary>
    public Guid Since => PostgreSqlValues.Since(Ids.Min());

    public bool Add(Notification notification) => Add(notification.Tenant.Value, notification.Id);

    public bool Add(int tenant, Guid id)
    {
        if (!_known.Add((tenant, id))) return false;
        Tenants.Add(tenant);
        Ids.Add(id);
        return true;
    }

    /// <summary>In one order on every node, so that no two wait for each other.</summary>
    public void Sort()
    {
        var sorted = Tenants.Zip(Ids).OrderBy(n => n.Second).ToList();
        for (var i = 0; i < sorted.Count; i++) (Tenants[i], Ids[i]) = sorted[i];
    }

    public NpgsqlBatchCommand Write(NpgsqlBatch batch, SqlStatement statement) => batch.Add(statement).Array("tenants", Tenants).Array("ids", Ids);
}
