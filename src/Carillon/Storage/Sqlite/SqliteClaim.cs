using System.Text.Json;
using Carillon.Messages;

namespace Carillon.Storage.Sqlite;

/// <summary>Moves due work of a lane into a node's ownership and reads what it needs to send it.</summary>
/// <param name="secretRetention">How long the secrets of a message that failed are kept.</param>
internal sealed class SqliteClaim(TimeSpan secretRetention)
{
    public Claim Take(SqliteSession session, LaneKey lane, long epoch, DateTimeOffset now, int limit)
    {
        var rows = Select(session, lane, now, limit);
        var notifications = new Dictionary<Guid, Notification>(rows.Count);
        var messages = new List<OutboundMessage>(rows.Count);
        foreach (var row in rows)
        {
            session[QueueSql.DeleteDue].Add(lane.Value).Add(row.Due).Add(row.Id).Run();
            // Work whose message is gone is dropped with it.
            if (row.Address is null) continue;
            try
            {
                if (Find(session, notifications, row.NotificationId) is not { } notification) continue;
                messages.Add(MessageOf(row, notification, row.Address));
            }
            catch (Exception e) when (e is JsonException or FormatException or ArgumentException or NotSupportedException)
            {
                // Thrown on, it would stand at the head of its lane for ever, and nothing behind it would go out.
                SqliteUnreadable.End(session, row.Seq, lane, row.Attempts, row.NotificationId, e, now, secretRetention);
                continue;
            }

            session[QueueSql.InsertOwned].Add(row.Id).Add(row.Seq).Add(lane.Value).Add(row.Due).Add(epoch).Run();
        }

        return new Claim(messages, NextDue(session, lane));
    }

    private static OutboundMessage MessageOf(Row row, Notification notification, string address) => new()
    {
        Notification = notification,
        Id = row.Id,
        Channel = row.Channel,
        Address = address,
        Step = row.Step,
        Attempts = row.Attempts,
        CreatedAt = SqliteValues.ToTime(row.CreatedAt),
        RetriedAt = SqliteValues.ToTime(row.RetriedAt),
        AttemptsBefore = row.AttemptsBefore,
        DueAt = SqliteValues.ToTime(row.Due),
        IsOwned = true,
    };

    private static List<Row> Select(SqliteSession session, LaneKey lane, DateTimeOffset now, int limit)
    {
        var rows = new List<Row>(Math.Min(limit, 1024));
        var select = session[QueueSql.SelectClaim].Add(lane.Value).Add(now).Add(limit);
        while (select.Step())
        {
            var address = select.GetString(4);
            rows.Add(new Row(
                select.GetInt64(0), select.GetGuid(1), select.GetInt64(2), (Channel)select.GetInt64(3), address, (int)select.GetInt64(5),
                (int)select.GetInt64(6), select.GetInt64(7), address is null ? default : select.GetGuid(8),
                select.GetNullableInt64(9), (int)select.GetInt64(10)));
        }

        select.Reset();
        return rows;
    }

    private static Notification? Find(SqliteSession session, Dictionary<Guid, Notification> known, Guid id)
    {
        if (known.TryGetValue(id, out var notification)) return notification;
        var select = session[QueueSql.SelectNotification].Add(id);
        try
        {
            if (!select.Step()) return null;
            notification = NotificationRow.Read(select, id);
            known.Add(id, notification);
            return notification;
        }
        finally
        {
            select.Reset();
        }
    }

    private static DateTimeOffset? NextDue(SqliteSession session, LaneKey lane)
    {
        var select = session[QueueSql.NextDue].Add(lane.Value);
        DateTimeOffset? next = select.Step() ? SqliteValues.ToTime(select.GetInt64(0)) : null;
        select.Reset();
        return next;
    }

    private readonly record struct Row(
        long Due, Guid Id, long Seq, Channel Channel, string? Address, int Step, int Attempts, long CreatedAt, Guid NotificationId,
        long? RetriedAt, int AttemptsBefore);
}
