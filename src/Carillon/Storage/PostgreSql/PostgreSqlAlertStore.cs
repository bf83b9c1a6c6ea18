using System.Text.Json;
using Carillon.Alerts;
using Carillon.Messages;
using Dapper;

namespace Carillon.Storage.PostgreSql;

internal sealed class PostgreSqlAlertStore(Func<PostgreSqlDatabase> database) : IAlertStore
{
    private static readonly SqlFile Sql = SqlFile.Load("PostgreSql/Alerts.sql");

    public async ValueTask<bool> RaiseAsync(Alert alert, CancellationToken cancellationToken = default) =>
        await database().WriteAsync(
            async transaction =>
            {
                var connection = await transaction.ConnectionAsync();
                var (tenant, key) = (alert.Tenant.Value, alert.Key);
                await connection.ExecuteAsync(Sql["lock_alerts"].Text);
                if (await connection.QuerySingleOrDefaultAsync<Guid?>(Sql["standing_alert"].Text, new { tenant, key }) is { } standing)
                {
                    await connection.ExecuteAsync(Sql["see_alert"].Text, new { id = standing, at = alert.SeenAt.ToStored() });
                    return false;
                }

                await connection.ExecuteAsync(Sql["insert_alert"].Text, new
                {
                    id = alert.Id,
                    tenant,
                    kind = (short)alert.Kind,
                    severity = (short)alert.Severity,
                    key,
                    once = alert.IsOnce,
                    provider = alert.ProviderId,
                    repeatsSince = (alert.RaisedAt - AlertRows.RepeatSpan).ToStored(),
                    raised = alert.RaisedAt.ToStored(),
                    seen = alert.SeenAt.ToStored(),
                    facts = JsonSerializer.Serialize(alert.Facts, StorageJson.Stored.AlertFacts),
                });
                return true;
            },
            cancellationToken);

    public async ValueTask<bool> ResolveAsync(
        Guid id, DateTimeOffset at, string resolution, DateTimeOffset? unseenSince = null, CancellationToken cancellationToken = default) =>
        await database().ExecuteAsync(
            Sql["resolve_alert"], new { id, at = at.ToStored(), resolution, unseenSince = unseenSince.ToStored() }, cancellationToken) > 0;

    public async ValueTask MarkToldAsync(Guid id, AlertPhase phase, DateTimeOffset at, CancellationToken cancellationToken = default) =>
        await database().ExecuteAsync(Sql[AlertRows.ToldStatement(phase)], new { id, at = at.ToStored() }, cancellationToken);

    public async ValueTask<Alert?> GetAsync(TenantId tenant, Guid id, CancellationToken cancellationToken = default) =>
        (await database().FindAsync<Row>(Sql["get_alert"], new { tenant = tenant.Value, id }, cancellationToken))?.ToAlert();

    public async ValueTask<LogPage<Alert>> ListAsync(AlertQuery query, CancellationToken cancellationToken = default)
    {
        var rows = await database().ListAsync<Row>(
            Sql["list_alerts"],
            new
            {
                tenant = query.Tenant.Value,
                after = query.After ?? long.MaxValue,
                isOpen = query.State is { } state ? state == AlertState.Open : (bool?)null,
                kind = (short?)query.Kind,
                provider = query.ProviderId,
                limit = query.Limit + 1,
            },
            cancellationToken);
        return AlertRows.Page(rows.ConvertAll(r => (r.Seq, r.ToAlert())), query.Limit);
    }

    public async ValueTask<IReadOnlyList<Alert>> ListOpenAsync(CancellationToken cancellationToken = default) =>
        (await database().ListAsync<Row>(Sql["open_alerts"], null, cancellationToken)).ConvertAll(r => r.ToAlert());

    public async ValueTask<IReadOnlyList<Alert>> ListUntoldAsync(int limit, CancellationToken cancellationToken = default) =>
        (await database().ListAsync<Row>(Sql["untold_alerts"], new { limit }, cancellationToken)).ConvertAll(r => r.ToAlert());

    public async ValueTask<IReadOnlyList<AlertCount>> ListOpenCountsAsync(CancellationToken cancellationToken = default) =>
        (await database().ListAsync<(short Kind, long Count)>(Sql["open_counts"], null, cancellationToken)).ConvertAll(c => new AlertCount((AlertKind)c.Kind, c.Count));

