namespace Carillon.Storage.Sqlite;

/// <summary>Finds a message by a gateway's id for it, newest first.</summary>
internal static class MessageKeySearch
{
    private static readonly SqlStatement Buckets = SqliteMessageLog.Sql["buckets"];
    private static readonly SqlStatement FindKey = SqliteMessageLog.Sql["find_key"];

    /// <param name="most">How many buckets to look through.</param>
    public static Guid? Newest(SqliteSession session, Guid provider, string externalId, int most) =>
        Newest(session[Buckets], session[FindKey], session[EventSql.MessageByExternal], provider, externalId, most);

    public static Guid? Newest(
        SqliteStatement buckets, SqliteStatement find, SqliteStatement compare, Guid provider, string externalId, int most)
    {
        long? first = null, last = null;
        if (buckets.Step()) (first, last) = (buckets.GetNullableInt64(0), buckets.GetNullableInt64(1));
        buckets.Reset();
        if (last is null) return null;

        var hash = MessageKey.OfExternal(provider, externalId);
        for (var bucket = last.Value; bucket >= Math.Max(first!.Value, last.Value - most + 1); bucket--)
        {
            find.Add(bucket).Add(hash).Add(long.MaxValue);
            Guid? found = null;
            while (found is null && find.Step())
            {
                compare.Add(find.GetInt64(0)).Add(provider).Add(externalId);
                if (compare.Step()) found = compare.GetGuid(0);
                compare.Reset();
            }

            find.Reset();
            if (found is not null) return found;
        }

        return null;
    }
}
