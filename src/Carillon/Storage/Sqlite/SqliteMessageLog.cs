using Carillon.Messages;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Carillon.Storage.Sqlite;

internal sealed class SqliteMessageLog(SqliteReaders readers) : IMessageLog
{
    internal static readonly SqlFile Sql = SqlFile.Load("Sqlite/Log.sql");

    public async ValueTask<StoredNotification?> GetNotificationAsync(TenantId tenant, Guid id, CancellationToken cancellationToken = default) =>
        await readers.ReadAsync(
            connection =>
            {
                if (ReadNotification(connection, id) is not { } notification || notification.Tenant != tenant) return null;
                var messages = connection.Query<MessageRow>(
                    Sql["notification_messages"].Text, new { notification = id.ToBytes(), tenant = tenant.Value });
                return new StoredNotification(notification, [.. messages.Select(m => m.ToMessage())]);
            },
            cancellationToken);

    public async ValueTask<StoredMessage?> GetMessageAsync(TenantId tenant, Guid id, CancellationToken cancellationToken = default) =>
        await readers.ReadAsync(
            connection => connection
                .QuerySingleOrDefault<MessageRow>(Sql["get_message"].Text, new { tenant = tenant.Value, id = id.ToBytes() })?.ToMessage(),
            cancellationToken);

    public async ValueTask<IReadOnlyList<StoredEvent>> EventsAsync(TenantId tenant, Guid messageId, CancellationToken cancellationToken = default) =>
        await readers.ReadAsync<IReadOnlyList<StoredEvent>>(
            connection =>
            {
                using var select = new SqliteStatement(connection.Handle!, EventSql.MessageEvents);
                var events = new List<StoredEvent>();
                select.Add(messageId).Add(tenant.Value);
                while (select.Step())
                {
                    events.Add(new StoredEvent(
                        (MessageEventKind)select.GetInt64(0), SqliteValues.ToTime(select.GetInt64(1)), SqliteValues.ToTime(select.GetInt64(2)),
                        select.GetNullableGuid(3), select.GetString(4), select.GetString(5)));
                }

                return events;
            },
            cancellationToken);

    public async ValueTask<Guid?> FindByExternalAsync(Guid providerId, string externalId, CancellationToken cancellationToken = default) =>
        await readers.ReadAsync(
            connection =>
            {
                using var buckets = new SqliteStatement(connection.Handle!, Sql["buckets"]);
                using var find = new SqliteStatement(connection.Handle!, Sql["find_key"]);
                using var compare = new SqliteStatement(connection.Handle!, EventSql.MessageByExternal);
                return MessageKeySearch.Newest(buckets, find, compare, providerId, externalId, most: int.MaxValue);
            },
            cancellationToken);

    public async ValueTask<LogPage<StoredMessage>> ListMessagesAsync(MessageQuery query, CancellationToken cancellationToken = default) =>
        await readers.ReadAsync(connection => new MessageSearch(connection, query).Run(), cancellationToken);

    public async ValueTask<LogPage<StoredNotification>> ListNotificationsAsync(NotificationQuery query, CancellationToken cancellationToken = default) =>
        await readers.ReadAsync(connection => new NotificationSearch(connection, query).RunWithMessages(), cancellationToken);

    public async ValueTask<IReadOnlyList<StoredMessage>> NewestToAsync(
        Guid providerId, Channel channel, string address, DateTimeOffset createdAfter, int limit, CancellationToken cancellationToken = default) =>
        await readers.ReadAsync<IReadOnlyList<StoredMessage>>(
            connection =>
            {
                var newest = new List<StoredMessage>();
                foreach (var tenant in connection.Query<long>(Sql["tenants"].Text).AsList())
                {
                    var query = new MessageQuery
                    {
                        Tenant = new TenantId((int)tenant),
                        ProviderId = providerId,
                        Channel = channel,
                        Address = address,
                        CreatedAfter = createdAfter,
                        Limit = limit,
                    };
                    newest.AddRange(new MessageSearch(connection, query).Run().Items.Where(m => m.Status != MessageStatus.Received));
                }

                return [.. newest.OrderByDescending(m => m.Id).Take(limit)];
            },
            cancellationToken);

    public async ValueTask<KeptCallback?> GetCallbackAsync(Guid id, CancellationToken cancellationToken = default) =>
        await readers.ReadAsync(
            connection => connection.QuerySingleOrDefault<CallbackRow>(EventSql.GetCallback.Text, new { id = id.ToBytes() })?.ToCallback(), cancellationToken);

    public async ValueTask<IReadOnlyList<KeptCallback>> FaultyCallbacksAsync(
        Guid providerId, Guid? before, int limit, CancellationToken cancellationToken = default) =>
        await readers.ReadAsync<IReadOnlyList<KeptCallback>>(
            connection =>
            [
                .. connection.Query<CallbackRow>(
                    EventSql.FaultyCallbacks.Text, new { provider = providerId.ToBytes(), before = (before ?? Guid.AllBitsSet).ToBytes(), limit }).Select(row => row.ToCallback()),
            ],
            cancellationToken);

    public async ValueTask<byte[]?> GetBlobAsync(TenantId tenant, string hash, CancellationToken cancellationToken = default) =>
        await readers.ReadAsync(
            connection => connection.QuerySingleOrDefault<byte[]>(Sql["get_blob"].Text, new { tenant = tenant.Value, hash }), cancellationToken);

