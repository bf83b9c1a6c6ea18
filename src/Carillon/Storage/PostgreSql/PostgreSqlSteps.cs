using Carillon.Messages;
using Npgsql;

namespace Carillon.Storage.PostgreSql;

/// <summary>Decides whether the next step of a plan is to begin whose time is over, or which may have failed as a whole; and begins it.</summary>
internal sealed class PostgreSqlSteps(PostgreSqlTransaction transaction, long epoch)
{
    /// <summary>How long a step waits whose message is being sent at the very moment when its time is over.</summary>
    private static readonly TimeSpan Postponement = TimeSpan.FromSeconds(1);

    public async Task<StepVerdict> WriteAsync(StepWrite write, PostgreSqlCounters counters)
    {
        var (notification, step, isDeadline, due) = write.Due;
        var lane = isDeadline ? StepColumns.DeadlineLane : StepColumns.CheckLane;
        var notifications = new NotificationSet();
        notifications.Add(notification);

        // The lock comes before every look: outcomes and cancellations of other nodes are seen, or see this.
        await using (var batch = transaction.Batch())
        {
            notifications.Write(batch, QueueSql.LockNotifications);
            await transaction.RunAsync(batch);
        }

        var delete = transaction.Batch();
        delete.Add(StepSql.DeleteStep)
            .Set("tenant", notification.Tenant.Value).Set("lane", lane).Set("due", due.ToStored()).Set("subject", notification.Id).Set("kind", (int)-lane);
        if (await transaction.CountAsync(delete) == 0) return StepVerdict.NotNeeded;
        if (!isDeadline) return await BeginFailedAsync(write, notifications) ? StepVerdict.Begun : StepVerdict.NotNeeded;
        return await EndDeadlineAsync(write, step, counters);
    }

    private async Task<bool> BeginFailedAsync(StepWrite write, NotificationSet notifications)
    {
        await using (var batch = transaction.Batch())
        {
            notifications.Write(batch, StepSql.BeginSteps).Set("since", notifications.Since).Array("steps", new List<int> { write.Next.Step });
            await using var reader = await transaction.ReadAsync(batch);
            if (!await reader.ReadAsync()) return false;
        }

        await InsertAsync(write);
        return true;
    }

    private async Task<StepVerdict> EndDeadlineAsync(StepWrite write, int step, PostgreSqlCounters counters)
    {
        var notification = write.Due.Notification;
        if (await StandingAsync(notification) is not { IsCancelled: false } standing || standing.Step != step) return StepVerdict.NotNeeded;
        var rows = await SelectAsync(notification, step);
        var until = notification.Plan!.Steps[step].Until;
        if ((until == Until.Confirmed && standing.IsConfirmed) || rows.Exists(r => r.IsUnknown || r.Status.Reaches(until))) return StepVerdict.NotNeeded;

        var waiting = rows.FindAll(r => !r.IsOwned && !r.Status.IsFinal());
        var taken = await PostgreSqlCancel.TakeDueAsync(transaction, notification.Tenant, waiting.ConvertAll(r => (r.Lane, r.Due, r.Id)));
        if (rows.Exists(r => r.IsOwned) || taken.Count < waiting.Count)
        {
            // What another node claims in this moment is being sent too. What was taken from the queue goes back to it.
            await PostponeAsync(notification, step, write.At, waiting.FindAll(r => taken.Contains(r.Id)));
            return StepVerdict.Postponed;
        }

        await SupersedeAsync(notification, waiting, write.At, counters);
        await InsertAsync(write);
        return StepVerdict.Begun;
    }

    private async Task PostponeAsync(Notification notification, int step, DateTimeOffset at, List<Row> taken)
    {
        var (steps, due) = (new StepColumns(), new WorkColumns());
        steps.Add(StepColumns.DeadlineLane, notification.Tenant.Value, notification.Id, step, at + Postponement);
        foreach (var row in taken) due.Add(new LaneKey(row.Lane), row.Due, row.Id, row.Status);
        await using var batch = transaction.Batch();
        steps.Write(batch);
        due.WriteDue(batch);
        await transaction.RunAsync(batch);
    }

    private async Task SupersedeAsync(Notification notification, List<Row> waiting, DateTimeOffset at, PostgreSqlCounters counters)
    {
        foreach (var row in waiting) counters.Add(notification.Tenant, at, new LaneKey(row.Lane).Channel, provider: null, MessageStatus.Cancelled);
        if (waiting.Count == 0) return;
        await using var batch = transaction.Batch();
        batch.Add(QueueSql.CancelMessages)
            .Array("tenants", waiting.ConvertAll(_ => notification.Tenant.Value)).Array("subjects", waiting.ConvertAll(r => r.Id))
            .Array("reasons", waiting.ConvertAll(_ => (string?)MessageReasons.Superseded)).Set("at", at.ToStored());
        batch.AddStates(waiting.Select(r => (notification.Tenant, r.Id)), MessageStatus.Cancelled);
        await transaction.RunAsync(batch);
    }

    private async Task InsertAsync(StepWrite write)
    {
        var notification = write.Due.Notification;
        var (messages, steps) = (new MessageColumns(), new StepColumns());
        foreach (var message in write.Next.Messages) messages.Add(message, write.At);
        if (write.Next.Deadline is { } deadline) steps.Add(StepColumns.DeadlineLane, notification.Tenant.Value, notification.Id, write.Next.Step, deadline);
        await using var batch = transaction.Batch();
        batch.Add(StepSql.SetStep).Set("tenant", notification.Tenant.Value).Set("id", notification.Id).Set("step", write.Next.Step);
        messages.Write(batch, epoch);
        steps.Write(batch);
        await transaction.RunAsync(batch);
    }

    private async Task<Standing?> StandingAsync(Notification notification)
    {
        await using var batch = transaction.Batch();
        batch.Add(StepSql.StepStanding).Set("tenant", notification.Tenant.Value).Set("id", notification.Id);
        await using var reader = await transaction.ReadAsync(batch);
        return await reader.ReadAsync() ? new Standing(reader.GetInt32(0), reader.GetBoolean(1), reader.GetBoolean(2)) : null;
    }

    private async Task<List<Row>> SelectAsync(Notification notification, int step)
    {
        await using var batch = transaction.Batch();
        batch.Add(StepSql.StepMessages)
            .Set("tenant", notification.Tenant.Value).Set("id", notification.Id).Set("step", step).Set("since", PostgreSqlValues.Since(notification.Id));
        await using var reader = await transaction.ReadAsync(batch);
        var rows = new List<Row>();
        while (await reader.ReadAsync())
        {
            rows.Add(new Row(
                reader.GetGuid(0), (MessageStatus)reader.GetInt16(1), reader.GetBoolean(2), reader.GetInt64(3), reader.Number(4) ?? 0, reader.GetBoolean(5)));
        }

        return rows;
    }

    private sealed record Standing(int Step, bool IsCancelled, bool IsConfirmed);

    private sealed record Row(Guid Id, MessageStatus Status, bool IsUnknown, long Lane, long Due, bool IsOwned);
}