    public async ValueTask<int> DropAsync(DateTimeOffset resolvedBefore, int limit, CancellationToken cancellationToken = default) =>
        await database().ExecuteAsync(Sql["drop_alerts"], new { before = resolvedBefore.ToStored(), limit }, cancellationToken);

    public async ValueTask<AlertSettings?> GetSettingsAsync(TenantId tenant, CancellationToken cancellationToken = default) =>
        (await database().FindAsync<SettingsRow>(Sql["get_settings"], new { tenant = tenant.Value }, cancellationToken))?.ToSettings();

    public async ValueTask<IReadOnlyList<KeyValuePair<TenantId, AlertSettings>>> ListSettingsAsync(CancellationToken cancellationToken = default) =>
        (await database().ListAsync<SettingsRow>(Sql["all_settings"], null, cancellationToken))
            .ConvertAll(row => KeyValuePair.Create(new TenantId(row.TenantId), row.ToSettings()));

    public async ValueTask<bool> ReplaceSettingsAsync(TenantId tenant, AlertSettings settings, int version, CancellationToken cancellationToken = default)
    {
        var document = JsonSerializer.Serialize(settings, StorageJson.Stored.AlertSettings);
        return await database().ExecuteAsync(
            Sql[version == 0 ? "insert_settings" : "replace_settings"], new { tenant = tenant.Value, version, document }, cancellationToken) > 0;
    }

    public async ValueTask<IReadOnlyList<DeliveryCount>> ListDeliveriesAsync(
        DateTimeOffset since, DateTimeOffset middle, CancellationToken cancellationToken = default) =>
        (await database().ListAsync<(Guid Provider, short Status, long Before, long Recent)>(
            Sql["deliveries"], new { since = Quarter.Of(since), middle = Quarter.Of(middle) }, cancellationToken))
            .ConvertAll(row => new DeliveryCount(row.Provider, (MessageStatus)row.Status, row.Before, row.Recent));

    public async ValueTask<IReadOnlyList<LaneBacklog>> ListBacklogsAsync(DateTimeOffset now, int most, CancellationToken cancellationToken = default) =>
        (await database().ListAsync<(long Lane, long Oldest, long Count)>(Sql["backlogs"], new { now = now.ToStored(), most }, cancellationToken))
            .ConvertAll(row => new LaneBacklog(new LaneKey(row.Lane), PostgreSqlValues.ToTime(row.Oldest), row.Count));

    private sealed class SettingsRow
    {
        public int TenantId { get; set; }

        public int Version { get; set; }

        public string Document { get; set; } = "";

        public AlertSettings ToSettings() => AlertRows.Settings(Document, Version);
    }

    private sealed class Row
    {
        public long Seq { get; set; }

        public Guid Id { get; set; }

        public int TenantId { get; set; }

        public short Kind { get; set; }

        public short Severity { get; set; }

        public string Key { get; set; } = "";

        public bool Once { get; set; }

        public Guid? ProviderId { get; set; }

        public int Repeats { get; set; }

        public long RaisedAt { get; set; }

        public long SeenAt { get; set; }

        public long? ResolvedAt { get; set; }

        public string? Resolution { get; set; }

        public long? RaisedToldAt { get; set; }

        public long? ResolvedToldAt { get; set; }

        public string Facts { get; set; } = "";

        public Alert ToAlert() => new()
        {
            Id = Id,
            Tenant = new TenantId(TenantId),
            Kind = (AlertKind)Kind,
            Severity = (AlertSeverity)Severity,
            Key = Key,
            IsOnce = Once,
            ProviderId = ProviderId,
            Repeats = Repeats,
            RaisedAt = PostgreSqlValues.ToTime(RaisedAt),
            SeenAt = PostgreSqlValues.ToTime(SeenAt),
            ResolvedAt = PostgreSqlValues.ToTime(ResolvedAt),
            Resolution = Resolution,
            RaisedToldAt = PostgreSqlValues.ToTime(RaisedToldAt),
            ResolvedToldAt = PostgreSqlValues.ToTime(ResolvedToldAt),
            Facts = AlertRows.Facts(Facts),
        };
    }
}
