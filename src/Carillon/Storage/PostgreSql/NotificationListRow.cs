using Carillon.Messages;

namespace Carillon.Storage.PostgreSql;

/// <summary>A row of <c>notification</c> as lists read it.</summary>
internal sealed class NotificationListRow
{
    /// <summary>Where its first message stands in the log.</summary>
    public Guid FirstMessageId { get; set; }

    public Guid Id { get; set; }

    public string? ContactId { get; set; }

    public Guid? TemplateVersionId { get; set; }

    public string? Category { get; set; }

    public short Priority { get; set; }

    public short OnUnknown { get; set; }

    public long CreatedAt { get; set; }

    public long? ScheduledAt { get; set; }

    public long? ExpiresAt { get; set; }

    public string? Locale { get; set; }

    public string? RelatedType { get; set; }

    public string? RelatedId { get; set; }

    public Guid? BatchId { get; set; }

    public Notification ToNotification(TenantId tenant) => new()
    {
        Tenant = tenant,
        Id = Id,
        ContactId = ContactId,
        TemplateVersionId = TemplateVersionId,
        Category = Category,
        Priority = (Priority)Priority,
        OnUnknown = (OnUnknown)OnUnknown,
        CreatedAt = PostgreSqlValues.ToTime(CreatedAt),
        ScheduledAt = PostgreSqlValues.ToTime(ScheduledAt),
        ExpiresAt = PostgreSqlValues.ToTime(ExpiresAt),
        Locale = Locale,
        RelatedType = RelatedType,
        RelatedId = RelatedId,
        BatchId = BatchId,
    };
}
