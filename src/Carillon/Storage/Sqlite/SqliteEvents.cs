using System.Globalization;
using Carillon.Messages;

namespace Carillon.Storage.Sqlite;

/// <summary>Records what happened to messages after they left, and moves their status. Used by the writer's thread alone.</summary>
internal sealed class SqliteEvents(SqliteMessageWriter messages)
{
    /// <summary>
    /// How far back an external id is looked for while the writer is held up: about the last 40,000 messages. Whoever wrote the event
    /// has looked through all of them before; this finds what was recorded since.
    /// </summary>
    private const int Buckets = 16;

    public void Write(SqliteSession session, ReadingWrite reading, SqliteCounters counters)
    {
        if (reading.CallbackId is { } callback && session[EventSql.ReadCallback].Add(reading.At).Add(reading.Fault).Add(callback).Run() == 0) return;
        reading.Recorded = true;
        foreach (var write in reading.Events) Write(session, write, reading.At, counters);
        foreach (var inbound in reading.Inbound)
        {
            inbound.IsRepeated = MessageKeySearch.Newest(session, inbound.ProviderId, inbound.ExternalId, Buckets) is not null;
            if (inbound.IsRepeated) continue;
            messages.InsertInbound(session, inbound, reading.At);
            foreach (var message in inbound.Notification.Messages)
                counters.Add(inbound.Notification.Tenant, reading.At, message.Channel, inbound.ProviderId, MessageStatus.Received);
        }
    }

    /// <summary>What came before the outcome of its message was recorded, as it is now.</summary>
    public static void Settle(SqliteSession session, OutcomeWrite outcome, SqliteCounters counters) =>
        Settle(session, outcome.Message.Id, outcome.ProviderId, outcome.ExternalId, outcome.At, counters);

    /// <summary>The same where no outcome will come from whoever had the message.</summary>
    public static void Settle(SqliteSession session, Guid message, DateTimeOffset at, SqliteCounters counters) =>
        Settle(session, message, provider: null, externalId: null, at, counters);

    /// <summary>Whether anything waits for an outcome at all: mostly nothing does.</summary>
    public static bool AnyEarly(SqliteSession session)
    {
        var select = session[EventSql.AnyEarly];
        var any = select.Step();
        select.Reset();
        return any;
    }

    private static void Settle(
        SqliteSession session, Guid message, Guid? provider, string? externalId, DateTimeOffset at, SqliteCounters counters)
    {
        foreach (var (seq, write) in SelectEarly(session, message, provider, externalId))
        {
            session[EventSql.DeleteEarly].Add(seq).Run();
            if (Find(session, message) is { } row) Record(session, row, write, at, counters);
        }
    }

    private static void Write(SqliteSession session, EventWrite write, DateTimeOffset now, SqliteCounters counters)
    {
        var id = write.MessageId ?? (write.ExternalId is { } external ? MessageKeySearch.Newest(session, write.ProviderId, external, Buckets) : null);
        if (id is { } message && Find(session, message) is { IsOwned: false } row) Record(session, row, write, now, counters);
        else Keep(session, write, id, now);
    }

    private static void Keep(SqliteSession session, EventWrite write, Guid? message, DateTimeOffset now)
    {
        write.Verdict = EventVerdict.Early;
        session[EventSql.InsertEarly]
            .Add(write.ProviderId).Add(write.ExternalId).Add(message).Add((long)write.Kind).Add(write.At).Add(now)
            .Add(write.Detail).Add(write.IsPermanent).Add(write.Url)
            .Add(write.Cost?.ToString(CultureInfo.InvariantCulture)).Add(write.Currency)
            .Run();
    }

