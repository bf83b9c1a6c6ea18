using Carillon.Messages;

namespace Carillon.Storage.Sqlite;

/// <summary>A row of <c>notification</c> as lists read it.</summary>
internal sealed class NotificationListRow
{
    /// <summary>Where its first message stands in the log.</summary>
    public long Seq { get; set; }

    public byte[] Id { get; set; } = [];

    public string? ContactId { get; set; }

    public byte[]? TemplateVersionId { get; set; }

    public string? Category { get; set; }

    public long Priority { get; set; }

    public long OnUnknown { get; set; }

    public long CreatedAt { get; set; }

    public long? ScheduledAt { get; set; }

    public long? ExpiresAt { get; set; }

    public string? Locale { get; set; }

    public string? RelatedType { get; set; }

    public string? RelatedId { get; set; }

    public byte[]? BatchId { get; set; }

    public Notification ToNotification(TenantId tenant) => new()
    {
        Tenant = tenant,
        Id = SqliteValues.ToGuid(Id),
        ContactId = ContactId,
        TemplateVersionId = SqliteValues.ToNullableGuid(TemplateVersionId),
        Category = Category,
        Priority = (Priority)Priority,
        OnUnknown = (OnUnknown)OnUnknown,
        CreatedAt = SqliteValues.ToTime(CreatedAt),
        ScheduledAt = SqliteValues.ToTime(ScheduledAt),
        ExpiresAt = SqliteValues.ToTime(ExpiresAt),
        Locale = Locale,
        RelatedType = RelatedType,
        RelatedId = RelatedId,
        BatchId = SqliteValues.ToNullableGuid(BatchId),
    };
}
