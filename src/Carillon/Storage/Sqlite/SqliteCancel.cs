using Carillon.Messages;

namespace Carillon.Storage.Sqlite;

/// <summary>Cancels what still waits of a notification.</summary>
internal sealed class SqliteCancel
{
    private readonly SqliteCounters _counters = new();

    public IReadOnlyList<CancelledMessage> Run(SqliteSession session, TenantId tenant, Guid notification, DateTimeOffset now)
    {
        var messages = Select(session, tenant, notification);
        if (!messages.Exists(m => m.IsOwned || !m.Status.IsFinal())) return [.. messages.Select(m => Answer(m, CancelState.Final))];

        // A step that is in flight may yet fail: no next one begins.
        session[QueueSql.CancelNotification].Add(now).Add(notification).Add(tenant.Value).Run();
        _counters.Clear();
        var answers = new List<CancelledMessage>(messages.Count);
        foreach (var message in messages)
        {
            if (message.IsOwned)
            {
                answers.Add(Answer(message with { Status = MessageStatus.Sending }, CancelState.InFlight));
            }
            else if (message.Status.IsFinal())
            {
                answers.Add(Answer(message, CancelState.Final));
            }
            else
            {
                Cancel(session, tenant, message, now);
                answers.Add(Answer(message with { Status = MessageStatus.Cancelled }, CancelState.Cancelled));
            }
        }

        _counters.Write(session, QueueSql.AddCounter, epoch: 0);
        EraseSecrets(session, notification, now);
        return answers;
    }

    /// <summary>Why a message of this step waits no longer: its notification was cancelled, or the next step has begun. Null when it may wait.</summary>
    public static string? EndOfWaiting(SqliteSession session, Guid notification, int step)
    {
        var select = session[QueueSql.EndOfWaiting].Add(notification).Add(step);
        var reason = select.Step() ? select.GetString(0) : null;
        select.Reset();
        return reason;
    }

    /// <summary>Nobody needs them any more, unless another message of the notification is on its way: then they wait for the cleaning.</summary>
    public static void EraseSecrets(SqliteSession session, Guid notification, DateTimeOffset now)
    {
        if (session[QueueSql.EraseSecrets].Add(notification).Run() == 0)
            session[QueueSql.ScheduleSecretsErasure].Add(now).Add(notification).Run();
    }

    private static List<Row> Select(SqliteSession session, TenantId tenant, Guid notification)
    {
        var rows = new List<Row>();
        var select = session[QueueSql.SelectCancel].Add(notification).Add(tenant.Value);
        while (select.Step())
        {
            rows.Add(new Row(
                select.GetGuid(0), select.GetInt64(1), (Channel)select.GetInt64(2), (MessageStatus)select.GetInt64(3), select.GetInt64(4),
                select.GetNullableInt64(5), select.GetInt64(6) == 1));
        }

        select.Reset();
        return rows;
    }

    private void Cancel(SqliteSession session, TenantId tenant, Row message, DateTimeOffset now)
    {
        if (message.Due is { } due) session[QueueSql.DeleteDue].Add(message.Lane).Add(due).Add(message.Id).Run();
        session[QueueSql.CancelMessage].Add(MessageReasons.Cancelled).Add(now).Add(message.Seq).Run();
        _counters.Add(tenant, now, message.Channel, provider: null, MessageStatus.Cancelled);
    }

    private static CancelledMessage Answer(Row row, CancelState state) => new(row.Id, row.Channel, state, row.Status);

    private readonly record struct Row(Guid Id, long Seq, Channel Channel, MessageStatus Status, long Lane, long? Due, bool IsOwned);
}
