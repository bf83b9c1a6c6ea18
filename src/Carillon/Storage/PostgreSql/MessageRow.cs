using Carillon.Messages;

namespace Carillon.Storage.PostgreSql;

/// <summary>A row of <c>message</c>, as PostgreSQL has its values.</summary>
internal sealed class MessageRow
{
    public Guid Id { get; set; }

    public Guid NotificationId { get; set; }

    public int TenantId { get; set; }

    public short Channel { get; set; }

    public string Address { get; set; } = "";

    public string? ContactId { get; set; }

    public int Status { get; set; }

    public string? Reason { get; set; }

    public int Step { get; set; }

    public int Attempts { get; set; }

    public Guid? ProviderId { get; set; }

    public string? ExternalId { get; set; }

    public decimal? Cost { get; set; }

    public string? Currency { get; set; }

    public long CreatedAt { get; set; }

    public long? DueAt { get; set; }

    public long? SentAt { get; set; }

    public long? RetriedAt { get; set; }

    public long UpdatedAt { get; set; }

    public Guid? ContentHash { get; set; }

    public byte[]? Trace { get; set; }

    public StoredMessage ToMessage() => new()
    {
        Id = Id,
        NotificationId = NotificationId,
        Tenant = new TenantId(TenantId),
        Channel = (Channel)Channel,
        Address = Address,
        ContactId = ContactId,
        Status = (MessageStatus)Status,
        Reason = Reason,
        Step = Step,
        Attempts = Attempts,
        ProviderId = ProviderId,
        ExternalId = ExternalId,
        Cost = Cost,
        Currency = Currency,
        CreatedAt = PostgreSqlValues.ToTime(CreatedAt),
        DueAt = PostgreSqlValues.ToTime(DueAt),
        SentAt = PostgreSqlValues.ToTime(SentAt),
        RetriedAt = PostgreSqlValues.ToTime(RetriedAt),
        UpdatedAt = PostgreSqlValues.ToTime(UpdatedAt),
        ContentHash = ContentHash,
        Trace = Trace,
    };
}
