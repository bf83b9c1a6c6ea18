using Carillon.Messages;
using Dapper;
using Npgsql;

namespace Carillon.Storage.PostgreSql;

internal sealed class PostgreSqlMessageLog(Func<PostgreSqlDatabase> database) : IMessageLog
{
    internal static readonly SqlFile Sql = SqlFile.Load("PostgreSql/Log.sql");

    public async ValueTask<StoredNotification?> GetNotificationAsync(TenantId tenant, Guid id, CancellationToken cancellationToken = default) =>
        await database().ReadAsync(
            async connection =>
            {
                if (await ReadNotificationAsync(connection, tenant, id) is not { } notification) return null;
                var messages = await connection.QueryAsync<MessageRow>(
                    Sql["notification_messages"].Text, new { notification = id, tenant = tenant.Value, since = PostgreSqlValues.Since(id) });
                return new StoredNotification(notification, [.. messages.Select(m => m.ToMessage())]);
            },
            cancellationToken);

    public async ValueTask<StoredMessage?> GetMessageAsync(TenantId tenant, Guid id, CancellationToken cancellationToken = default) =>
        (await database().FindAsync<MessageRow>(Sql["get_message"], new { tenant = tenant.Value, id }, cancellationToken))?.ToMessage();

    public async ValueTask<IReadOnlyList<StoredEvent>> EventsAsync(TenantId tenant, Guid messageId, CancellationToken cancellationToken = default) =>
        (await database().ListAsync<EventRow>(EventSql.MessageEvents, new { tenant = tenant.Value, message = messageId }, cancellationToken))
            .ConvertAll(row => row.ToEvent());

    public async ValueTask<Guid?> FindByExternalAsync(Guid providerId, string externalId, CancellationToken cancellationToken = default) =>
        await database().ReadAsync<Guid?>(
            async connection =>
            {
                var key = new { provider = providerId, external = externalId, hash = PostgreSqlValues.ExternalHash(providerId, externalId) };
                return (await connection.QuerySingleOrDefaultAsync<(int Tenant, Guid? Id)>(EventSql.FindExternal.Text, key)).Id;
            },
            cancellationToken);

    public async ValueTask<LogPage<StoredMessage>> ListMessagesAsync(MessageQuery query, CancellationToken cancellationToken = default) =>
        await database().ReadAsync(connection => new MessageSearch(connection, query).RunAsync(), cancellationToken);

    public async ValueTask<LogPage<StoredNotification>> ListNotificationsAsync(NotificationQuery query, CancellationToken cancellationToken = default) =>
        await database().ReadAsync(connection => new NotificationSearch(connection, query).RunWithMessagesAsync(), cancellationToken);

    public async ValueTask<IReadOnlyList<StoredMessage>> NewestToAsync(
        Guid providerId, Channel channel, string address, DateTimeOffset createdAfter, int limit, CancellationToken cancellationToken = default)
    {
        var parameters = new
        {
            provider = providerId,
            channel = (int)channel,
            address,
            from = PostgreSqlValues.FirstId(createdAfter),
            received = (int)MessageStatus.Received,
            limit,
        };
        return (await database().ListAsync<MessageRow>(Sql["newest_to"], parameters, cancellationToken)).ConvertAll(row => row.ToMessage());
    }

    public async ValueTask<KeptCallback?> GetCallbackAsync(Guid id, CancellationToken cancellationToken = default) =>
        (await database().FindAsync<KeptCallbackRow>(EventSql.GetCallback, new { id }, cancellationToken))?.ToCallback();

    public async ValueTask<IReadOnlyList<KeptCallback>> FaultyCallbacksAsync(
        Guid providerId, Guid? before, int limit, CancellationToken cancellationToken = default) =>
        (await database().ListAsync<KeptCallbackRow>(EventSql.FaultyCallbacks, new { provider = providerId, before = before ?? Guid.AllBitsSet, limit }, cancellationToken))
            .ConvertAll(row => row.ToCallback());

    public async ValueTask<byte[]?> GetBlobAsync(TenantId tenant, string hash, CancellationToken cancellationToken = default) =>
        await database().FindAsync<byte[]>(Sql["get_blob"], new { tenant = tenant.Value, hash }, cancellationToken);

