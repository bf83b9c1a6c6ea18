using Npgsql;

namespace Carillon.Storage.PostgreSql;

/// <summary>Steps of plans that are to be looked at, column by column.</summary>
internal sealed class StepColumns
{
    public const long DeadlineLane = -2;
    public const long CheckLane = -3;

    private readonly List<int> _tenants = [];
    private readonly List<long> _lanes = [];
    private readonly List<long> _dues = [];
    private readonly List<Guid> _subjects = [];
    private readonly List<int> _steps = [];

    public void Add(long lane, int tenant, Guid notification, int step, DateTimeOffset due)
    {
        _tenants.Add(tenant);
        _lanes.Add(lane);
        _dues.Add(due.ToStored());
        _subjects.Add(notification);
        _steps.Add(step);
    }

    public void Write(NpgsqlBatch batch)
    {
        if (_subjects.Count == 0) return;
        batch.Add(StepSql.InsertSteps)
            .Array("tenants", _tenants).Array("lanes", _lanes).Array("dues", _dues).Array("subjects", _subjects).Array("steps", _steps);
    }
}
