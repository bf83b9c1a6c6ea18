namespace Carillon.Storage.Sqlite;

/// <summary>How values stand in rows: ids as 16 bytes, big endian, so that they sort by time; times as milliseconds since 1970.</summary>
internal static class SqliteValues
{
    public static byte[] ToBytes(this Guid id) => id.ToByteArray(bigEndian: true);

    public static byte[]? ToBytes(this Guid? id) => id?.ToByteArray(bigEndian: true);

    public static Guid ToGuid(byte[] bytes) => new(bytes, bigEndian: true);

    public static Guid? ToNullableGuid(byte[]? bytes) => bytes is null ? null : ToGuid(bytes);

    public static long ToStored(this DateTimeOffset time) => time.ToUnixTimeMilliseconds();

    public static long? ToStored(this DateTimeOffset? time) => time?.ToUnixTimeMilliseconds();

    public static DateTimeOffset ToTime(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    public static DateTimeOffset? ToTime(long? milliseconds) => milliseconds is { } some ? ToTime(some) : null;
}
