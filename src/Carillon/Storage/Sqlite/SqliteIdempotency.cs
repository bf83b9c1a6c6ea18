using Carillon.Messages;

namespace Carillon.Storage.Sqlite;

/// <summary>Keeps idempotency keys in the transaction of what was made under them.</summary>
internal static class SqliteIdempotency
{
    /// <summary>What the key stands for already; null when it was free (and is taken now), or there is none.</summary>
    public static IdempotencyRecord? Add(SqliteSession session, TenantId tenant, IdempotencyRecord? key, DateTimeOffset at)
    {
        if (key is null) return null;
        var added = session[QueueSql.InsertIdempotency]
            .Add(tenant.Value).Add(key.Key).AddBlob(key.RequestHash).AddBlob(key.Answer).Add(at)
            .Run();
        if (added == 1) return null;

        var found = session[QueueSql.SelectIdempotency].Add(tenant.Value).Add(key.Key);
        found.Step();
        var existing = new IdempotencyRecord(key.Key, found.GetBytes(0) ?? [], found.GetBytes(1) ?? []);
        found.Reset();
        return existing;
    }
}
