using System.Text.Json;
using Carillon.Alerts;
using Carillon.Messages;
using Dapper;

namespace Carillon.Storage.Sqlite;

internal sealed class SqliteAlertStore(Func<SqliteWriter> writer, SqliteReaders readers) : IAlertStore
{
    private static readonly SqlFile Sql = SqlFile.Load("Sqlite/Alerts.sql");

    public async ValueTask<bool> RaiseAsync(Alert alert, CancellationToken cancellationToken = default) =>
        await writer().RunAsync(
            session =>
            {
                var (tenant, key) = (alert.Tenant.Value, alert.Key);
                if (session.Connection.QuerySingleOrDefault<byte[]>(Sql["standing_alert"].Text, new { tenant, key }) is { } standing)
                {
                    session.Connection.Execute(Sql["see_alert"].Text, new { id = standing, at = alert.SeenAt.ToStored() });
                    return false;
                }

                session.Connection.Execute(Sql["insert_alert"].Text, new
                {
                    id = alert.Id.ToBytes(),
                    tenant,
                    kind = (int)alert.Kind,
                    severity = (int)alert.Severity,
                    key,
                    once = alert.IsOnce,
                    provider = alert.ProviderId.ToBytes(),
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
        await writer().RunAsync(
            session => session.Connection.Execute(
                Sql["resolve_alert"].Text, new { id = id.ToBytes(), at = at.ToStored(), resolution, unseenSince = unseenSince.ToStored() }) > 0,
            cancellationToken);

    public async ValueTask MarkToldAsync(Guid id, AlertPhase phase, DateTimeOffset at, CancellationToken cancellationToken = default) =>
        await writer().RunAsync(
            session => session.Connection.Execute(Sql[AlertRows.ToldStatement(phase)].Text, new { id = id.ToBytes(), at = at.ToStored() }), cancellationToken);

    public async ValueTask<Alert?> GetAsync(TenantId tenant, Guid id, CancellationToken cancellationToken = default) =>
        await readers.ReadAsync(
            connection => connection.QuerySingleOrDefault<Row>(Sql["get_alert"].Text, new { tenant = tenant.Value, id = id.ToBytes() })?.ToAlert(),
            cancellationToken);

    public async ValueTask<LogPage<Alert>> ListAsync(AlertQuery query, CancellationToken cancellationToken = default)
    {
        var rows = await ReadAsync(
            "list_alerts",
            new
            {
                tenant = query.Tenant.Value,
                after = query.After ?? long.MaxValue,
                isOpen = query.State is { } state ? state == AlertState.Open : (bool?)null,
                kind = (int?)query.Kind,
                provider = query.ProviderId.ToBytes(),
                limit = query.Limit + 1,
            },
            cancellationToken);
        return AlertRows.Page(rows.ConvertAll(r => (r.Seq, r.ToAlert())), query.Limit);
    }

    public async ValueTask<IReadOnlyList<Alert>> ListOpenAsync(CancellationToken cancellationToken = default) =>
        (await ReadAsync("open_alerts", null, cancellationToken)).ConvertAll(r => r.ToAlert());

    public async ValueTask<IReadOnlyList<Alert>> ListUntoldAsync(int limit, CancellationToken cancellationToken = default) =>
        (await ReadAsync("untold_alerts", new { limit }, cancellationToken)).ConvertAll(r => r.ToAlert());

    public async ValueTask<IReadOnlyList<AlertCount>> ListOpenCountsAsync(CancellationToken cancellationToken = default) =>
        await readers.ReadAsync<IReadOnlyList<AlertCount>>(
            connection => [.. connection.Query<(long Kind, long Count)>(Sql["open_counts"].Text).Select(c => new AlertCount((AlertKind)c.Kind, c.Count))],
            cancellationToken);

    public async ValueTask<int> DropAsync(DateTimeOffset resolvedBefore, int limit, CancellationToken cancellationToken = default) =>
        await writer().RunAsync(
            session => session.Connection.Execute(Sql["drop_alerts"].Text, new { before = resolvedBefore.ToStored(), limit }), cancellationToken);

    public async ValueTask<AlertSettings?> GetSettingsAsync(TenantId tenant, CancellationToken cancellationToken = default) =>
        await readers.ReadAsync(
            connection => connection.QuerySingleOrDefault<SettingsRow>(Sql["get_settings"].Text, new { tenant = tenant.Value })?.ToSettings(), cancellationToken);

    public async ValueTask<IReadOnlyList<KeyValuePair<TenantId, AlertSettings>>> ListSettingsAsync(CancellationToken cancellationToken = default) =>
        await readers.ReadAsync<IReadOnlyList<KeyValuePair<TenantId, AlertSettings>>>(
            connection =>
            [
                .. connection.Query<SettingsRow>(Sql["all_settings"].Text).Select(row => KeyValuePair.Create(new TenantId((int)row.TenantId), row.ToSettings())),
            ],
            cancellationToken);

    public async ValueTask<bool> ReplaceSettingsAsync(TenantId tenant, AlertSettings settings, int version, CancellationToken cancellationToken = default)
    {
        var document = JsonSerializer.Serialize(settings, StorageJson.Stored.AlertSettings);
        return await writer().RunAsync(
            session => session.Connection.Execute(
                Sql[version == 0 ? "insert_settings" : "replace_settings"].Text, new { tenant = tenant.Value, version, document }) > 0,
            cancellationToken);
    }

    public async ValueTask<IReadOnlyList<DeliveryCount>> ListDeliveriesAsync(
        DateTimeOffset since, DateTimeOffset middle, CancellationToken cancellationToken = default) =>
        await readers.ReadAsync<IReadOnlyList<DeliveryCount>>(
            connection =>
            [
                .. connection.Query<(byte[] Provider, long Status, long Before, long Recent)>(
                        Sql["deliveries"].Text, new { since = Quarter.Of(since), middle = Quarter.Of(middle) })
                    .Select(row => new DeliveryCount(SqliteValues.ToGuid(row.Provider), (MessageStatus)row.Status, row.Before, row.Recent)),
            ],
            cancellationToken);

    public async ValueTask<IReadOnlyList<LaneBacklog>> ListBacklogsAsync(DateTimeOffset now, int most, CancellationToken cancellationToken = default) =>
        await readers.ReadAsync<IReadOnlyList<LaneBacklog>>(
            connection =>
            [
                .. connection.Query<(long Lane, long Oldest, long Count)>(Sql["backlogs"].Text, new { now = now.ToStored(), most })
                    .Select(row => new LaneBacklog(new LaneKey(row.Lane), SqliteValues.ToTime(row.Oldest), row.Count)),
            ],
            cancellationToken);

    private async ValueTask<List<Row>> ReadAsync(string statement, object? parameters, CancellationToken cancellationToken) =>
        await readers.ReadAsync(connection => connection.Query<Row>(Sql[statement].Text, parameters).AsList(), cancellationToken);

    private sealed class SettingsRow
    {
        public long TenantId { get; set; }

        public long Version { get; set; }

        public string Document { get; set; } = "";

        public AlertSettings ToSettings() => AlertRows.Settings(Document, (int)Version);
    }

    private sealed class Row
    {
        public long Seq { get; set; }

        public byte[] Id { get; set; } = [];

        public long TenantId { get; set; }

        public long Kind { get; set; }

        public long Severity { get; set; }

        public string Key { get; set; } = "";

        public long Once { get; set; }

        public byte[]? ProviderId { get; set; }

        public long Repeats { get; set; }

        public long RaisedAt { get; set; }

        public long SeenAt { get; set; }

        public long? ResolvedAt { get; set; }

        public string? Resolution { get; set; }

        public long? RaisedToldAt { get; set; }

        public long? ResolvedToldAt { get; set; }

        public string Facts { get; set; } = "";

        public Alert ToAlert() => new()
        {
            Id = SqliteValues.ToGuid(Id),
            Tenant = new TenantId((int)TenantId),
            Kind = (AlertKind)Kind,
            Severity = (AlertSeverity)Severity,
            Key = Key,
            IsOnce = Once != 0,
            ProviderId = SqliteValues.ToNullableGuid(ProviderId),
            Repeats = (int)Repeats,
            RaisedAt = SqliteValues.ToTime(RaisedAt),
            SeenAt = SqliteValues.ToTime(SeenAt),
            ResolvedAt = SqliteValues.ToTime(ResolvedAt),
            Resolution = Resolution,
            RaisedToldAt = SqliteValues.ToTime(RaisedToldAt),
            ResolvedToldAt = SqliteValues.ToTime(ResolvedToldAt),
            Facts = AlertRows.Facts(Facts),
        };
    }
}
