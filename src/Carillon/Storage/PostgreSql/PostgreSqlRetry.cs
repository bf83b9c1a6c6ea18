using Carillon.Messages;
using Npgsql;
using NpgsqlTypes;

namespace Carillon.Storage.PostgreSql;

/// <summary>Puts a message that has failed back into its lane.</summary>
internal static class PostgreSqlRetry
{
    public static async Task<RetryResult> RunAsync(
        PostgreSqlTransaction transaction, TenantId tenant, Guid id, DateTimeOffset now, ReadOnlyMemory<byte> trace)
    {
        // The lock comes first: of two who ask at once, the second sees what the first has done.
        if (await LockAsync(transaction, tenant, id) is not { } message) return new RetryResult.NotFound();
        if (await RefusalAsync(transaction, tenant, message, now) is { } why) return new RetryResult.Refused(why, message.Status);

        var (due, counters) = (new WorkColumns(), new PostgreSqlCounters());
        due.Add(message.Lane, now.ToStored(), id, MessageStatus.Queued);
        // It was counted when it failed, and will be when it comes to its end again: so is its second beginning.
        counters.Add(tenant, now, message.Lane.Channel, provider: null, MessageStatus.Queued);
        await using var batch = transaction.Batch();
        batch.Add(QueueSql.RetryMessage)
            .Set("tenant", tenant.Value).Set("id", id).Set("now", now.ToStored())
            .Set("past", NpgsqlDbType.Text, message.Counted.PastOfRetry())
            .Set("trace", NpgsqlDbType.Bytea, trace.IsEmpty ? null : trace.ToArray());
        due.WriteDue(batch);
        counters.Write(batch, epoch: 0);
        await transaction.RunAsync(batch);
        return new RetryResult.Queued(message.Lane);
    }

    private static async Task<Row?> LockAsync(PostgreSqlTransaction transaction, TenantId tenant, Guid id)
    {
        await using var batch = transaction.Batch();
        batch.Add(QueueSql.LockMessage).Set("tenant", tenant.Value).Set("id", id);
        batch.Add(QueueSql.IsOwned).Set("tenant", tenant.Value).Set("subject", id);
        await using var reader = await transaction.ReadAsync(batch);
        if (!await reader.ReadAsync()) return null;
        var row = new Row(new LaneKey(reader.GetInt64(0)), (MessageStatus)reader.GetInt16(1), reader.GetInt32(2), reader.GetGuid(3), new CountedMessage
        {
            Status = (MessageStatus)reader.GetInt16(1),
            ProviderId = reader.Guid(4),
            IsUnattributed = !reader.IsDBNull(5) && reader.GetBoolean(5),
            SentAt = reader.Number(6),
            RetriedAt = reader.Number(7),
            UpdatedAt = reader.GetInt64(8),
            OutcomeStatus = reader.IsDBNull(9) ? null : (MessageStatus)reader.GetInt16(9),
            OutcomeAt = reader.Number(10),
            Past = reader.Text(11),
        });
        await reader.NextResultAsync();
        return await reader.ReadAsync() ? row with { Status = MessageStatus.Sending } : row;
    }

    private static async Task<RetryRefusal?> RefusalAsync(PostgreSqlTransaction transaction, TenantId tenant, Row message, DateTimeOffset now)
    {
        if (message.Status is not (MessageStatus.Failed or MessageStatus.Bounced)) return RetryRefusal.NotFailed;
        var (notification, isCancelled) = await ReadAsync(transaction, tenant, message.Notification);
        if (isCancelled) return RetryRefusal.Cancelled;
        if (notification.ExpiresAt <= now) return RetryRefusal.Expired;
        if (notification is { Details.SecretVariables.Count: > 0, Secrets: null }) return RetryRefusal.SecretsErased;

        await using var batch = transaction.Batch();
        batch.Add(QueueSql.HasContent)
            .Set("tenant", tenant.Value).Set("version", NpgsqlDbType.Uuid, notification.TemplateVersionId)
            .Array("hashes", (notification.Details?.Attachments ?? []).ConvertAll(a => (string?)a.Hash));
        batch.Add(QueueSql.IsSuperseded).Set("tenant", tenant.Value).Set("notification", message.Notification).Set("step", message.Step);
        await using var reader = await transaction.ReadAsync(batch);
        if (!await reader.ReadAsync() || !reader.GetBoolean(0)) return RetryRefusal.ContentGone;
        await reader.NextResultAsync();
        return await reader.ReadAsync() ? RetryRefusal.Superseded : null;
    }

    private static async Task<(Notification Notification, bool IsCancelled)> ReadAsync(PostgreSqlTransaction transaction, TenantId tenant, Guid id)
    {
        await using var batch = transaction.Batch();
        batch.Add(QueueSql.ShareNotification).Set("tenant", tenant.Value).Set("id", id);
        await using var reader = await transaction.ReadAsync(batch);
        await reader.ReadAsync();
        return (NotificationRow.Read(reader, 0, id), reader.GetBoolean(17));
    }

    private sealed record Row(LaneKey Lane, MessageStatus Status, int Step, Guid Notification, CountedMessage Counted);
}
