using Carillon.Messages;
using Dapper;

namespace Carillon.Storage.Sqlite;

internal sealed class SqliteAttachmentStore(Func<SqliteWriter> writer, SqliteReaders readers) : IAttachmentStore
{
    private static readonly SqlFile Sql = SqlFile.Load("Sqlite/Attachments.sql");
    private static readonly SqlStatement InsertBlob = Sql["insert_blob"];

    public async ValueTask<StoredAttachment> AddAsync(
        StoredAttachment attachment, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken = default)
    {
        var parameters = new
        {
            tenant = attachment.Tenant.Value,
            id = attachment.Id.ToBytes(),
            hash = attachment.Hash,
            filename = attachment.FileName,
            type = attachment.ContentType,
            size = attachment.Size,
            created = attachment.CreatedAt.ToStored(),
        };
        return await writer().RunAsync(
            session =>
            {
                session[InsertBlob].Add(attachment.Tenant.Value).Add(attachment.Hash).AddBlob(bytes.Span).Run();
                session.Connection.Execute(Sql["insert_attachment"].Text, parameters);
                return session.Connection.QuerySingle<Row>(Sql["find_attachment"].Text, parameters).ToAttachment(attachment.Tenant);
            },
            cancellationToken);
    }

    public async ValueTask<StoredAttachment?> GetAsync(TenantId tenant, Guid id, CancellationToken cancellationToken = default) =>
        await readers.ReadAsync(
            connection => connection
                .QuerySingleOrDefault<Row>(Sql["get_attachment"].Text, new { tenant = tenant.Value, id = id.ToBytes() })?.ToAttachment(tenant),
            cancellationToken);

    private sealed class Row
    {
        public byte[] Id { get; set; } = [];

        public string Hash { get; set; } = "";

        public string FileName { get; set; } = "";

        public string ContentType { get; set; } = "";

        public long Size { get; set; }

        public long CreatedAt { get; set; }

        public StoredAttachment ToAttachment(TenantId tenant) =>
            new(tenant, SqliteValues.ToGuid(Id), FileName, ContentType, Hash, Size, SqliteValues.ToTime(CreatedAt));
    }
}