    private static void Record(SqliteSession session, Row row, EventWrite write, DateTimeOffset now, SqliteCounters counters)
    {
        var moved = MessageTransitions.After(row.Status, row.Reason, write.Kind);
        var added = session[EventSql.InsertEvent]
            .Add(row.Tenant.Value).Add(row.Id).Add((long)write.Kind).Add(write.At).Add(now).Add(write.ProviderId).Add(write.Detail).Add(write.Url)
            .Add((long?)moved).Add(moved is null || row.Provider == write.ProviderId ? null : row.Provider)
            .Run();
        write.Verdict = added == 0 ? EventVerdict.Repeated : EventVerdict.Recorded;
        if (added == 0) return;

        if (write.Cost is { } cost)
            session[EventSql.CorrectCost].Add(cost.ToString(CultureInfo.InvariantCulture)).Add(write.Currency).Add(row.Seq).Run();
        if (write.Kind == MessageEventKind.Confirmed) session[EventSql.ConfirmNotification].Add(now).Add(row.Notification).Run();
        write.MovedTo = moved;
        if (write.MovedTo is { } status) Move(session, row, status, write, now, counters);
    }

    private static void Move(SqliteSession session, Row row, MessageStatus status, EventWrite write, DateTimeOffset now, SqliteCounters counters)
    {
        // It arrived although its answer was lost: it is not sent again.
        if (!row.Status.IsFinal() && row.Due is { } due) session[QueueSql.DeleteDue].Add(row.Lane.Value).Add(due).Add(row.Id).Run();
        session[EventSql.MoveMessage].Add((long)status).Add(MessageTransitions.ReasonOf(write.Kind, write.IsPermanent)).Add(now).Add(row.Seq).Run();
        counters.Add(row.Tenant, now, row.Lane.Channel, row.Provider ?? write.ProviderId, status);
        if (!row.Status.IsFinal()) SqliteCancel.EraseSecrets(session, row.Notification, now);
        if (status is MessageStatus.Failed or MessageStatus.Bounced && HasNextStep(session, row))
            SqliteSteps.AddCheck(session, row.Notification, row.Step, now);
    }

    private static bool HasNextStep(SqliteSession session, Row row)
    {
        var select = session[EventSql.HasNextStep].Add(row.Notification).Add(row.Step);
        var has = select.Step();
        select.Reset();
        return has;
    }

    private static Row? Find(SqliteSession session, Guid message)
    {
        var select = session[EventSql.EventMessage].Add(message);
        try
        {
            return select.Step()
                ? new Row(
                    select.GetGuid(0), select.GetInt64(1), new TenantId((int)select.GetInt64(2)), select.GetGuid(3), new LaneKey(select.GetInt64(4)),
                    (MessageStatus)select.GetInt64(5), select.GetString(6), select.GetNullableInt64(7), (int)select.GetInt64(8),
                    select.GetNullableGuid(9), select.GetInt64(10) == 1)
                : null;
        }
        finally
        {
            select.Reset();
        }
    }

    private static List<(long Seq, EventWrite Write)> SelectEarly(SqliteSession session, Guid message, Guid? provider, string? external)
    {
        var rows = new List<(long, EventWrite)>();
        var select = session[EventSql.EarlyOfMessage].Add(message).Add(provider).Add(external);
        while (select.Step())
        {
            rows.Add((select.GetInt64(0), new EventWrite
            {
                ProviderId = select.GetGuid(1),
                ExternalId = select.GetString(2),
                Kind = (MessageEventKind)select.GetInt64(3),
                At = SqliteValues.ToTime(select.GetInt64(4)),
                Detail = select.GetString(5),
                IsPermanent = select.GetInt64(6) != 0,
                Url = select.GetString(7),
                Cost = select.GetString(8) is { } cost ? decimal.Parse(cost, CultureInfo.InvariantCulture) : null,
                Currency = select.GetString(9),
            }));
        }

        select.Reset();
        return rows;
    }

    private sealed record Row(
        Guid Id, long Seq, TenantId Tenant, Guid Notification, LaneKey Lane, MessageStatus Status, string? Reason, long? Due, int Step,
        Guid? Provider, bool IsOwned);
}
