using System.Text.Json;
using Carillon.Messages;
using Npgsql;

namespace Carillon.Storage.PostgreSql;

/// <summary>A row of <c>notification</c>, in the order of the statements that read it.</summary>
internal static class NotificationRow
{
    /// <param name="first">The column of the tenant; the others follow.</param>
    public static Notification Read(NpgsqlDataReader row, int first, Guid id) => new()
    {
        Id = id,
        Tenant = new TenantId(row.GetInt32(first)),
        ContactId = row.Text(first + 1),
        TemplateVersionId = row.Guid(first + 2),
        Variables = row.Bytes(first + 3),
        Secrets = row.Bytes(first + 4),
        Details = row.Text(first + 5) is { } details ? JsonSerializer.Deserialize(details, StorageJson.Stored.NotificationDetails) : null,
        Category = row.Text(first + 6),
        Priority = (Priority)row.GetInt16(first + 7),
        OnUnknown = (OnUnknown)row.GetInt16(first + 8),
        CreatedAt = PostgreSqlValues.ToTime(row.GetInt64(first + 9)),
        ScheduledAt = PostgreSqlValues.ToTime(row.Number(first + 10)),
        ExpiresAt = PostgreSqlValues.ToTime(row.Number(first + 11)),
        Plan = row.Text(first + 12) is { } plan ? JsonSerializer.Deserialize(plan, StorageJson.Stored.Plan) : null,
        Locale = row.Text(first + 13),
        RelatedType = row.Text(first + 14),
        RelatedId = row.Text(first + 15),
        BatchId = row.Guid(first + 16),
    };

    public static string? Text(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    public static byte[]? Bytes(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<byte[]>(column);

    public static Guid? Guid(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetGuid(column);

    public static long? Number(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);
}
