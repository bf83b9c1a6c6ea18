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
        var cancelled = await DeleteDueAsync(transaction, tenant, notification, waiting, now);
        var counters = new PostgreSqlCounters();
        var ended = waiting.FindAll(m => cancelled.Contains(m.Id));
        foreach (var message in ended) counters.Add(tenant, now, message.Channel, provider: null, MessageStatus.Cancelled);
        await using (var batch = transaction.Batch())
        {
            batch.Add(QueueSql.CancelMessages)
                .Array("tenants", ended.ConvertAll(_ => tenant.Value)).Array("subjects", ended.ConvertAll(m => m.Id)).Set("at", now.ToStored());
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

    // What another node claims in this moment is waited for, and found gone: that one is in flight.
    private static async Task<HashSet<Guid>> DeleteDueAsync(
        PostgreSqlTransaction transaction, TenantId tenant, Guid notification, List<Row> waiting, DateTimeOffset now)
    {
        await using var batch = transaction.Batch();
        // A step that is in flight may yet fail: no next one begins.
        batch.Add(QueueSql.CancelNotification).Set("tenant", tenant.Value).Set("id", notification).Set("at", now.ToStored());
        batch.Add(QueueSql.DeleteDue)
            .Set("tenant", tenant.Value)
            .Array("lanes", waiting.ConvertAll(m => m.Lane)).Array("dues", waiting.ConvertAll(m => m.Due ?? 0)).Array("subjects", waiting.ConvertAll(m => m.Id));
        await using var reader = await transaction.ReadAsync(batch);
        var deleted = new HashSet<Guid>();
        while (await reader.ReadAsync()) deleted.Add(reader.GetGuid(0));
        return deleted;
    }

    private static CancelledMessage Answer(Row row, CancelState state) => new(row.Id, row.Channel, state, row.Status);

    private readonly record struct Row(Guid Id, Channel Channel, MessageStatus Status, long Lane, long? Due, bool IsOwned);
}
