using Carillon.Messages;

namespace Carillon.Storage.Sqlite;

/// <summary>Puts a message that has failed back into its lane.</summary>
internal sealed class SqliteRetry
{
    private readonly SqliteCounters _counters = new();

    public RetryResult Run(SqliteSession session, TenantId tenant, Guid id, DateTimeOffset now, ReadOnlyMemory<byte> trace)
    {
        if (Select(session, tenant, id) is not { } message) return new RetryResult.NotFound();
        if (Refusal(session, tenant, message, now) is { } why) return new RetryResult.Refused(why, message.Status);

        var update = session[QueueSql.RetryMessage].Add(now);
        if (trace.IsEmpty) update.AddNull();
        else update.AddText(trace.Span);
        update.Add(message.Counted.PastOfRetry()).Add(message.Seq).Run();
        session[QueueSql.InsertDue].Add(message.Lane.Value).Add(now).Add(id).Add(message.Seq).Add((long)MessageStatus.Queued).Run();

        // It was counted when it failed, and will be when it comes to its end again: so is its second beginning.
        _counters.Clear();
        _counters.Add(tenant, now, message.Lane.Channel, provider: null, MessageStatus.Queued);
        _counters.Write(session, QueueSql.AddCounter, epoch: 0);
        return new RetryResult.Queued(message.Lane);
    }

    private static Row? Select(SqliteSession session, TenantId tenant, Guid id)
    {
        var select = session[QueueSql.SelectRetry].Add(id).Add(tenant.Value);
        try
        {
            return select.Step()
                ? new Row(
                    select.GetInt64(0), new LaneKey(select.GetInt64(1)), (MessageStatus)select.GetInt64(2), select.GetInt64(3), select.GetGuid(4),
                    select.GetInt64(5) == 1,
                    new CountedMessage
                    {
                        Status = (MessageStatus)select.GetInt64(2),
                        ProviderId = select.GetNullableGuid(6),
                        IsUnattributed = select.GetNullableInt64(7) == 1,
                        SentAt = select.GetNullableInt64(8),
                        RetriedAt = select.GetNullableInt64(9),
                        UpdatedAt = select.GetInt64(10),
                        OutcomeStatus = (MessageStatus?)select.GetNullableInt64(11),
                        OutcomeAt = select.GetNullableInt64(12),
                        Past = select.GetString(13),
                    })
                : null;
        }
        finally
        {
            select.Reset();
        }
    }

    private static RetryRefusal? Refusal(SqliteSession session, TenantId tenant, Row message, DateTimeOffset now)
    {
        if (message.Status is not (MessageStatus.Failed or MessageStatus.Bounced)) return RetryRefusal.NotFailed;
        if (message.IsCancelled) return RetryRefusal.Cancelled;
        var notification = Read(session, message.Notification);
        if (notification.ExpiresAt <= now) return RetryRefusal.Expired;
        if (notification is { Details.SecretVariables.Count: > 0, Secrets: null }) return RetryRefusal.SecretsErased;
        if (IsContentGone(session, tenant, notification)) return RetryRefusal.ContentGone;
        return Has(session[QueueSql.IsSuperseded].Add(message.Notification).Add(message.Step)) ? RetryRefusal.Superseded : null;
    }

    private static Notification Read(SqliteSession session, Guid id)
    {
        var select = session[QueueSql.SelectNotification].Add(id);
        try
        {
            select.Step();
            return NotificationRow.Read(select, id);
        }
        finally
        {
            select.Reset();
        }
    }

    private static bool IsContentGone(SqliteSession session, TenantId tenant, Notification notification)
    {
        if (notification.TemplateVersionId is { } version && !Has(session[QueueSql.HasVersion].Add(tenant.Value).Add(version))) return true;
        foreach (var attachment in notification.Details?.Attachments ?? [])
        {
            if (!Has(session[QueueSql.HasBlob].Add(tenant.Value).Add(attachment.Hash))) return true;
        }

        return false;
    }

    private static bool Has(SqliteStatement select)
    {
        var has = select.Step();
        select.Reset();
        return has;
    }

    private readonly record struct Row(long Seq, LaneKey Lane, MessageStatus Status, long Step, Guid Notification, bool IsCancelled, CountedMessage Counted);
}
