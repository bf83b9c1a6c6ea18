using Carillon.Messages;
using Npgsql;

namespace Carillon.Storage.PostgreSql;

/// <summary>
/// Writes one <see cref="WriteGroup"/> in a transaction: keys first, then everything else in one batch, then what depends on its
/// answers. Counters travel with the commit.
/// </summary>
internal sealed class PostgreSqlGroupWriter(PostgreSqlTransaction transaction, long epoch)
{
    private readonly PostgreSqlCounters _counters = new();
    private readonly PostgreSqlEvents _events = new(transaction);
    private readonly PostgreSqlSteps _steps = new(transaction, epoch);

    /// <summary>
    /// All of the group at once; or, <paramref name="separately"/>, in halves of halves, each under a savepoint, until what cannot be
    /// written stands alone and fails alone.
    /// </summary>
    public async Task WriteAsync(WriteGroup group, bool separately)
    {
        foreach (var accept in group.Accepts) accept.Failure = null;
        foreach (var mark in group.Marks) mark.Failure = null;
        foreach (var outcome in group.Outcomes) outcome.Failure = null;
        if (separately)
        {
            await SplitAsync(group.Accepts, accepts => WriteAsync(accepts, [], []), (accept, e) => accept.Failure = e);
            await SplitAsync(group.Marks, marks => WriteAsync([], marks, []), (mark, e) => (mark.Failure, mark.Owned) = (e, false));
            await SplitAsync(
                group.Outcomes,
                outcomes => WriteAsync([], [], outcomes),
                (outcome, e) => (outcome.Failure, outcome.Recorded, outcome.NextBegun, outcome.Cancelled) = (e, false, false, false));
        }
        else
        {
            await WriteAsync(group.Accepts, group.Marks, group.Outcomes);
        }

        await WriteCallbacksAsync(group, separately);
        foreach (var accept in group.Accepts.Where(a => a is { Failure: null, Verdict: AcceptVerdict.Committed })) Count(accept);
        foreach (var outcome in group.Outcomes.Where(o => o.Recorded)) Count(outcome);
        var last = transaction.Batch();
        _counters.Write(last, epoch);
        transaction.RunLast(last);
    }

    private async Task WriteCallbacksAsync(WriteGroup group, bool separately)
    {
        foreach (var callback in group.Callbacks) callback.Failure = null;
        foreach (var reading in group.Readings) (reading.Failure, reading.Recorded) = (null, false);
        foreach (var step in group.Steps) (step.Failure, step.Verdict) = (null, StepVerdict.NotNeeded);
        if (separately)
        {
            await SplitAsync(group.Callbacks, KeepAsync, (callback, e) => (callback.Failure, callback.IsRepeated) = (e, false));
            foreach (var reading in group.Readings)
            {
                reading.Failure = await transaction.GuardAsync(() => ReadAsync(reading));
                if (reading.Failure is not null) reading.Recorded = false;
            }

            foreach (var step in group.Steps)
            {
                step.Failure = await transaction.GuardAsync(() => DecideAsync(step));
                if (step.Failure is not null) step.Verdict = StepVerdict.NotNeeded;
            }
        }
        else
        {
            await KeepAsync(group.Callbacks);
            foreach (var reading in group.Readings) await ReadAsync(reading);
            foreach (var step in group.Steps) await DecideAsync(step);
        }

        foreach (var step in group.Steps.Where(s => s.Verdict == StepVerdict.Begun)) Count(step.Due.Notification.Tenant, step.Next.Messages);
    }

    private async Task KeepAsync(IReadOnlyList<CallbackWrite> callbacks)
    {
        if (callbacks.Count == 0) return;
        var all = callbacks.ToList();
        await using var batch = transaction.Batch();
        batch.Add(EventSql.InsertCallbacks)
            .Array("ids", all.ConvertAll(c => c.Id))
            .Array("providers", all.ConvertAll(c => c.ProviderId))
            .Array("digests", all.ConvertAll(c => (byte[]?)c.Digest))
            .Array("receiveds", all.ConvertAll(c => c.ReceivedAt.ToStored()))
            .Array("requests", all.ConvertAll(c => (byte[]?)c.Request));
        var kept = new HashSet<Guid>();
        await using var reader = await transaction.ReadAsync(batch);
        while (await reader.ReadAsync()) kept.Add(reader.GetGuid(0));
        foreach (var callback in callbacks) callback.IsRepeated = !kept.Contains(callback.Id);
    }

    // What a write that is undone has counted goes with it.
    private async Task ReadAsync(ReadingWrite reading)
    {
        var counters = new PostgreSqlCounters();
        await _events.WriteAsync(reading, counters);
        _counters.Take(counters);
    }

    private async Task DecideAsync(StepWrite step)
    {
        var counters = new PostgreSqlCounters();
        step.Verdict = await _steps.WriteAsync(step, counters);
        _counters.Take(counters);
    }

