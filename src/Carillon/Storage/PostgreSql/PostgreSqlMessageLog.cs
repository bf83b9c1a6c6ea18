using Carillon.Messages;
using Dapper;
using Npgsql;

namespace Carillon.Storage.PostgreSql;

internal sealed class PostgreSqlMessageLog(Func<PostgreSqlDatabase> database) : IMessageLog
{
    private static readonly SqlFile Sql = SqlFile.Load("PostgreSql/Log.sql");

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

    public async ValueTask<IReadOnlyList<StoredMessage>> ListMessagesAsync(MessageQuery query, CancellationToken cancellationToken = default)
    {
        if (query.Limit <= 0) return [];
        // The indexes of addresses and contacts hold ids as bytes, which sort alike.
        var isKeyed = query.Address is not null || query.ContactId is not null;
        var filters =
            (query.After is null ? "" : isKeyed ? " AND uuid_send(m.id) < uuid_send(@after)" : " AND m.id < @after") +
            (query.Status is null ? "" : " AND CASE WHEN o.subject IS NULL THEN m.status ELSE 4 END = @status") +
            (query.Channel is null ? "" : " AND m.channel = @channel") +
            (query.ContactId is null ? "" : " AND hashtextextended(m.contact_id, m.tenant_id) = hashtextextended(@contact, @tenant) AND m.contact_id = @contact") +
            (query.Address is null ? "" : " AND hashtextextended(m.address, m.tenant_id) = hashtextextended(@address, @tenant) AND m.address = @address") +
            (query.CreatedAfter is null ? "" : " AND m.created_at > @createdAfter") +
            (query.CreatedBefore is null ? "" : " AND m.created_at < @createdBefore");
        var statement = new SqlStatement(
            "list_messages",
            Sql["list_messages"].Text
                .Replace("/* filters */", filters, StringComparison.Ordinal)
                .Replace("/* order */", isKeyed ? "uuid_send(m.id)" : "m.id", StringComparison.Ordinal));
        var parameters = new
        {
            tenant = query.Tenant.Value,
            after = query.After,
            status = (int?)query.Status,
            channel = (int?)query.Channel,
            contact = query.ContactId,
            address = query.Address,
            createdAfter = query.CreatedAfter.ToStored(),
            createdBefore = query.CreatedBefore.ToStored(),
            limit = query.Limit,
        };
        return (await database().ListAsync<MessageRow>(statement, parameters, cancellationToken)).ConvertAll(row => row.ToMessage());
    }

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

    public async ValueTask<IReadOnlyList<CounterRow>> CountersAsync(TenantId? tenant, DateTimeOffset since, CancellationToken cancellationToken = default)
    {
        var parameters = new
        {
            first = tenant?.Value ?? 0,
            last = tenant?.Value ?? int.MaxValue,
            since = PostgreSqlCounters.QuarterOf(since),
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
