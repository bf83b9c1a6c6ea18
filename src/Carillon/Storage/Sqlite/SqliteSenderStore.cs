using Carillon.Messages;
using Carillon.Senders;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Carillon.Storage.Sqlite;

internal sealed class SqliteSenderStore(Func<SqliteWriter> writer, SqliteReaders readers) : ISenderStore
{
    private static readonly SqlFile Sql = SqlFile.Load("Sqlite/Senders.sql");

    public async ValueTask CreateAsync(SenderDomain sender, byte[] sealedKey, CancellationToken cancellationToken = default) =>
        await writer().RunAsync(session => Create(session.Connection, sender, sealedKey), cancellationToken);

    public async ValueTask<IReadOnlyList<(SenderDomain Sender, byte[] SealedKey)>> AllAsync(CancellationToken cancellationToken = default) =>
        await readers.ReadAsync<IReadOnlyList<(SenderDomain, byte[])>>(
            connection => [.. connection.Query<Row>(Sql["all_senders"].Text).Select(row => (row.ToSender(), row.PrivateKey))], cancellationToken);

    public async ValueTask<IReadOnlyList<SenderDomain>> ListAsync(TenantId tenant, CancellationToken cancellationToken = default) =>
        await readers.ReadAsync<IReadOnlyList<SenderDomain>>(
            connection => [.. connection.Query<Row>(Sql["list_senders"].Text, new { tenant = tenant.Value }).Select(row => row.ToSender())],
            cancellationToken);

    public async ValueTask<bool> DeleteAsync(TenantId tenant, Guid id, CancellationToken cancellationToken = default) =>
        await writer().RunAsync(
            session => session.Connection.Execute(Sql["delete_sender"].Text, new { tenant = tenant.Value, id = id.ToBytes() }) > 0, cancellationToken);

    private static void Create(SqliteConnection connection, SenderDomain sender, byte[] privateKey)
    {
        try
        {
            connection.Execute(Sql["insert_sender"].Text, new
            {
                tenant = sender.Tenant.Value,
                id = sender.Id.ToBytes(),
                domain = sender.Domain,
                selector = sender.Selector,
                dnsValue = sender.DnsValue,
                privateKey,
                created = sender.CreatedAt.ToStored(),
            });
        }
        catch (SqliteException e) when (SqliteFaults.IsUniqueViolation(e))
        {
            throw new DuplicateKeyException("domain", $"There is a sender for {sender.Domain} with the selector {sender.Selector} already.");
        }
    }

    private sealed class Row
    {
        public long TenantId { get; set; }

        public byte[] Id { get; set; } = [];

        public string Domain { get; set; } = "";

        public string Selector { get; set; } = "";

        public string DnsValue { get; set; } = "";

        public byte[] PrivateKey { get; set; } = [];

        public long CreatedAt { get; set; }

        public SenderDomain ToSender() => new()
        {
            Tenant = new TenantId((int)TenantId),
            Id = SqliteValues.ToGuid(Id),
            Domain = Domain,
            Selector = Selector,
            DnsValue = DnsValue,
            CreatedAt = SqliteValues.ToTime(CreatedAt),
        };
    }
}
