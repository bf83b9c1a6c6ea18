using Carillon.Messages;
using Npgsql;

namespace Carillon.Storage.PostgreSql;

/// <summary>Work that waits or that a node owns, column by column.</summary>
internal sealed class WorkColumns
{
    private readonly List<int> _tenants = [];
    private readonly List<long> _lanes = [];
    private readonly List<long> _dues = [];
    private readonly List<Guid> _subjects = [];
    private readonly List<short> _statuses = [];

    public void Add(LaneKey lane, long due, Guid subject, MessageStatus status)
    {
        _tenants.Add(lane.Tenant.Value);
        _lanes.Add(lane.Value);
        _dues.Add(due);
        _subjects.Add(subject);
        _statuses.Add((short)status);
    }

    public void WriteDue(NpgsqlBatch batch)
    {
        if (_subjects.Count == 0) return;
        batch.Add(QueueSql.InsertDue)
            .Array("tenants", _tenants).Array("lanes", _lanes).Array("dues", _dues).Array("subjects", _subjects).Array("statuses", _statuses);
    }

    public void WriteOwned(NpgsqlBatch batch, long epoch)
    {
        if (_subjects.Count == 0) return;
        batch.Add(QueueSql.InsertOwned)
            .Set("epoch", epoch).Array("tenants", _tenants).Array("subjects", _subjects).Array("lanes", _lanes).Array("dues", _dues);
    }
}