    public async ValueTask<IReadOnlyList<QueueDepth>> DepthAsync(TenantId? tenant, DateTimeOffset now, CancellationToken cancellationToken = default)
    {
        var from = tenant is { } first ? (long)first.Value << 32 : 0;
        var to = tenant is { } last ? ((long)last.Value << 32) | uint.MaxValue : long.MaxValue;
        return await readers.ReadAsync(
            connection =>
            {
                var rows = connection.Query<DepthRow>(Sql["depth_owned"].Text, new { from, to }).AsList();
                foreach (var lane in connection.Query<long>(Sql["depth_lanes"].Text, new { from, to }).AsList())
                    rows.AddRange(connection.Query<DepthRow>(Sql["depth_due"].Text, new { lane, now = now.ToStored() }));
                return Sum(rows);
            },
            cancellationToken);
    }

    public async ValueTask<BatchCounts?> GetBatchAsync(TenantId tenant, Guid id, CancellationToken cancellationToken = default) =>
        await readers.ReadAsync(
            connection =>
            {
                var key = new { tenant = tenant.Value, id = id.ToBytes() };
                if (connection.QuerySingleOrDefault<long?>(Sql["get_batch"].Text, key) is not { } createdAt) return null;
                var counts = connection.Query<(long Status, long Count)>(Sql["batch_counts"].Text, key);
                return new BatchCounts(id, SqliteValues.ToTime(createdAt), counts.ToDictionary(c => (MessageStatus)c.Status, c => c.Count));
            },
            cancellationToken);

    public async ValueTask<IReadOnlyList<BatchSummary>> ListBatchesAsync(
        TenantId tenant, Guid? before, int limit, CancellationToken cancellationToken = default) =>
        await readers.ReadAsync<IReadOnlyList<BatchSummary>>(
            connection =>
            [
                .. connection.Query<(byte[] Id, long CreatedAt, long Notifications)>(
                        Sql["list_batches"].Text, new { tenant = tenant.Value, before = before.ToBytes(), limit })
                    .Select(row => new BatchSummary(SqliteValues.ToGuid(row.Id), SqliteValues.ToTime(row.CreatedAt), row.Notifications)),
            ],
            cancellationToken);

    public async ValueTask<IReadOnlyList<Guid>> BatchNotificationsAsync(
        TenantId tenant, Guid batch, Guid? after, int limit, CancellationToken cancellationToken = default) =>
        await readers.ReadAsync<IReadOnlyList<Guid>>(
            connection =>
            [
                .. connection.Query<byte[]>(
                        Sql["batch_notifications"].Text, new { tenant = tenant.Value, batch = batch.ToBytes(), after = after.ToBytes(), limit })
                    .Select(SqliteValues.ToGuid),
            ],
            cancellationToken);

    public async ValueTask<IReadOnlyList<CounterRow>> CountersAsync(TenantId? tenant, DateTimeOffset since, CancellationToken cancellationToken = default)
    {
        var parameters = new
        {
            first = tenant?.Value ?? 0,
            last = tenant?.Value ?? int.MaxValue,
            since = Storage.Quarter.Of(since),
        };
        return await readers.ReadAsync<IReadOnlyList<CounterRow>>(
            connection => [.. connection.Query<CounterSum>(Sql["counters"].Text, parameters).Select(c => c.ToRow())], cancellationToken);
    }

    public async ValueTask<IReadOnlyList<StatusSum>> SumsAsync(CancellationToken cancellationToken = default) =>
        await readers.ReadAsync<IReadOnlyList<StatusSum>>(
            connection =>
            [
                .. connection.Query<(long Channel, long Status, long Count)>(Sql["sums"].Text)
                    .Select(sum => new StatusSum((Channel)sum.Channel, (MessageStatus)sum.Status, sum.Count)),
            ],
            cancellationToken);

    private static Notification? ReadNotification(SqliteConnection connection, Guid id)
    {
        using var select = new SqliteStatement(connection.Handle!, QueueSql.SelectNotification);
        return select.Add(id).Step() ? NotificationRow.Read(select, id) : null;
    }

    private static IReadOnlyList<QueueDepth> Sum(IEnumerable<DepthRow> rows) =>
    [
        .. rows
            .GroupBy(r => ((MessageStatus)r.Status, new LaneKey(r.Lane).Channel, new LaneKey(r.Lane).Priority))
            .OrderBy(g => g.Key)
            .Select(g => new QueueDepth(g.Key.Item1, g.Key.Channel, g.Key.Priority, g.Sum(r => r.Count), SqliteValues.ToTime(g.Min(r => r.Oldest)))),
    ];

    private sealed class DepthRow
    {
        public long Status { get; set; }

        public long Lane { get; set; }

        public long Count { get; set; }

        public long Oldest { get; set; }
    }

    private sealed class CounterSum
    {
        public long TenantId { get; set; }

        public long Quarter { get; set; }

        public long Channel { get; set; }

        public byte[] ProviderId { get; set; } = [];

        public long Status { get; set; }

        public long Count { get; set; }

        public CounterRow ToRow()
        {
            var provider = SqliteValues.ToGuid(ProviderId);
            return new CounterRow(
                new TenantId((int)TenantId), SqliteValues.ToTime(Quarter), (Channel)Channel, provider == Guid.Empty ? null : provider,
                (MessageStatus)Status, Count);
        }
    }
}
