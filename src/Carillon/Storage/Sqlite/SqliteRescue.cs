using System.Globalization;
using System.Text;
using Carillon.Messages;

namespace Carillon.Storage.Sqlite;

/// <summary>Gives work back: that of nodes which are gone, and what a node hands back itself.</summary>
/// <param name="secretRetention">How long the secrets of a message that failed are kept.</param>
internal sealed class SqliteRescue(TimeSpan secretRetention)
{
    private readonly SqliteCounters _counters = new();

    public Rescue Run(SqliteSession session, IReadOnlyCollection<long> liveEpochs, DateTimeOffset now)
    {
        var epochs = "[" + string.Join(',', liveEpochs.Select(e => e.ToString(CultureInfo.InvariantCulture))) + "]";
        var lost = new List<Lost>();
        var select = session[QueueSql.SelectLost].Add(epochs);
        while (select.Step())
        {
            lost.Add(new Lost(
                select.GetGuid(0), select.GetInt64(1), new LaneKey(select.GetInt64(2)), select.GetInt64(3),
                (int?)select.GetNullableInt64(4), select.GetNullableGuid(5)));
        }

        select.Reset();
        if (lost.Count == 0) return default;

        _counters.Clear();
        var (unknown, cancelled) = (0, 0);
        foreach (var work in lost)
        {
            if (work.MarkAttempt is { } attempt)
            {
                EndUnknown(session, work, attempt, now);
                unknown++;
            }
            else if (!GiveBack(session, work.Id, work.Seq, work.Lane, work.Due, now))
            {
                cancelled++;
            }
        }

        session[QueueSql.DeleteLost].Add(epochs).Run();
        Settle(session, lost.Select(l => l.Id), now);
        _counters.Write(session, QueueSql.AddCounter, epoch: 0);
        return new Rescue(lost.Count - unknown - cancelled, unknown, cancelled);
    }

    public void Release(SqliteSession session, long epoch, IEnumerable<Guid> messages, DateTimeOffset now)
    {
        _counters.Clear();
        var released = new List<Guid>();
        foreach (var message in messages)
        {
            var owned = session[QueueSql.DeleteOwned].Add(message).Add(epoch);
            var found = owned.Step();
            var (seq, lane, due) = found ? (owned.GetInt64(0), new LaneKey(owned.GetInt64(1)), owned.GetInt64(2)) : default;
            owned.Reset();
            if (!found) continue;
            GiveBack(session, message, seq, lane, due, now);
            released.Add(message);
        }

        Settle(session, released, now);
        _counters.Write(session, QueueSql.AddCounter, epoch: 0);
    }

    /// <summary>What vendors have told of these while a node had them: of those that have arrived none is sent again.</summary>
    private void Settle(SqliteSession session, IEnumerable<Guid> messages, DateTimeOffset now)
    {
        if (!SqliteEvents.AnyEarly(session)) return;
        foreach (var message in messages) SqliteEvents.Settle(session, message, now, _counters);
    }

    /// <summary>Makes it due again; false when it ended instead: its notification was cancelled, or went on to its next step, while a node had it.</summary>
    private bool GiveBack(SqliteSession session, Guid id, long seq, LaneKey lane, long due, DateTimeOffset now)
    {
        if (NotificationOf(session, seq) is not var (notification, step) || SqliteCancel.EndOfWaiting(session, notification, step) is not { } reason)
        {
            MakeDue(session, id, seq, lane, due, now);
            return true;
        }

        session[QueueSql.CancelMessage].Add(reason).Add(now).Add(seq).Run();
        _counters.Add(lane.Tenant, now, lane.Channel, provider: null, MessageStatus.Cancelled);
        SqliteCancel.EraseSecrets(session, notification, now);
        return false;
    }

    // It keeps its place in the lane, unless that lies ahead.
    private static void MakeDue(SqliteSession session, Guid id, long seq, LaneKey lane, long due, DateTimeOffset now)
    {
        var latest = now.ToUnixTimeMilliseconds();
        if (due > latest)
        {
            due = latest;
            session[QueueSql.SetDue].Add(due).Add(seq).Run();
        }

        session[QueueSql.InsertDue].Add(lane.Value).Add(due).Add(id).Add(seq).Add((long)MessageStatus.Queued).Run();
    }

    private void EndUnknown(SqliteSession session, Lost work, int attempt, DateTimeOffset now)
    {
        var trace = string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"t\":{now.ToStored()},\"k\":\"recover\",\"attempt\":{attempt},\"reason\":\"{MessageReasons.OutcomeUnknown}\"}}\n");
        var tenant = work.Lane.Tenant;
        session[QueueSql.UpdateMessage]
            .Add((long)MessageStatus.Failed).Add(MessageReasons.OutcomeUnknown).AddNull().Add(attempt).Add(now).AddNull()
            .Add(work.MarkProvider).AddNull().AddNull().AddNull().AddNull().AddText(Encoding.UTF8.GetBytes(trace))
            .Add(work.Seq)
            .Run();
        _counters.Add(tenant, now, work.Lane.Channel, work.MarkProvider, MessageStatus.Failed);

        if (NotificationOf(session, work.Seq) is var (id, _)) session[QueueSql.ScheduleSecretsErasure].Add(now + secretRetention).Add(id).Run();
    }

    private static (Guid Id, int Step)? NotificationOf(SqliteSession session, long seq)
    {
        var select = session[QueueSql.MessageNotification].Add(seq);
        (Guid, int)? notification = select.Step() ? (select.GetGuid(0), (int)select.GetInt64(1)) : null;
        select.Reset();
        return notification;
    }

    private readonly record struct Lost(Guid Id, long Seq, LaneKey Lane, long Due, int? MarkAttempt, Guid? MarkProvider);
}
