using System.Globalization;
using Carillon.Messages;

namespace Carillon.Storage.Sqlite;

/// <summary>A row of <c>message</c>, as SQLite has its values.</summary>
internal sealed class MessageRow
{
    /// <summary>Where it stands in the log; 0 where the statement did not ask for it.</summary>
    public long Seq { get; set; }

    public byte[] Id { get; set; } = [];

    public byte[] NotificationId { get; set; } = [];

    public long TenantId { get; set; }

    public long Channel { get; set; }

    public string Address { get; set; } = "";

    public string? ContactId { get; set; }

    public long Status { get; set; }

    public string? Reason { get; set; }

    public long Step { get; set; }

    public long Attempts { get; set; }

    public byte[]? ProviderId { get; set; }

    public string? ExternalId { get; set; }

    public string? Cost { get; set; }

    public string? Currency { get; set; }

    public long CreatedAt { get; set; }

    public long? DueAt { get; set; }

    public long? SentAt { get; set; }

    public long? RetriedAt { get; set; }

    public long UpdatedAt { get; set; }

    public byte[]? ContentHash { get; set; }

    public byte[]? Trace { get; set; }

    public StoredMessage ToMessage() => new()
    {
        Id = SqliteValues.ToGuid(Id),
        NotificationId = SqliteValues.ToGuid(NotificationId),
        Tenant = new TenantId((int)TenantId),
        Channel = (Channel)Channel,
        Address = Address,
        ContactId = ContactId,
        Status = (MessageStatus)Status,
        Reason = Reason,
        Step = (int)Step,
        Attempts = (int)Attempts,
        ProviderId = SqliteValues.ToNullableGuid(ProviderId),
        ExternalId = ExternalId,
        Cost = Cost is null ? null : decimal.Parse(Cost, CultureInfo.InvariantCulture),
        Currency = Currency,
        CreatedAt = SqliteValues.ToTime(CreatedAt),
        DueAt = SqliteValues.ToTime(DueAt),
        SentAt = SqliteValues.ToTime(SentAt),
        RetriedAt = SqliteValues.ToTime(RetriedAt),
        UpdatedAt = SqliteValues.ToTime(UpdatedAt),
        ContentHash = SqliteValues.ToNullableGuid(ContentHash),
        Trace = Trace,
    };
}