    public async ValueTask<IReadOnlyList<QueueDepth>> DepthAsync(TenantId? tenant, DateTimeOffset now, CancellationToken cancellationToken = default)
    {
        var parameters = new { from = tenant?.Value ?? 0, to = tenant?.Value ?? int.MaxValue, now = now.ToStored() };
        var rows = await database().ListAsync<DepthRow>(Sql["depth"], parameters, cancellationToken);
        return
        [
            .. rows
                .GroupBy(r => ((MessageStatus)r.Status, new LaneKey(r.Lane).Channel, new LaneKey(r.Lane).Priority))
                .OrderBy(g => g.Key)
                .Select(g => new QueueDepth(g.Key.Item1, g.Key.Channel, g.Key.Priority, g.Sum(r => r.Count), PostgreSqlValues.ToTime(g.Min(r => r.Oldest)))),
        ];
    }

    public async ValueTask<BatchCounts?> GetBatchAsync(TenantId tenant, Guid id, CancellationToken cancellationToken = default) =>
        await database().ReadAsync(
            async connection =>
            {
                var key = new { tenant = tenant.Value, id };
                if (await connection.QuerySingleOrDefaultAsync<long?>(Sql["get_batch"].Text, key) is not { } createdAt) return null;
                var counts = await connection.QueryAsync<(int Status, long Count)>(Sql["batch_counts"].Text, key);
                return new BatchCounts(id, PostgreSqlValues.ToTime(createdAt), counts.ToDictionary(c => (MessageStatus)c.Status, c => c.Count));
            },
            cancellationToken);

    public async ValueTask<IReadOnlyList<BatchSummary>> ListBatchesAsync(
        TenantId tenant, Guid? before, int limit, CancellationToken cancellationToken = default) =>
        (await database().ListAsync<(Guid Id, long CreatedAt, long Notifications)>(
            Sql["list_batches"], new { tenant = tenant.Value, before, limit }, cancellationToken))
            .ConvertAll(row => new BatchSummary(row.Id, PostgreSqlValues.ToTime(row.CreatedAt), row.Notifications));

    public async ValueTask<IReadOnlyList<Guid>> BatchNotificationsAsync(
        TenantId tenant, Guid batch, Guid? after, int limit, CancellationToken cancellationToken = default) =>
        await database().ListAsync<Guid>(Sql["batch_notifications"], new { tenant = tenant.Value, batch, after, limit }, cancellationToken);

    public async ValueTask<IReadOnlyList<CounterRow>> CountersAsync(TenantId? tenant, DateTimeOffset since, CancellationToken cancellationToken = default)
    {
        var parameters = new
        {
            first = tenant?.Value ?? 0,
            last = tenant?.Value ?? int.MaxValue,
            since = Storage.Quarter.Of(since),
        };
        return (await database().ListAsync<CounterSum>(Sql["counters"], parameters, cancellationToken)).ConvertAll(c => c.ToRow());
    }

    public async ValueTask<IReadOnlyList<StatusSum>> SumsAsync(CancellationToken cancellationToken = default) =>
        (await database().ListAsync<(short Channel, short Status, long Count)>(Sql["sums"], null, cancellationToken))
            .ConvertAll(sum => new StatusSum((Channel)sum.Channel, (MessageStatus)sum.Status, sum.Count));

    private static async Task<Notification?> ReadNotificationAsync(NpgsqlConnection connection, TenantId tenant, Guid id)
    {
        await using var command = new NpgsqlCommand(Sql["get_notification"].Text, connection);
        command.Parameters.AddWithValue("tenant", tenant.Value);
        command.Parameters.AddWithValue("id", id);
        await using var reader = await command.ExecuteReaderAsync();
        return await reader.ReadAsync() ? NotificationRow.Read(reader, 0, id) : null;
    }

    private sealed class EventRow
    {
        public short Kind { get; set; }

        public long At { get; set; }

        public long RecordedAt { get; set; }

        public Guid? ProviderId { get; set; }

        public string? Detail { get; set; }

        public string? Url { get; set; }

        public StoredEvent ToEvent() => new(
            (MessageEventKind)Kind, PostgreSqlValues.ToTime(At), PostgreSqlValues.ToTime(RecordedAt), ProviderId, Detail, Url);
    }

    private sealed class DepthRow
    {
        public int Status { get; set; }

        public long Lane { get; set; }

        public long Count { get; set; }

        public long Oldest { get; set; }
    }

    private sealed class CounterSum
    {
        public int TenantId { get; set; }

        public long Quarter { get; set; }

        public short Channel { get; set; }

        public Guid ProviderId { get; set; }

        public short Status { get; set; }

        public long Count { get; set; }

        public CounterRow ToRow() => new(
            new TenantId(TenantId), PostgreSqlValues.ToTime(Quarter), (Channel)Channel, ProviderId == Guid.Empty ? null : ProviderId,
            (MessageStatus)Status, Count);
    }
}
