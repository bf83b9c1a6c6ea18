using System.Text.Json;
using Carillon.Messages;
using Npgsql;

namespace Carillon.Storage.PostgreSql;

/// <summary>Moves due work of a lane into a node's ownership and reads what it needs to send it, in one statement.</summary>
/// <param name="secretRetention">How long the secrets of a message that failed are kept.</param>
internal sealed class PostgreSqlClaim(TimeSpan secretRetention)
{
    public async Task<Claim> TakeAsync(PostgreSqlTransaction transaction, LaneKey lane, long epoch, DateTimeOffset now, int limit)
    {
        await using var batch = transaction.Batch();
        batch.Add(QueueSql.Claim)
            .Set("tenant", lane.Tenant.Value).Set("lane", lane.Value).Set("now", now.ToStored()).Set("limit", limit).Set("epoch", epoch);
        batch.Add(QueueSql.NextDue).Set("tenant", lane.Tenant.Value).Set("lane", lane.Value);

        var messages = new List<OutboundMessage>(Math.Min(limit, 1024));
        var unreadable = new List<UnreadableMessage>();
        DateTimeOffset? next;
        await using (var reader = await transaction.ReadAsync(batch))
        {
            var known = new Dictionary<Guid, Notification>();
            while (await reader.ReadAsync()) Read(reader, lane, known, messages, unreadable);
            await reader.NextResultAsync();
            next = await reader.ReadAsync() ? PostgreSqlValues.ToTime(reader.GetInt64(0)) : null;
        }

        // Thrown on, they would stand at the head of their lane for ever, and nothing behind them would go out.
        if (unreadable.Count > 0) await PostgreSqlUnreadable.EndAsync(transaction, lane, epoch, unreadable, now, secretRetention);
        return new Claim(messages, next);
    }

    private static void Read(
        NpgsqlDataReader row, LaneKey lane, Dictionary<Guid, Notification> known, List<OutboundMessage> messages, List<UnreadableMessage> unreadable)
    {
        var (due, id, channel, address) = (row.GetInt64(0), row.GetGuid(1), (Channel)row.GetInt16(2), row.GetString(3));
        var (step, attempts, created, notificationId) = (row.GetInt32(4), row.GetInt32(5), row.GetInt64(6), row.GetGuid(7));
        try
        {
            if (!known.TryGetValue(notificationId, out var notification))
            {
                if (row.IsDBNull(10)) throw new FormatException("Its notification is gone.");
                known.Add(notificationId, notification = NotificationRow.Read(row, 10, notificationId));
            }

            messages.Add(new OutboundMessage
            {
                Notification = notification,
                Id = id,
                Channel = channel,
                Address = address,
                Step = step,
                Attempts = attempts,
                CreatedAt = PostgreSqlValues.ToTime(created),
                RetriedAt = PostgreSqlValues.ToTime(row.Number(8)),
                AttemptsBefore = row.GetInt32(9),
                DueAt = PostgreSqlValues.ToTime(due),
                IsOwned = true,
            });
        }
        catch (Exception e) when (e is JsonException or FormatException or ArgumentException or NotSupportedException)
        {
            unreadable.Add(new UnreadableMessage(lane.Tenant, id, attempts, e.Message));
        }
    }
}
