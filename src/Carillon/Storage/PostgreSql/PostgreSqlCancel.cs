using Carillon.Messages;

namespace Carillon.Storage.PostgreSql;

/// <summary>Cancels what still waits of a notification.</summary>
internal static class PostgreSqlCancel
{
    public static async Task<IReadOnlyList<CancelledMessage>> RunAsync(PostgreSqlTransaction transaction, TenantId tenant, Guid notification, DateTimeOffset now)
    {
        // The lock comes before the look: what a node records of it meanwhile is either seen, or sees that it was cancelled.
        var messages = await SelectAsync(transaction, tenant, notification);
        if (!messages.Exists(m => m.IsOwned || !m.Status.IsFinal())) return [.. messages.Select(m => Answer(m, CancelState.Final))];

        var waiting = messages.FindAll(m => !m.IsOwned && !m.Status.IsFinal());
        // A step that is in flight may yet fail: no next one begins.
        await using (var batch = transaction.Batch())
        {
            batch.Add(QueueSql.CancelNotification).Set("tenant", tenant.Value).Set("id", notification).Set("at", now.ToStored());
            await transaction.RunAsync(batch);
        }

        var cancelled = await TakeDueAsync(transaction, tenant, waiting.ConvertAll(m => (m.Lane, m.Due ?? 0, m.Id)));
        var counters = new PostgreSqlCounters();
        var ended = waiting.FindAll(m => cancelled.Contains(m.Id));
        foreach (var message in ended) counters.Add(tenant, now, message.Channel, provider: null, MessageStatus.Cancelled);
        await using (var batch = transaction.Batch())
        {
            batch.Add(QueueSql.CancelMessages)
                .Array("tenants", ended.ConvertAll(_ => tenant.Value)).Array("subjects", ended.ConvertAll(m => m.Id))
                .Array("reasons", ended.ConvertAll(_ => (string?)MessageReasons.Cancelled)).Set("at", now.ToStored());
            batch.AddStates(ended.Select(m => (tenant, m.Id)), MessageStatus.Cancelled);
            counters.Write(batch, epoch: 0);
            await transaction.RunAsync(batch);
        }

        var notifications = new NotificationSet();
        notifications.Add(tenant.Value, notification);
        await PostgreSqlSecrets.EraseAsync(transaction, notifications, now);
        return
        [
            .. messages.Select(m =>
                cancelled.Contains(m.Id) ? Answer(m with { Status = MessageStatus.Cancelled }, CancelState.Cancelled)
                : m.IsOwned || !m.Status.IsFinal() ? Answer(m with { Status = MessageStatus.Sending }, CancelState.InFlight)
                : Answer(m, CancelState.Final)),
        ];
    }

    /// <summary>
    /// Takes messages out of the queue; returns those that were there. What another node claims in this moment is waited for, and found
    /// gone: that one is in flight.
    /// </summary>
    public static async Task<HashSet<Guid>> TakeDueAsync(
        PostgreSqlTransaction transaction, TenantId tenant, List<(long Lane, long Due, Guid Id)> messages)
    {
        if (messages.Count == 0) return [];
        await using var batch = transaction.Batch();
        batch.Add(QueueSql.DeleteDue)
            .Set("tenant", tenant.Value)
            .Array("lanes", messages.ConvertAll(m => m.Lane)).Array("dues", messages.ConvertAll(m => m.Due)).Array("subjects", messages.ConvertAll(m => m.Id));
        await using var reader = await transaction.ReadAsync(batch);
        var taken = new HashSet<Guid>();
        while (await reader.ReadAsync()) taken.Add(reader.GetGuid(0));
        return taken;
    }

    private static async Task<List<Row>> SelectAsync(PostgreSqlTransaction transaction, TenantId tenant, Guid notification)
    {
        await using var batch = transaction.Batch();
        batch.Add(QueueSql.LockNotification).Set("tenant", tenant.Value).Set("id", notification);
        batch.Add(QueueSql.SelectCancel).Set("tenant", tenant.Value).Set("id", notification).Set("since", PostgreSqlValues.Since(notification));
        await using var reader = await transaction.ReadAsync(batch);
        await reader.NextResultAsync();
        var rows = new List<Row>();
        while (await reader.ReadAsync())
        {
            rows.Add(new Row(
                reader.GetGuid(0), (Channel)reader.GetInt16(1), (MessageStatus)reader.GetInt16(2), reader.GetInt64(3), reader.Number(4), reader.GetBoolean(5)));
        }

        return rows;
    }

    private static CancelledMessage Answer(Row row, CancelState state) => new(row.Id, row.Channel, state, row.Status);

    private readonly record struct Row(Guid Id, Channel Channel, MessageStatus Status, long Lane, long? Due, bool IsOwned);
}