    private async Task SplitAsync<T>(IReadOnlyList<T> items, Func<IReadOnlyList<T>, Task> write, Action<T, Exception> fail)
    {
        if (items.Count == 0) return;
        if (await transaction.GuardAsync(() => write(items)) is not { } error) return;
        if (items.Count == 1)
        {
            fail(items[0], error);
            return;
        }

        await SplitAsync([.. items.Take(items.Count / 2)], write, fail);
        await SplitAsync([.. items.Skip(items.Count / 2)], write, fail);
    }

    private async Task WriteAsync(IReadOnlyList<AcceptWrite> accepts, IReadOnlyList<SendMark> marks, IReadOnlyList<OutcomeWrite> outcomes)
    {
        await PostgreSqlKeys.WriteAsync(transaction, accepts);
        await using var batch = transaction.Batch();
        Accept(batch, [.. accepts.Where(a => a.Verdict == AcceptVerdict.Committed)]);
        if (marks.Count > 0) Mark(batch, marks);
        if (outcomes.Count > 0) Record(batch, outcomes);
        if (batch.BatchCommands.Count > 0)
        {
            await using var reader = await transaction.ReadAsync(batch);
            if (marks.Count > 0) await ReadMarksAsync(reader, marks);
            if (outcomes.Count > 0) await ReadOutcomesAsync(reader, outcomes);
            while (await reader.NextResultAsync())
            {
                // An error of the last statements shows here.
            }
        }

        await BeginStepsAsync([.. outcomes.Where(o => o is { Recorded: true, Next: not null })]);
        await EraseSecretsAsync(outcomes);
        if (outcomes.Count > 0) await SettleAsync(outcomes);
    }

    private async Task SettleAsync(IReadOnlyList<OutcomeWrite> outcomes)
    {
        if (!await _events.AnyEarlyAsync()) return;
        var counters = new PostgreSqlCounters();
        foreach (var outcome in outcomes.Where(o => o.Recorded))
            await _events.SettleAsync(outcome.Message.Id, outcome.ProviderId, outcome.ExternalId, outcome.At, counters);
        _counters.Take(counters);
    }

    private void Accept(NpgsqlBatch batch, List<AcceptWrite> accepts)
    {
        if (accepts.Count == 0) return;
        var batches = accepts.Where(a => a.NewBatchId is not null).DistinctBy(a => (a.Tenant, a.NewBatchId)).OrderBy(a => a.NewBatchId).ToList();
        if (batches.Count > 0)
        {
            batch.Add(QueueSql.InsertBatches)
                .Array("tenants", batches.ConvertAll(a => a.Tenant.Value))
                .Array("ids", batches.ConvertAll(a => a.NewBatchId!.Value))
                .Array("ats", batches.ConvertAll(a => a.At.ToStored()));
        }

        var blobs = accepts.SelectMany(a => a.Blobs.Select(b => (a.Tenant, Blob: b))).DistinctBy(b => (b.Tenant, b.Blob.Hash))
            .OrderBy(b => b.Tenant.Value).ThenBy(b => b.Blob.Hash, StringComparer.Ordinal).ToList();
        if (blobs.Count > 0)
        {
            batch.Add(QueueSql.InsertBlobs)
                .Array("tenants", blobs.ConvertAll(b => b.Tenant.Value))
                .Array("hashes", blobs.ConvertAll(b => (string?)b.Blob.Hash))
                .Array("bytes", blobs.ConvertAll(b => (byte[]?)b.Blob.Bytes.ToArray()));
        }

        ContactColumns.Write(batch, accepts);
        var (notifications, messages, steps) = (new NotificationColumns(), new MessageColumns(), new StepColumns());
        foreach (var accept in accepts)
        {
            foreach (var notification in accept.Notifications)
            {
                notifications.Add(notification);
                foreach (var message in notification.Messages) messages.Add(message, accept.At);
                if (notification.Messages is [{ StepDeadline: { } deadline }, ..])
                    steps.Add(StepColumns.DeadlineLane, notification.Tenant.Value, notification.Id, 0, deadline);
            }
        }

        notifications.Write(batch);
        messages.Write(batch, epoch);
        steps.Write(batch);
    }

    private void Mark(NpgsqlBatch batch, IReadOnlyList<SendMark> marks)
    {
        foreach (var mark in marks) mark.Owned = false;
        batch.Add(QueueSql.MarkOwned)
            .Set("epoch", epoch)
            .Array("tenants", marks.Select(m => m.Message.Notification.Tenant.Value).ToList())
            .Array("subjects", marks.Select(m => m.Message.Id).ToList())
            .Array("attempts", marks.Select(m => m.Message.Attempts).ToList())
            .Array("providers", marks.Select(m => m.ProviderId).ToList());
    }

    private static async Task ReadMarksAsync(NpgsqlDataReader reader, IReadOnlyList<SendMark> marks)
    {
        while (await reader.ReadAsync()) marks[(int)reader.GetInt64(0) - 1].Owned = true;
        await reader.NextResultAsync();
    }

