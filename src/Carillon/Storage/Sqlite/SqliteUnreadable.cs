using System.Globalization;
using System.Text;
using System.Text.Json;
using Carillon.Messages;

namespace Carillon.Storage.Sqlite;

/// <summary>Ends a message whose notification cannot be read back (a damaged document, one of a later version), so that its lane goes on.</summary>
internal static class SqliteUnreadable
{
    public static void End(
        SqliteSession session, long seq, LaneKey lane, int attempts, Guid notification, Exception why, DateTimeOffset now, TimeSpan secretRetention)
    {
        var detail = JsonEncodedText.Encode($"What is stored of it cannot be read: {why.Message}");
        var trace = string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"t\":{now.ToStored()},\"k\":\"claim\",\"reason\":\"{MessageReasons.ContentError}\",\"detail\":\"{detail}\"}}\n");
        session[QueueSql.UpdateMessage]
            .Add((long)MessageStatus.Failed).Add(MessageReasons.ContentError).AddNull().Add(attempts).Add(now).AddNull()
            .AddNull().AddNull().AddNull().AddNull().AddNull().AddText(Encoding.UTF8.GetBytes(trace))
            .Add(seq)
            .Run();
        session[QueueSql.ScheduleSecretsErasure].Add(now + secretRetention).Add(notification).Run();

        var counters = new SqliteCounters();
        counters.Add(lane.Tenant, now, lane.Channel, provider: null, MessageStatus.Failed);
        counters.Write(session, QueueSql.AddCounter, epoch: 0);
    }
}
