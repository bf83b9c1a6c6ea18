using System.Text.Json;
using Carillon.Messages;

namespace Carillon.Storage.Sqlite;

/// <summary>A row of <c>notification</c>, in the order of the statement that reads it.</summary>
internal static class NotificationRow
{
    public static Notification Read(SqliteStatement row, Guid id) => new()
    {
        Id = id,
        Tenant = new TenantId((int)row.GetInt64(0)),
        ContactId = row.GetString(1),
        TemplateVersionId = row.GetNullableGuid(2),
        Variables = row.GetBytes(3),
        Secrets = row.GetBytes(4),
        Details = row.GetBytes(5) is { } details ? JsonSerializer.Deserialize(details, StorageJson.Stored.NotificationDetails) : null,
        Category = row.GetString(6),
        Priority = (Priority)row.GetInt64(7),
        OnUnknown = (OnUnknown)row.GetInt64(8),
        CreatedAt = SqliteValues.ToTime(row.GetInt64(9)),
        ScheduledAt = SqliteValues.ToTime(row.GetNullableInt64(10)),
        ExpiresAt = SqliteValues.ToTime(row.GetNullableInt64(11)),
        Plan = row.GetBytes(12) is { } plan ? JsonSerializer.Deserialize(plan, StorageJson.Stored.Plan) : null,
        Locale = row.GetString(13),
        RelatedType = row.GetString(14),
        RelatedId = row.GetString(15),
        BatchId = row.GetNullableGuid(16),
    };
}
