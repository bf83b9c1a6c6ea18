using System.Globalization;
using System.Text;
using System.Text.Json;
using Carillon.Messages;

namespace Carillon.Storage.PostgreSql;

internal readonly record struct UnreadableMessage(TenantId Tenant, Guid Id, int Attempts, string Why);

/// <summary>Ends messages whose notification cannot be read back (a damaged document, one of a later version), so that their lane goes on.</summary>
internal static class PostgreSqlUnreadable
{
    public static async Task EndAsync(
        PostgreSqlTransaction transaction, LaneKey lane, long epoch, List<UnreadableMessage> messages, DateTimeOffset now, TimeSpan secretRetention)
    {
        var tenants = messages.ConvertAll(m => m.Tenant.Value);
        var subjects = messages.ConvertAll(m => m.Id);
        await using var batch = transaction.Batch();
        batch.Add(QueueSql.FailMessages)
            .Array("tenants", tenants).Array("subjects", subjects)
            .Array("attempts", messages.ConvertAll(m => (int?)m.Attempts))
            .Array("providers", messages.ConvertAll(_ => (Guid?)null))
            .Array("traces", messages.ConvertAll(m => (byte[]?)Trace(m.Why, now)))
            .Set("reason", NpgsqlTypes.NpgsqlDbType.Text, MessageReasons.ContentError)
            .Set("at", now.ToStored());
        batch.AddStates(messages.Select(m => (m.Tenant, m.Id)), MessageStatus.Failed);
        batch.Add(QueueSql.Release).Set("epoch", epoch).Array("tenants", tenants).Array("subjects", subjects);
        var notifications = new NotificationSet();
        await using (var reader = await transaction.ReadAsync(batch))
        {
            while (await reader.ReadAsync()) notifications.Add(reader.GetInt32(0), reader.GetGuid(1));
        }

        await PostgreSqlSecrets.ScheduleAsync(
            transaction, notifications, [.. Enumerable.Repeat((now + secretRetention).ToStored(), notifications.Count)]);
        var counters = new PostgreSqlCounters();
        foreach (var _ in messages) counters.Add(lane.Tenant, now, lane.Channel, provider: null, MessageStatus.Failed);
        await using var count = transaction.Batch();
        counters.Write(count, epoch: 0);
        await transaction.RunAsync(count);
    }

    private static byte[] Trace(string why, DateTimeOffset now)
    {
        var detail = JsonEncodedText.Encode($"What is stored of it cannot be read: {why}");
        return Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"t\":{now.ToStored()},\"k\":\"claim\",\"reason\":\"{MessageReasons.ContentError}\",\"detail\":\"{detail}\"}}\n"));
    }
}
