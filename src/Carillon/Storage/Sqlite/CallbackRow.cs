namespace Carillon.Storage.Sqlite;

/// <summary>A row of <c>callback</c> without its request, as SQLite has its values.</summary>
internal sealed class CallbackRow
{
    public byte[] Id { get; set; } = [];

    public byte[] ProviderId { get; set; } = [];

    public long ReceivedAt { get; set; }

    public long? ReadAt { get; set; }

    public string? Fault { get; set; }

    public KeptCallback ToCallback() =>
        new(SqliteValues.ToGuid(Id), SqliteValues.ToGuid(ProviderId), SqliteValues.ToTime(ReceivedAt), SqliteValues.ToTime(ReadAt), Fault);
}
