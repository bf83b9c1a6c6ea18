using Carillon.Messages;
using Npgsql;
using NpgsqlTypes;

namespace Carillon.Storage.PostgreSql;

/// <summary>Records what happened to messages after they left, and moves their status.</summary>
internal sealed class PostgreSqlEvents(PostgreSqlTransaction transaction)
{
    public async Task WriteAsync(ReadingWrite reading, PostgreSqlCounters counters)
    {
        if (reading.CallbackId is { } callback)
        {
            var read = transaction.Batch();
            read.Add(EventSql.ReadCallback).Set("at", reading.At.ToStored()).Set("fault", NpgsqlDbType.Text, reading.Fault).Set("id", callback);
            if (await transaction.CountAsync(read) == 0) return;
        }

        reading.Recorded = true;
        foreach (var write in reading.Events) await WriteAsync(write, reading.At, counters);
        foreach (var inbound in reading.Inbound) await WriteAsync(inbound, reading.At, counters);
    }

    /// <summary>What came before the outcome of its message was recorded, as it is now.</summary>
    public async Task SettleAsync(Guid message, Guid? provider, string? external, DateTimeOffset at, PostgreSqlCounters counters)
    {
        foreach (var write in await TakeEarlyAsync(message, provider, external))
        {
            if (await LockAsync(message) is { IsOwned: false } row) await RecordAsync(row, write, at, counters);
            else await KeepAsync(write, message, at);
        }
    }

    /// <summary>Whether anything waits for an outcome at all: mostly nothing does.</summary>
    public async Task<bool> AnyEarlyAsync()
    {
        await using var batch = transaction.Batch();
        batch.Add(EventSql.AnyEarly);
        await using var reader = await transaction.ReadAsync(batch);
        return await reader.ReadAsync() && reader.GetBoolean(0);
    }

    public async Task<Guid?> FindAsync(Guid provider, string external)
    {
        await using var batch = transaction.Batch();
        batch.Add(EventSql.FindExternal)
            .Set("provider", provider).Set("external", NpgsqlDbType.Text, external).Set("hash", PostgreSqlValues.ExternalHash(provider, external));
        await using var reader = await transaction.ReadAsync(batch);
        return await reader.ReadAsync() ? reader.GetGuid(1) : null;
    }

    /// <summary>It is there, and no node has it.</summary>
    public async Task<bool> IsSettledAsync(Guid message) => await LockAsync(message) is { IsOwned: false };

    private async Task WriteAsync(EventWrite write, DateTimeOffset now, PostgreSqlCounters counters)
    {
        var id = write.MessageId ?? (write.ExternalId is { } external ? await FindAsync(write.ProviderId, external) : null);
        if (id is { } message && await LockAsync(message) is { IsOwned: false } row) await RecordAsync(row, write, now, counters);
        else await KeepAsync(write, id, now);
    }

    private async Task WriteAsync(InboundWrite inbound, DateTimeOffset now, PostgreSqlCounters counters)
    {
        inbound.IsRepeated = await FindAsync(inbound.ProviderId, inbound.ExternalId) is not null;
        if (inbound.IsRepeated) return;
        var (tenant, columns) = (inbound.Notification.Tenant, new NotificationColumns());
        columns.Add(inbound.Notification);
        await using var batch = transaction.Batch();
        columns.Write(batch);
        foreach (var message in inbound.Notification.Messages)
        {
            batch.Add(EventSql.InsertInbound)
                .Set("id", message.Id).Set("tenant", tenant.Value).Set("notification", inbound.Notification.Id).Set("lane", message.Lane.Value)
                .Set("channel", NpgsqlDbType.Smallint, (short)message.Channel).Set("address", NpgsqlDbType.Text, message.Address)
                .Set("contact", NpgsqlDbType.Text, inbound.Notification.ContactId).Set("provider", inbound.ProviderId)
                .Set("external", NpgsqlDbType.Text, inbound.ExternalId).Set("created", message.CreatedAt.ToStored()).Set("at", now.ToStored());
            batch.Add(EventSql.InsertExternal)
                .Set("tenant", tenant.Value).Set("hash", PostgreSqlValues.ExternalHash(inbound.ProviderId, inbound.ExternalId)).Set("message", message.Id);
            counters.Add(tenant, now, message.Channel, inbound.ProviderId, MessageStatus.Received);
        }

        batch.AddStates(inbound.Notification.Messages.Select(m => (tenant, m.Id)), MessageStatus.Received);
        await transaction.RunAsync(batch);
    }

