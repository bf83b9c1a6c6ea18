using Carillon.Messages;
using Dapper;

namespace Carillon.Storage.PostgreSql;

internal sealed class PostgreSqlAttachmentStore(Func<PostgreSqlDatabase> database) : IAttachmentStore
{
    private static readonly SqlFile Sql = SqlFile.Load("PostgreSql/Attachments.sql");

    public async ValueTask<StoredAttachment> AddAsync(
        StoredAttachment attachment, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken = default)
    {
        var parameters = new
        {
            tenant = attachment.Tenant.Value,
            id = attachment.Id,
            hash = attachment.Hash,
            filename = attachment.FileName,
            type = attachment.ContentType,
            size = attachment.Size,
            created = attachment.CreatedAt.ToStored(),
        };
        return await database().WriteAsync(
            async transaction =>
            {
                var connection = await transaction.ConnectionAsync();
                await connection.ExecuteAsync(Sql["insert_blob"].Text, new { parameters.tenant, parameters.hash, bytes = bytes.ToArray() });
                await connection.ExecuteAsync(Sql["insert_attachment"].Text, parameters);
                return (await connection.QuerySingleAsync<Row>(Sql["find_attachment"].Text, parameters)).ToAttachment(attachment.Tenant);
            },
            cancellationToken);
    }

    public async ValueTask<StoredAttachment?> GetAsync(TenantId tenant, Guid id, CancellationToken cancellationToken = default) =>
        (await database().FindAsync<Row>(Sql["get_attachment"], new { tenant = tenant.Value, id }, cancellationToken))?.ToAttachment(tenant);

    private sealed class Row
    {
        public Guid Id { get; set; }

        public string Hash { get; set; } = "";

        public string FileName { get; set; } = "";

        public string ContentType { get; set; } = "";

        public long Size { get; set; }

        public long CreatedAt { get; set; }

        public StoredAttachment ToAttachment(TenantId tenant) => new(tenant, Id, FileName, ContentType, Hash, Size, PostgreSqlValues.ToTime(CreatedAt));
    }
}
