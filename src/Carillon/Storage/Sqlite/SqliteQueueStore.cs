using Carillon.Messages;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Carillon.Storage.Sqlite;

internal sealed class SqliteQueueStore(Func<SqliteWriter> writer, SqliteReaders readers, TimeProvider time, TimeSpan secretRetention) : IQueueStore
{
    private readonly SqliteGroupWriter _groups = new();
    private readonly SqliteClaim _claim = new(secretRetention);
    private readonly SqliteRescue _rescue = new(secretRetention);
    private readonly UncertainCommits _uncertain = new();
    private readonly SqliteCancel _cancel = new();
    private readonly SqliteRetry _retry = new();

    public async ValueTask CommitAsync(WriteGroup group, CancellationToken cancellationToken = default)
    {
        if (group.IsEmpty) return;
        var oneByOne = false;
        var isWritten = false;
        IReadOnlyCollection<(long Epoch, Guid Message)>? taken = null;
        try
        {
            await writer().RunAsync(
                session =>
                {
                    taken ??= _uncertain.Take();
                    UncertainCommits.GiveBack(session, _rescue, taken, time.GetUtcNow());
                    try
                    {
                        _groups.Write(session, group, oneByOne);
                        isWritten = true;
                    }
                    catch (Exception e) when (!oneByOne && (e is not SqliteException error || !SqliteFaults.IsUnavailable(error)))
                    {
                        // One of them cannot be written: find out which, and let the others through.
                        oneByOne = true;
                        throw new RetryTransactionException(e);
                    }
                },
                cancellationToken);
        }
        catch
        {
            if (taken is { Count: > 0 }) _uncertain.PutBack(taken);
            // All was written, so that it was the commit itself that failed.
            if (isWritten) _uncertain.Note(group);
            throw;
        }
    }

    public async ValueTask<Claim> ClaimAsync(LaneKey lane, long epoch, DateTimeOffset now, int limit, CancellationToken cancellationToken = default) =>
        await writer().RunAsync(session => _claim.Take(session, lane, epoch, now, limit), cancellationToken);

    public async ValueTask<IReadOnlyList<LaneDue>> LanesAsync(CancellationToken cancellationToken = default) =>
        await readers.ReadAsync<IReadOnlyList<LaneDue>>(
            connection => [.. connection.Query<LaneRow>(QueueSql.Lanes.Text).Select(row => new LaneDue(new LaneKey(row.Lane), SqliteValues.ToTime(row.Due)))],
            cancellationToken);

    public async ValueTask<Rescue> RescueAsync(IReadOnlyCollection<long> liveEpochs, DateTimeOffset now, CancellationToken cancellationToken = default) =>
        await writer().RunAsync(session => _rescue.Run(session, liveEpochs, now), cancellationToken);

    public async ValueTask ReleaseAsync(long epoch, IReadOnlyList<OutboundMessage> messages, CancellationToken cancellationToken = default)
    {
        if (messages.Count == 0) return;
        var now = time.GetUtcNow();
        await writer().RunAsync(session => _rescue.Release(session, epoch, messages.Select(m => m.Id), now), cancellationToken);
    }

    public async ValueTask<IReadOnlyList<CancelledMessage>> CancelAsync(
        TenantId tenant, Guid notificationId, DateTimeOffset now, CancellationToken cancellationToken = default) =>
        await writer().RunAsync(session => _cancel.Run(session, tenant, notificationId, now), cancellationToken);

    public async ValueTask<IReadOnlyList<CancelledMessage>> CancelManyAsync(
        TenantId tenant, IReadOnlyList<Guid> notificationIds, DateTimeOffset now, CancellationToken cancellationToken = default) =>
        notificationIds.Count == 0
            ? []
            : await writer().RunAsync<IReadOnlyList<CancelledMessage>>(
                session => [.. notificationIds.SelectMany(id => _cancel.Run(session, tenant, id, now))], cancellationToken);

    public async ValueTask<RetryResult> RetryAsync(
        TenantId tenant, Guid messageId, DateTimeOffset now, ReadOnlyMemory<byte> trace, CancellationToken cancellationToken = default) =>
        await writer().RunAsync(session => _retry.Run(session, tenant, messageId, now, trace), cancellationToken);

