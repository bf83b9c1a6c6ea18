using System.Globalization;
using System.Text;
using Carillon.Messages;
using Npgsql;

namespace Carillon.Storage.PostgreSql;

/// <summary>Gives work back: that of nodes which are gone, and what a node hands back itself.</summary>
/// <param name="secretRetention">How long the secrets of a message that failed are kept.</param>
internal sealed class PostgreSqlRescue(TimeSpan secretRetention)
{
    public async Task<Rescue> RunAsync(PostgreSqlTransaction transaction, IReadOnlyCollection<long> liveEpochs, DateTimeOffset now)
    {
        List<Lost> lost;
        await using (var batch = transaction.Batch())
        {
            batch.Add(QueueSql.TakeLost).Array("epochs", liveEpochs.ToList());
            lost = await ReadAsync(transaction, batch);
        }

        if (lost.Count == 0) return default;
        var counters = new PostgreSqlCounters();
        var marked = lost.FindAll(l => l.MarkAttempt is not null);
        await EndUnknownAsync(transaction, marked, now, counters);
        var cancelled = await GiveBackAsync(transaction, lost.FindAll(l => l.MarkAttempt is null), now, counters);
        await CountAsync(transaction, counters);
        return new Rescue(lost.Count - marked.Count - cancelled, marked.Count, cancelled);
    }

    public async Task ReleaseAsync(PostgreSqlTransaction transaction, long epoch, IEnumerable<(TenantId Tenant, Guid Id)> messages, DateTimeOffset now)
    {
        var all = messages.ToList();
        List<Lost> released;
        await using (var batch = transaction.Batch())
        {
            batch.Add(QueueSql.Release)
                .Set("epoch", epoch).Array("tenants", all.ConvertAll(m => m.Tenant.Value)).Array("subjects", all.ConvertAll(m => m.Id));
            released = await ReadAsync(transaction, batch);
        }

        var counters = new PostgreSqlCounters();
        await GiveBackAsync(transaction, released, now, counters);
        await CountAsync(transaction, counters);
    }

    private static async Task<List<Lost>> ReadAsync(PostgreSqlTransaction transaction, NpgsqlBatch batch)
    {
        var lost = new List<Lost>();
        await using var reader = await transaction.ReadAsync(batch);
        while (await reader.ReadAsync())
        {
            lost.Add(new Lost(
                reader.GetInt32(0), reader.GetGuid(1), new LaneKey(reader.GetInt64(2)), reader.GetInt64(3),
                reader.IsDBNull(4) ? null : reader.GetInt32(4), reader.Guid(5)));
        }

        // In one order on every node, so that no two wait for each other.
        lost.Sort((a, b) => a.Id.CompareTo(b.Id));
        return lost;
    }

    /// <summary>
    /// Makes them due again, each in its place in its lane, unless that lies ahead. Those whose notification was cancelled while a node
    /// had them, or went on to its next step, end as cancelled instead; returns how many.
    /// </summary>
    private static async Task<int> GiveBackAsync(PostgreSqlTransaction transaction, List<Lost> lost, DateTimeOffset now, PostgreSqlCounters counters)
    {
        if (lost.Count == 0) return 0;
        var (endings, cancelledNotifications) = await EndingsAsync(transaction, lost);
        var (due, early, ended) = (new WorkColumns(), new List<Lost>(), new List<Lost>());
        var latest = now.ToStored();
        foreach (var work in lost)
        {
            if (endings.ContainsKey(work.Id))
            {
                ended.Add(work);
                counters.Add(work.Lane.Tenant, now, work.Lane.Channel, provider: null, MessageStatus.Cancelled);
                continue;
            }

            if (work.Due > latest) early.Add(work);
            due.Add(work.Lane, Math.Min(work.Due, latest), work.Id, MessageStatus.Queued);
        }

        await using var batch = transaction.Batch();
        due.WriteDue(batch);
        if (early.Count > 0) Name(batch.Add(QueueSql.SetDue), early).Set("due", latest);
        if (ended.Count > 0)
        {
            Name(batch.Add(QueueSql.CancelMessages), ended).Array("reasons", ended.ConvertAll(e => (string?)endings[e.Id])).Set("at", latest);
            batch.AddStates(ended.Select(e => (e.Lane.Tenant, e.Id)), MessageStatus.Cancelled);
        }

        await transaction.RunAsync(batch);
        await PostgreSqlSecrets.EraseAsync(transaction, cancelledNotifications, now);
        return ended.Count;
    }

    private static async Task<(Dictionary<Guid, string> Endings, NotificationSet Notifications)> EndingsAsync(PostgreSqlTransaction transaction, List<Lost> lost)
    {
        var (endings, notifications) = (new Dictionary<Guid, string>(), new NotificationSet());
        var tenants = lost.ToDictionary(l => l.Id, l => l.Tenant);
        await using var batch = transaction.Batch();
        Name(batch.Add(QueueSql.ShareNotificationsOf), lost);
        await using var reader = await transaction.ReadAsync(batch);
        while (await reader.ReadAsync())
        {
            if (reader.Text(2) is not { } ending) continue;
            endings.Add(reader.GetGuid(0), ending);
            notifications.Add(tenants[reader.GetGuid(0)], reader.GetGuid(1));
        }

        return (endings, notifications);
    }

    private async Task EndUnknownAsync(PostgreSqlTransaction transaction, List<Lost> marked, DateTimeOffset now, PostgreSqlCounters counters)
    {
        if (marked.Count == 0) return;
        foreach (var work in marked) counters.Add(work.Lane.Tenant, now, work.Lane.Channel, work.MarkProvider, MessageStatus.Failed);
        await using var batch = transaction.Batch();
        Name(batch.Add(QueueSql.FailMessages), marked)
            .Array("attempts", marked.ConvertAll(m => m.MarkAttempt))
            .Array("providers", marked.ConvertAll(m => m.MarkProvider))
            .Array("traces", marked.ConvertAll(m => (byte[]?)Trace(m.MarkAttempt!.Value, now)))
            .Set("reason", NpgsqlTypes.NpgsqlDbType.Text, MessageReasons.OutcomeUnknown)
            .Set("at", now.ToStored());
        batch.AddStates(marked.Select(m => (m.Lane.Tenant, m.Id)), MessageStatus.Failed);
        var notifications = new NotificationSet();
        await using (var reader = await transaction.ReadAsync(batch))
        {
            while (await reader.ReadAsync()) notifications.Add(reader.GetInt32(0), reader.GetGuid(1));
        }

        await PostgreSqlSecrets.ScheduleAsync(
            transaction, notifications, [.. Enumerable.Repeat((now + secretRetention).ToStored(), notifications.Count)]);
    }

    private static async Task CountAsync(PostgreSqlTransaction transaction, PostgreSqlCounters counters)
    {
        await using var batch = transaction.Batch();
        counters.Write(batch, epoch: 0);
        await transaction.RunAsync(batch);
    }

    private static NpgsqlBatchCommand Name(NpgsqlBatchCommand command, List<Lost> lost) =>
        command.Array("tenants", lost.ConvertAll(l => l.Tenant)).Array("subjects", lost.ConvertAll(l => l.Id));

    private static byte[] Trace(int attempt, DateTimeOffset now) => Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $"{{\"t\":{now.ToStored()},\"k\":\"recover\",\"attempt\":{attempt},\"reason\":\"{MessageReasons.OutcomeUnknown}\"}}\n"));

    private sealed record Lost(int Tenant, Guid Id, LaneKey Lane, long Due, int? MarkAttempt, Guid? MarkProvider);
}
