using Carillon.Messages;

namespace Carillon.Storage.Sqlite;

/// <summary>Begins the steps of plans, and keeps when they are to be looked at. Used by the writer's thread alone.</summary>
internal sealed class SqliteSteps(SqliteMessageWriter messages)
{
    private const long DeadlineLane = -2;
    private const long CheckLane = -3;

    /// <summary>How long a step waits whose message is being sent at the very moment when its time is over.</summary>
    private static readonly TimeSpan Postponement = TimeSpan.FromSeconds(1);

    public static void AddDeadline(SqliteSession session, Guid notification, int step, DateTimeOffset due) =>
        Add(session, DeadlineLane, notification, step, due);

    /// <summary>A message of the step has failed after it was sent: whether the step has failed with it is to be looked at.</summary>
    public static void AddCheck(SqliteSession session, Guid notification, int step, DateTimeOffset now) =>
        Add(session, CheckLane, notification, step, now);

    public static bool IsDeadline(long kind) => kind == -DeadlineLane;

    /// <summary>Begins the step if the one before has failed as a whole.</summary>
    public bool Begin(SqliteSession session, Guid notification, NextStep next, long epoch, DateTimeOffset at)
    {
        if (session[StepSql.BeginStep].Add(next.Step).Add(notification).Run() == 0) return false;
        Insert(session, notification, next, epoch, at);
        return true;
    }

    public StepVerdict Write(SqliteSession session, StepWrite write, long epoch, SqliteCounters counters)
    {
        var (notification, step, isDeadline, due) = write.Due;
        var lane = isDeadline ? DeadlineLane : CheckLane;
        var isHere = session[StepSql.DeleteStep].Add(lane).Add(due).Add(notification.Id).Add(-lane).Run() == 1;
        if (!isHere) return StepVerdict.NotNeeded;
        if (!isDeadline) return Begin(session, notification.Id, write.Next, epoch, write.At) ? StepVerdict.Begun : StepVerdict.NotNeeded;
        if (!IsCurrent(session, notification.Id, step, out var isConfirmed)) return StepVerdict.NotNeeded;

        var rows = Select(session, notification.Id, step);
        var until = notification.Plan!.Steps[step].Until;
        if ((until == Until.Confirmed && isConfirmed) || rows.Exists(r => r.IsUnknown || r.Status.Reaches(until))) return StepVerdict.NotNeeded;
        if (rows.Exists(r => r.IsOwned))
        {
            AddDeadline(session, notification.Id, step, write.At + Postponement);
            return StepVerdict.Postponed;
        }

        foreach (var row in rows)
        {
            if (!row.Status.IsFinal()) Supersede(session, row, write.At, counters);
        }

        session[StepSql.SetStep].Add(write.Next.Step).Add(notification.Id).Run();
        Insert(session, notification.Id, write.Next, epoch, write.At);
        return StepVerdict.Begun;
    }

    private static void Add(SqliteSession session, long lane, Guid notification, int step, DateTimeOffset due) =>
        session[StepSql.InsertStep].Add(lane).Add(due).Add(notification).Add(-lane).Add(step).Run();

    private void Insert(SqliteSession session, Guid notification, NextStep next, long epoch, DateTimeOffset at)
    {
        foreach (var message in next.Messages) messages.Insert(session, message, epoch, at);
        if (next.Deadline is { } deadline) AddDeadline(session, notification, next.Step, deadline);
    }

    private static void Supersede(SqliteSession session, Row row, DateTimeOffset now, SqliteCounters counters)
    {
        if (row.Due is { } due) session[QueueSql.DeleteDue].Add(row.Lane.Value).Add(due).Add(row.Id).Run();
        session[QueueSql.CancelMessage].Add(MessageReasons.Superseded).Add(now).Add(row.Seq).Run();
        counters.Add(row.Lane.Tenant, now, row.Lane.Channel, provider: null, MessageStatus.Cancelled);
    }

    private static bool IsCurrent(SqliteSession session, Guid notification, int step, out bool isConfirmed)
    {
        var select = session[StepSql.StepStanding].Add(notification);
        var isCurrent = select.Step() && select.GetInt64(0) == step && select.GetInt64(1) == 0;
        isConfirmed = isCurrent && select.GetInt64(2) != 0;
        select.Reset();
        return isCurrent;
    }

    private static List<Row> Select(SqliteSession session, Guid notification, int step)
    {
        var rows = new List<Row>();
        var select = session[StepSql.StepMessages].Add(notification).Add(step);
        while (select.Step())
        {
            rows.Add(new Row(
                select.GetGuid(0), select.GetInt64(1), (MessageStatus)select.GetInt64(2), select.GetInt64(3) == 1,
                new LaneKey(select.GetInt64(4)), select.GetNullableInt64(5), select.GetInt64(6) == 1));
        }

        select.Reset();
        return rows;
    }

    private readonly record struct Row(Guid Id, long Seq, MessageStatus Status, bool IsUnknown, LaneKey Lane, long? Due, bool IsOwned);
}