    private async Task KeepAsync(EventWrite write, Guid? message, DateTimeOffset now)
    {
        write.Verdict = EventVerdict.Early;
        await using var batch = transaction.Batch();
        batch.Add(EventSql.InsertEarly)
            .Set("provider", write.ProviderId).Set("external", NpgsqlDbType.Text, write.ExternalId).Set("message", NpgsqlDbType.Uuid, message)
            .Set("kind", NpgsqlDbType.Smallint, (short)write.Kind).Set("at", write.At.ToStored()).Set("recorded", now.ToStored())
            .Set("detail", NpgsqlDbType.Text, write.Detail).Set("permanent", NpgsqlDbType.Boolean, write.IsPermanent)
            .Set("url", NpgsqlDbType.Text, write.Url).Set("cost", NpgsqlDbType.Numeric, write.Cost).Set("currency", NpgsqlDbType.Text, write.Currency);
        await transaction.RunAsync(batch);
    }

    private async Task RecordAsync(Row row, EventWrite write, DateTimeOffset now, PostgreSqlCounters counters)
    {
        var movedTo = MessageTransitions.After(row.Status, row.Reason, write.Kind);
        var insert = transaction.Batch();
        insert.Add(EventSql.InsertEvent)
            .Set("tenant", row.Tenant.Value).Set("message", row.Id).Set("kind", NpgsqlDbType.Smallint, (short)write.Kind)
            .Set("at", write.At.ToStored()).Set("recorded", now.ToStored()).Set("provider", write.ProviderId)
            .Set("detail", NpgsqlDbType.Text, write.Detail).Set("url", NpgsqlDbType.Text, write.Url)
            .Set("moved", NpgsqlDbType.Smallint, (short?)movedTo)
            .Set("moved_provider", NpgsqlDbType.Uuid, movedTo is null || row.Provider == write.ProviderId ? null : row.Provider);
        write.Verdict = await transaction.CountAsync(insert) == 0 ? EventVerdict.Repeated : EventVerdict.Recorded;
        if (write.Verdict == EventVerdict.Repeated) return;

        await using var batch = transaction.Batch();
        if (write.Cost is { } cost)
        {
            Name(batch.Add(EventSql.CorrectCost), row).Set("cost", NpgsqlDbType.Numeric, cost).Set("currency", NpgsqlDbType.Text, write.Currency);
        }

        if (write.Kind == MessageEventKind.Confirmed)
            batch.Add(EventSql.ConfirmNotification).Set("tenant", row.Tenant.Value).Set("id", row.Notification).Set("at", now.ToStored());
        write.MovedTo = movedTo;
        if (write.MovedTo is { } status) Move(batch, row, status, write, now, counters);
        await transaction.RunAsync(batch);
        if (write.MovedTo is { } moved) await FollowAsync(row, moved, now);
    }

    private static void Move(NpgsqlBatch batch, Row row, MessageStatus status, EventWrite write, DateTimeOffset now, PostgreSqlCounters counters)
    {
        // It arrived although its answer was lost: it is not sent again.
        if (!row.Status.IsFinal() && row.Due is { } due)
        {
            batch.Add(QueueSql.DeleteDue)
                .Set("tenant", row.Tenant.Value).Array("lanes", new List<long> { row.Lane.Value }).Array("dues", new List<long> { due })
                .Array("subjects", new List<Guid> { row.Id });
        }

        Name(batch.Add(EventSql.MoveMessage), row)
            .Set("status", NpgsqlDbType.Smallint, (short)status).Set("at", now.ToStored())
            .Set("reason", NpgsqlDbType.Text, MessageTransitions.ReasonOf(write.Kind, write.IsPermanent));
        batch.AddStates([(row.Tenant, row.Id)], status);
        counters.Add(row.Tenant, now, row.Lane.Channel, row.Provider ?? write.ProviderId, status);
    }

