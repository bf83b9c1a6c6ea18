namespace Carillon.Storage.PostgreSql;

/// <summary>A row of <c>callback</c> without its request, as PostgreSQL has its values.</summary>
internal sealed class KeptCallbackRow
{
    public Guid Id { get; set; }

    public Guid ProviderId { get; set; }

    public long ReceivedAt { get; set; }

    public long? ReadAt { get; set; }

    public string? Fault { get; set; }

    public KeptCallback ToCallback() => new(Id, ProviderId, PostgreSqlValues.ToTime(ReceivedAt), PostgreSqlValues.ToTime(ReadAt), Fault);
}