    private void Record(NpgsqlBatch batch, IReadOnlyList<OutcomeWrite> outcomes)
    {
        var waiting = new NotificationSet();
        foreach (var outcome in outcomes)
        {
            outcome.Recorded = outcome.NextBegun = outcome.Cancelled = false;
            if (outcome.DueAt is not null) waiting.Add(outcome.Message.Notification);
        }

        // First the look at what was cancelled is held, then the outcomes are written by it: a statement sees what was committed before it.
        waiting.Sort();
        waiting.Write(batch, QueueSql.ShareNotifications);
        OutcomeColumns.Write(batch, outcomes, epoch);
    }

    private static async Task ReadOutcomesAsync(NpgsqlDataReader reader, IReadOnlyList<OutcomeWrite> outcomes)
    {
        await reader.NextResultAsync();
        var (recorded, updated) = (0L, 0L);
        while (await reader.ReadAsync())
        {
            var outcome = outcomes[(int)reader.GetInt64(0) - 1];
            outcome.Recorded = true;
            outcome.Cancelled = outcome.DueAt is not null && reader.GetBoolean(1);
            recorded++;
            updated = reader.GetInt64(2);
        }

        if (updated != recorded) throw new PostgreSqlCollisionException();
    }

    private async Task BeginStepsAsync(List<OutcomeWrite> ended)
    {
        if (ended.Count == 0) return;
        // Of several failures of one notification, the last makes the step fail as a whole.
        var last = new Dictionary<Guid, OutcomeWrite>();
        var notifications = new NotificationSet();
        foreach (var outcome in ended)
        {
            last[outcome.Message.Notification.Id] = outcome;
            notifications.Add(outcome.Message.Notification);
        }

        notifications.Sort();
        await using var batch = transaction.Batch();
        // Two nodes that each end one message of a step must see each other's.
        notifications.Write(batch, QueueSql.LockNotifications);
        notifications.Write(batch, StepSql.BeginSteps)
            .Set("since", notifications.Since)
            .Array("steps", notifications.Ids.ConvertAll(id => last[id].Next!.Step));
        await using (var reader = await transaction.ReadAsync(batch))
        {
            await reader.NextResultAsync();
            while (await reader.ReadAsync()) last[notifications.Ids[(int)reader.GetInt64(0) - 1]].NextBegun = true;
        }

        var (messages, steps) = (new MessageColumns(), new StepColumns());
        foreach (var outcome in last.Values.Where(o => o.NextBegun))
        {
            var (notification, next) = (outcome.Message.Notification, outcome.Next!);
            foreach (var message in next.Messages) messages.Add(message, outcome.At);
            if (next.Deadline is { } deadline) steps.Add(StepColumns.DeadlineLane, notification.Tenant.Value, notification.Id, next.Step, deadline);
        }

        await using var insert = transaction.Batch();
        messages.Write(insert, epoch);
        steps.Write(insert);
        await transaction.RunAsync(insert);
    }

    private async Task EraseSecretsAsync(IReadOnlyList<OutcomeWrite> outcomes)
    {
        var (now, later, ats) = (new NotificationSet(), new NotificationSet(), new List<long>());
        var at = DateTimeOffset.MinValue;
        // The latest time of a notification's comes first, so that it is the one that counts.
        foreach (var outcome in outcomes.Where(o => o.Recorded && (o.Cancelled || o.EraseSecretsAt is not null)).OrderByDescending(EraseAt).ThenBy(o => o.Message.Notification.Id))
        {
            if (EraseAt(outcome) > outcome.At)
            {
                if (later.Add(outcome.Message.Notification)) ats.Add(EraseAt(outcome).ToStored());
            }
            else
            {
                now.Add(outcome.Message.Notification);
                if (outcome.At > at) at = outcome.At;
            }
        }

        await PostgreSqlSecrets.EraseAsync(transaction, now, at);
        await PostgreSqlSecrets.ScheduleAsync(transaction, later, ats);
    }

    private static DateTimeOffset EraseAt(OutcomeWrite outcome) => outcome.Cancelled ? outcome.At : outcome.EraseSecretsAt!.Value;

    private void Count(AcceptWrite accept)
    {
        foreach (var notification in accept.Notifications) Count(notification.Tenant, notification.Messages);
    }

    private void Count(OutcomeWrite outcome)
    {
        var tenant = outcome.Message.Notification.Tenant;
        // A retry comes to no new status: it was counted when it was accepted.
        var status = outcome.Cancelled ? MessageStatus.Cancelled : outcome.Status;
        // What is cancelled is no provider's, whichever had tried it.
        var provider = status == MessageStatus.Cancelled ? null : outcome.ProviderId;
        if (status.IsFinal()) _counters.Add(tenant, outcome.At, outcome.Message.Channel, provider, status);
        if (outcome.NextBegun) Count(tenant, outcome.Next!.Messages);
    }

    // By the time that the log has of it, so that counters can be made anew from there.
    private void Count(TenantId tenant, IReadOnlyList<OutboundMessage> begun)
    {
        foreach (var message in begun) _counters.Add(tenant, message.CreatedAt, message.Channel, provider: null, message.InitialStatus);
    }
}