    public async ValueTask<IReadOnlyList<DueStep>> DueStepsAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken = default) =>
        await readers.ReadAsync<IReadOnlyList<DueStep>>(
            connection =>
            {
                using var due = new SqliteStatement(connection.Handle!, StepSql.DueSteps);
                using var select = new SqliteStatement(connection.Handle!, QueueSql.SelectNotification);
                var steps = new List<DueStep>();
                due.Add(now);
                while (steps.Count < limit && due.Step())
                {
                    var id = due.GetGuid(0);
                    if (select.Add(id).Step() && TryRead(select, id) is { } notification)
                    {
                        steps.Add(new DueStep(
                            notification, (int)due.GetInt64(1), SqliteSteps.IsDeadline(due.GetInt64(3)), SqliteValues.ToTime(due.GetInt64(2))));
                    }

                    select.Reset();
                }

                return steps;
            },
            cancellationToken);

    public async ValueTask<IReadOnlyList<StoredCallback>> UnreadCallbacksAsync(
        DateTimeOffset receivedBefore, int limit, CancellationToken cancellationToken = default) =>
        await readers.ReadAsync<IReadOnlyList<StoredCallback>>(
            connection =>
            {
                using var select = new SqliteStatement(connection.Handle!, EventSql.UnreadCallbacks);
                var callbacks = new List<StoredCallback>();
                select.Add(receivedBefore).Add(limit);
                while (select.Step())
                {
                    callbacks.Add(new StoredCallback(
                        select.GetGuid(0), select.GetGuid(1), SqliteValues.ToTime(select.GetInt64(2)), select.GetBytes(3) ?? []));
                }

                return callbacks;
            },
            cancellationToken);

    public async ValueTask<IReadOnlyDictionary<string, IdempotencyRecord>> FindKeysAsync(
        TenantId tenant, IReadOnlyCollection<string> keys, CancellationToken cancellationToken = default) =>
        await readers.ReadAsync<IReadOnlyDictionary<string, IdempotencyRecord>>(
            connection => keys.Distinct(StringComparer.Ordinal)
                .SelectMany(key => connection.Query<KeyRow>(QueueSql.FindIdempotency.Text, new { tenant = tenant.Value, key })
                    .Select(row => new IdempotencyRecord(key, row.RequestHash, row.Answer)))
                .ToDictionary(record => record.Key, StringComparer.Ordinal),
            cancellationToken);


    public async ValueTask<StoredCallback?> ReopenCallbackAsync(Guid id, CancellationToken cancellationToken = default) =>
        await writer().RunAsync(
            session =>
            {
                if (session[EventSql.ReopenCallback].Add(id).Run() == 0) return null;
                var select = session[EventSql.CallbackRequest].Add(id);
                var callback = select.Step()
                    ? new StoredCallback(select.GetGuid(0), select.GetGuid(1), SqliteValues.ToTime(select.GetInt64(2)), select.GetBytes(3) ?? []) : null;
                select.Reset();
                return callback;
            },
            cancellationToken);

    /// <summary>Null for one that is damaged, or of a later version: the others go on.</summary>
    private static Notification? TryRead(SqliteStatement select, Guid id)
    {
        try
        {
            return NotificationRow.Read(select, id);
        }
        catch (Exception e) when (e is not SqliteException)
        {
            return null;
        }
    }

    public async ValueTask<int> CleanAsync(CleaningOrder order, CancellationToken cancellationToken = default) =>
        await writer().RunAsync(
            session => session[QueueSql.CleanIdempotency].Add(order.Limit).Add(order.IdempotencyBefore).Run()
                + session[QueueSql.CleanSecrets].Add(order.Now).Add(order.Limit).Run()
                + session[EventSql.CleanCallbacks].Add(order.Limit).Add(order.CallbacksBefore).Run()
                + session[EventSql.CleanEarly].Add(order.Limit).Add(order.EarlyEventsBefore).Run(),
            cancellationToken);

    private sealed class KeyRow
    {
        public byte[] RequestHash { get; set; } = [];

        public byte[] Answer { get; set; } = [];
    }

    private sealed class LaneRow
    {
        public long Lane { get; set; }

        public long Due { get; set; }
    }
}
