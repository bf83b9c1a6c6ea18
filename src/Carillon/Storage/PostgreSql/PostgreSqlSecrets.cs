namespace Carillon.Storage.PostgreSql;

/// <summary>Erases secrets that nobody needs any more.</summary>
internal static class PostgreSqlSecrets
{
    /// <summary>At once; unless another message of the notification is on its way: then they wait for the cleaning from <paramref name="at"/> on.</summary>
    public static async Task EraseAsync(PostgreSqlTransaction transaction, NotificationSet notifications, DateTimeOffset at)
    {
        if (notifications.Count == 0) return;
        await using var batch = transaction.Batch();
        notifications.Write(batch, QueueSql.EraseSecrets).Set("since", notifications.Since);
        var erased = new HashSet<int>();
        await using (var reader = await transaction.ReadAsync(batch))
        {
            while (await reader.ReadAsync()) erased.Add((int)reader.GetInt64(0) - 1);
        }

        var left = new NotificationSet();
        for (var i = 0; i < notifications.Count; i++)
        {
            if (!erased.Contains(i)) left.Add(notifications.Tenants[i], notifications.Ids[i]);
        }

        await ScheduleAsync(transaction, left, [.. Enumerable.Repeat(at.ToStored(), left.Count)]);
    }

    public static async Task ScheduleAsync(PostgreSqlTransaction transaction, NotificationSet notifications, List<long> ats)
    {
        if (notifications.Count == 0) return;
        await using var batch = transaction.Batch();
        notifications.Write(batch, QueueSql.ScheduleSecretsErasure).Array("ats", ats);
        await transaction.RunAsync(batch);
    }
}
