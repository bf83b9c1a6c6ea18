using Carillon.Messages;
using Dapper;
using Npgsql;

namespace Carillon.Storage.PostgreSql;

internal sealed class PostgreSqlQueueStore(
    Func<PostgreSqlDatabase> database, PostgreSqlPartitions partitions, TimeProvider time, TimeSpan secretRetention) : IQueueStore
{
    private readonly PostgreSqlClaim _claim = new(secretRetention);
    private readonly PostgreSqlRescue _rescue = new(secretRetention);
    private readonly UncertainCommits _uncertain = new();
    private readonly MissedEvents _missed = new();

    public async ValueTask CommitAsync(WriteGroup group, CancellationToken cancellationToken = default)
    {
        if (group.IsEmpty) return;
        var settled = await _uncertain.ResolveAsync(database());
        var known = TakeKnown(group, settled);
        try
        {
            await TryAsync(group, settled, cancellationToken);
            _uncertain.Forget(settled);
        }
        finally
        {
            group.Outcomes.AddRange(known);
        }
    }

    public async ValueTask<Claim> ClaimAsync(LaneKey lane, long epoch, DateTimeOffset now, int limit, CancellationToken cancellationToken = default)
    {
        Claim? claim = null;
        try
        {
            return await database().WriteAsync(
                async transaction => claim = await _claim.TakeAsync(transaction, lane, epoch, now, limit), cancellationToken);
        }
        catch (StorageUnavailableException e) when (e.InnerException is UnresolvedCommitException unresolved)
        {
            _uncertain.Note(unresolved.Transaction, epoch, claim!.Messages);
            throw;
        }
    }

    public async ValueTask<IReadOnlyList<LaneDue>> LanesAsync(CancellationToken cancellationToken = default) =>
        await database().ReadAsync<IReadOnlyList<LaneDue>>(
            async connection =>
            [
                .. (await connection.QueryAsync<LaneRow>(QueueSql.Lanes.Text))
                    .Select(row => new LaneDue(new LaneKey(row.Lane), PostgreSqlValues.ToTime(row.Due))),
            ],
            cancellationToken);

    public async ValueTask<Rescue> RescueAsync(IReadOnlyCollection<long> liveEpochs, DateTimeOffset now, CancellationToken cancellationToken = default) =>
        await database().WriteAsync(transaction => _rescue.RunAsync(transaction, liveEpochs, now), cancellationToken);

    public async ValueTask ReleaseAsync(long epoch, IReadOnlyList<OutboundMessage> messages, CancellationToken cancellationToken = default)
    {
        if (messages.Count == 0) return;
        var now = time.GetUtcNow();
        await database().WriteAsync(
            transaction => _rescue.ReleaseAsync(transaction, epoch, messages.Select(m => (m.Notification.Tenant, m.Id)), now), cancellationToken);
    }

    public async ValueTask<IReadOnlyList<CancelledMessage>> CancelAsync(
        TenantId tenant, Guid notificationId, DateTimeOffset now, CancellationToken cancellationToken = default) =>
        await database().WriteAsync(transaction => PostgreSqlCancel.RunAsync(transaction, tenant, notificationId, now), cancellationToken);

    public async ValueTask<IReadOnlyList<CancelledMessage>> CancelManyAsync(
        TenantId tenant, IReadOnlyList<Guid> notificationIds, DateTimeOffset now, CancellationToken cancellationToken = default) =>
        notificationIds.Count == 0
            ? []
            : await database().WriteAsync<IReadOnlyList<CancelledMessage>>(
                async transaction =>
                {
                    // In one order on every node, so that no two wait for each other.
                    var answers = new Dictionary<Guid, IReadOnlyList<CancelledMessage>>();
                    foreach (var id in notificationIds.Distinct().Order()) answers.Add(id, await PostgreSqlCancel.RunAsync(transaction, tenant, id, now));
                    return [.. notificationIds.SelectMany(id => answers[id])];
                },
                cancellationToken);

    public async ValueTask<RetryResult> RetryAsync(
        TenantId tenant, Guid messageId, DateTimeOffset now, ReadOnlyMemory<byte> trace, CancellationToken cancellationToken = default) =>
        await database().WriteAsync(transaction => PostgreSqlRetry.RunAsync(transaction, tenant, messageId, now, trace), cancellationToken);

    public async ValueTask<IReadOnlyList<DueStep>> DueStepsAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken = default) =>
        await database().ReadAsync<IReadOnlyList<DueStep>>(
            async connection =>
            {
                var steps = new List<DueStep>();
                // Behind a page of which nothing can be read there may be others.
                for (var skip = 0; await ReadStepsAsync(connection, now, limit, skip, steps, cancellationToken) == limit && steps.Count == 0;) skip += limit;
                return steps;
            },
            cancellationToken);

    /// <returns>How many there were, read or passed over.</returns>
    private static async Task<int> ReadStepsAsync(
        NpgsqlConnection connection, DateTimeOffset now, int limit, int skip, List<DueStep> steps, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(StepSql.DueSteps.Text, connection);
        command.Parameters.AddWithValue("now", now.ToStored());
        command.Parameters.AddWithValue("limit", limit);
        command.Parameters.AddWithValue("skip", skip);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var count = 0;
        while (await reader.ReadAsync(cancellationToken))
        {
            count++;
            Notification notification;
            try
            {
                notification = NotificationRow.Read(reader, 4, reader.GetGuid(0));
            }
            catch (Exception e) when (e is not (NpgsqlException or OperationCanceledException))
            {
                // It is damaged, or of a later version: the others go on.
                continue;
            }

            steps.Add(new DueStep(
                notification, reader.GetInt32(1), reader.GetInt16(3) == -StepColumns.DeadlineLane, PostgreSqlValues.ToTime(reader.GetInt64(2))));
        }

        return count;
    }

    public async ValueTask<IReadOnlyList<StoredCallback>> UnreadCallbacksAsync(
        DateTimeOffset receivedBefore, int limit, CancellationToken cancellationToken = default)
    {
        await _missed.SettleAsync(database(), time.GetUtcNow(), limit, cancellationToken);
        return (await database().ListAsync<CallbackRow>(EventSql.UnreadCallbacks, new { before = receivedBefore.ToStored(), limit }, cancellationToken))
            .ConvertAll(row => new StoredCallback(row.Id, row.ProviderId, PostgreSqlValues.ToTime(row.ReceivedAt), row.Request));
    }

    public async ValueTask<IReadOnlyDictionary<string, IdempotencyRecord>> FindKeysAsync(
        TenantId tenant, IReadOnlyCollection<string> keys, CancellationToken cancellationToken = default) =>
        (await database().ListAsync<KeyRow>(QueueSql.FindIdempotency, new { tenant = tenant.Value, keys = keys.ToArray() }, cancellationToken))
            .ToDictionary(row => row.Key, row => new IdempotencyRecord(row.Key, row.RequestHash, row.Answer), StringComparer.Ordinal);

    public async ValueTask<StoredCallback?> ReopenCallbackAsync(Guid id, CancellationToken cancellationToken = default) =>
        await database().ExecuteAsync(EventSql.ReopenCallback, new { id }, cancellationToken) > 0
        && await database().FindAsync<CallbackRow>(EventSql.CallbackRequest, new { id }, cancellationToken) is { } row
            ? new StoredCallback(row.Id, row.ProviderId, PostgreSqlValues.ToTime(row.ReceivedAt), row.Request) : null;

    public async ValueTask<int> CleanAsync(CleaningOrder order, CancellationToken cancellationToken = default)
    {
        await partitions.EnsureAsync(database(), cancellationToken);
        return await database().WriteAsync(
            async transaction =>
            {
                var connection = await transaction.ConnectionAsync();
                var limit = order.Limit;
                return await connection.ExecuteAsync(QueueSql.CleanIdempotency.Text, new { before = order.IdempotencyBefore.ToStored(), limit })
                    + await connection.ExecuteAsync(QueueSql.CleanSecrets.Text, new { now = order.Now.ToStored(), limit })
                    + await connection.ExecuteAsync(EventSql.CleanCallbacks.Text, new { before = order.CallbacksBefore.ToStored(), limit })
                    + await connection.ExecuteAsync(EventSql.CleanEarly.Text, new { before = order.EarlyEventsBefore.ToStored(), limit });
            },
            cancellationToken);
    }

    private sealed class KeyRow
    {
        public string Key { get; set; } = "";

        public byte[] RequestHash { get; set; } = [];

        public byte[] Answer { get; set; } = [];
    }

    // Outcomes that an earlier commit holds after all are not written again, where they would be found to have lost their message.
    private static List<OutcomeWrite> TakeKnown(WriteGroup group, IReadOnlyList<UncertainCommit> settled)
    {
        if (settled.Count == 0) return [];
        var known = group.Outcomes.FindAll(o => settled.Any(s => s.Outcomes.ContainsKey(o)));
        foreach (var outcome in known)
        {
            var (cancelled, nextBegun) = settled.First(s => s.Outcomes.ContainsKey(outcome)).Outcomes[outcome];
            (outcome.Recorded, outcome.Cancelled, outcome.NextBegun, outcome.Failure) = (true, cancelled, nextBegun, null);
        }

        group.Outcomes.RemoveAll(known.Contains);
        return known;
    }

    private async Task TryAsync(WriteGroup group, IReadOnlyList<UncertainCommit> settled, CancellationToken cancellationToken)
    {
        var separately = false;
        while (true)
        {
            try
            {
                await database().WriteAsync(
                    async transaction =>
                    {
                        foreach (var commit in settled) await _rescue.ReleaseAsync(transaction, commit.Epoch, commit.Messages, time.GetUtcNow());
                        await new PostgreSqlGroupWriter(transaction, group.Epoch).WriteAsync(group, separately);
                    },
                    cancellationToken);
                return;
            }
            catch (StorageUnavailableException e)
            {
                if (e.InnerException is UnresolvedCommitException unresolved) _uncertain.Note(unresolved.Transaction, group);
                throw;
            }
            catch (Exception e) when (!separately && e is not OperationCanceledException)
            {
                // One of them cannot be written: find out which, and let the others through.
                separately = true;
            }
        }
    }

    private sealed class CallbackRow
    {
        public Guid Id { get; set; }

        public Guid ProviderId { get; set; }

        public long ReceivedAt { get; set; }

        public byte[] Request { get; set; } = [];
    }

    private sealed class LaneRow
    {
        public long Lane { get; set; }

        public long Due { get; set; }
    }
}