    private async Task FollowAsync(Row row, MessageStatus moved, DateTimeOffset now)
    {
        if (!row.Status.IsFinal())
        {
            var notifications = new NotificationSet();
            notifications.Add(row.Tenant.Value, row.Notification);
            await PostgreSqlSecrets.EraseAsync(transaction, notifications, now);
        }

        if (moved is not (MessageStatus.Failed or MessageStatus.Bounced) || !await HasNextStepAsync(row)) return;
        var steps = new StepColumns();
        steps.Add(StepColumns.CheckLane, row.Tenant.Value, row.Notification, row.Step, now);
        await using var batch = transaction.Batch();
        steps.Write(batch);
        await transaction.RunAsync(batch);
    }

    private async Task<bool> HasNextStepAsync(Row row)
    {
        await using var batch = transaction.Batch();
        batch.Add(EventSql.HasNextStep).Set("tenant", row.Tenant.Value).Set("id", row.Notification).Set("step", row.Step);
        await using var reader = await transaction.ReadAsync(batch);
        return await reader.ReadAsync();
    }

    private async Task<Row?> LockAsync(Guid message)
    {
        Row? row;
        await using (var batch = transaction.Batch())
        {
            batch.Add(EventSql.LockEventMessage).Set("id", message);
            await using var reader = await transaction.ReadAsync(batch);
            row = await reader.ReadAsync()
                ? new Row(
                    reader.GetGuid(0), new TenantId(reader.GetInt32(1)), reader.GetGuid(2), new LaneKey(reader.GetInt64(3)),
                    (MessageStatus)reader.GetInt16(4), reader.Text(5), reader.Number(6), reader.GetInt32(7), reader.Guid(8), IsOwned: false)
                : null;
        }

        if (row is null) return null;
        await using var owned = transaction.Batch();
        owned.Add(QueueSql.IsOwned).Set("tenant", row.Tenant.Value).Set("subject", message);
        await using var found = await transaction.ReadAsync(owned);
        return row with { IsOwned = await found.ReadAsync() };
    }

    private async Task<List<EventWrite>> TakeEarlyAsync(Guid message, Guid? provider, string? external)
    {
        await using var batch = transaction.Batch();
        batch.Add(EventSql.TakeEarly)
            .Set("message", message).Set("provider", NpgsqlDbType.Uuid, provider).Set("external", NpgsqlDbType.Text, external);
        await using var reader = await transaction.ReadAsync(batch);
        var rows = new List<(long Seq, EventWrite Write)>();
        while (await reader.ReadAsync())
        {
            rows.Add((reader.GetInt64(0), new EventWrite
            {
                ProviderId = reader.GetGuid(1),
                ExternalId = reader.Text(2),
                MessageId = reader.Guid(3),
                Kind = (MessageEventKind)reader.GetInt16(4),
                At = PostgreSqlValues.ToTime(reader.GetInt64(5)),
                Detail = reader.Text(6),
                IsPermanent = reader.GetBoolean(7),
                Url = reader.Text(8),
                Cost = reader.IsDBNull(9) ? null : reader.GetDecimal(9),
                Currency = reader.Text(10),
            }));
        }

        return [.. rows.OrderBy(r => r.Seq).Select(r => r.Write)];
    }

    private static NpgsqlBatchCommand Name(NpgsqlBatchCommand command, Row row) => command.Set("tenant", row.Tenant.Value).Set("id", row.Id);

    private sealed record Row(
        Guid Id, TenantId Tenant, Guid Notification, LaneKey Lane, MessageStatus Status, string? Reason, long? Due, int Step, Guid? Provider,
        bool IsOwned);
}
