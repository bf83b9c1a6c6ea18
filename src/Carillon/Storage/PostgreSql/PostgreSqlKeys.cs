using Carillon.Messages;
using Npgsql;
using NpgsqlTypes;

namespace Carillon.Storage.PostgreSql;

/// <summary>Writes the idempotency keys of a group first, and finds out which of its writes repeat one.</summary>
internal static class PostgreSqlKeys
{
    /// <summary>Sets the verdict of every accept.</summary>
    public static async Task WriteAsync(PostgreSqlTransaction transaction, IReadOnlyList<AcceptWrite> accepts)
    {
        // Of two in one group the first counts. One order on every node, so that no two wait for each other.
        var firsts = new Dictionary<(int Tenant, string Key), AcceptWrite>();
        foreach (var accept in accepts)
        {
            accept.Verdict = AcceptVerdict.Committed;
            accept.Existing = null;
            if (accept.Idempotency is { } record) firsts.TryAdd((accept.Tenant.Value, record.Key), accept);
        }

        if (firsts.Count == 0) return;
        var inserted = await InsertAsync(
            transaction, [.. firsts.OrderBy(f => f.Key.Tenant).ThenBy(f => f.Key.Key, StringComparer.Ordinal).Select(f => f.Value)]);
        var existing = firsts.Count == inserted.Count ? [] : await SelectAsync(transaction, [.. firsts.Keys.Where(k => !inserted.Contains(k))]);
        foreach (var accept in accepts)
        {
            if (accept.Idempotency is not { } record) continue;
            var key = (accept.Tenant.Value, record.Key);
            if (inserted.Contains(key) && firsts[key] == accept) continue;
            accept.Verdict = AcceptVerdict.KeyExists;
            accept.Existing = inserted.Contains(key) ? firsts[key].Idempotency
                : existing.TryGetValue(key, out var found) ? found
                // It was forgotten in this very moment.
                : throw new PostgreSqlCollisionException();
        }
    }

    /// <summary>What the key stands for already; null when it was free (and is taken now), or there is none.</summary>
    public static async Task<IdempotencyRecord?> AddAsync(PostgreSqlTransaction transaction, TenantId tenant, IdempotencyRecord? key, DateTimeOffset at)
    {
        if (key is null) return null;
        var write = new AcceptWrite { Tenant = tenant, At = at, Idempotency = key, Notifications = [] };
        await WriteAsync(transaction, [write]);
        return write.Existing;
    }

    private static async Task<HashSet<(int, string)>> InsertAsync(PostgreSqlTransaction transaction, List<AcceptWrite> accepts)
    {
        await using var batch = transaction.Batch();
        batch.Add(QueueSql.InsertIdempotency)
            .Array("tenants", accepts.ConvertAll(a => a.Tenant.Value))
            .Array("keys", accepts.ConvertAll(a => (string?)a.Idempotency!.Key))
            .Array("hashes", accepts.ConvertAll(a => (byte[]?)a.Idempotency!.RequestHash))
            .Array("answers", accepts.ConvertAll(a => (byte[]?)a.Idempotency!.Answer))
            .Array("ats", accepts.ConvertAll(a => a.At.ToStored()));
        await using var reader = await transaction.ReadAsync(batch);
        var inserted = new HashSet<(int, string)>();
        while (await reader.ReadAsync()) inserted.Add((reader.GetInt32(0), reader.GetString(1)));
        return inserted;
    }

    private static async Task<Dictionary<(int, string), IdempotencyRecord>> SelectAsync(PostgreSqlTransaction transaction, List<(int Tenant, string Key)> keys)
    {
        await using var batch = transaction.Batch();
        batch.Add(QueueSql.SelectIdempotency)
            .Array("tenants", NpgsqlDbType.Integer, keys.ConvertAll(k => k.Tenant))
            .Array("keys", NpgsqlDbType.Text, keys.ConvertAll(k => k.Key));
        await using var reader = await transaction.ReadAsync(batch);
        var found = new Dictionary<(int, string), IdempotencyRecord>();
        while (await reader.ReadAsync())
        {
            var key = reader.GetString(1);
            found.Add((reader.GetInt32(0), key), new IdempotencyRecord(key, reader.GetFieldValue<byte[]>(2), reader.GetFieldValue<byte[]>(3)));
        }

        return found;
    }
}
