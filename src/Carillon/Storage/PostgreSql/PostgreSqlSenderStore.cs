using Carillon.Messages;
using Carillon.Senders;
using Dapper;
using Npgsql;

namespace Carillon.Storage.PostgreSql;

internal sealed class PostgreSqlSenderStore(Func<PostgreSqlDatabase> database) : ISenderStore
{
    private static readonly SqlFile Sql = SqlFile.Load("PostgreSql/Senders.sql");

    public async ValueTask CreateAsync(SenderDomain sender, byte[] sealedKey, CancellationToken cancellationToken = default) =>
        await database().WriteAsync(async transaction => await CreateAsync(await transaction.ConnectionAsync(), sender, sealedKey), cancellationToken);

    public async ValueTask<IReadOnlyList<(SenderDomain Sender, byte[] SealedKey)>> AllAsync(CancellationToken cancellationToken = default) =>
        (await database().ListAsync<Row>(Sql["all_senders"], null, cancellationToken)).ConvertAll(row => (row.ToSender(), row.PrivateKey));

    public async ValueTask<IReadOnlyList<SenderDomain>> ListAsync(TenantId tenant, CancellationToken cancellationToken = default) =>
        (await database().ListAsync<Row>(Sql["list_senders"], new { tenant = tenant.Value }, cancellationToken)).ConvertAll(row => row.ToSender());

    public async ValueTask<bool> DeleteAsync(TenantId tenant, Guid id, CancellationToken cancellationToken = default) =>
        await database().ExecuteAsync(Sql["delete_sender"], new { tenant = tenant.Value, id }, cancellationToken) > 0;

    private static async Task CreateAsync(NpgsqlConnection connection, SenderDomain sender, byte[] privateKey)
    {
        try
        {
            await connection.ExecuteAsync(Sql["insert_sender"].Text, new
            {
                tenant = sender.Tenant.Value,
                id = sender.Id,
                domain = sender.Domain,
                selector = sender.Selector,
                dnsValue = sender.DnsValue,
                privateKey,
                created = sender.CreatedAt.ToStored(),
            });
        }
        catch (PostgresException e) when (PostgreSqlFaults.IsUniqueViolation(e))
        {
            throw new DuplicateKeyException("domain", $"There is a sender for {sender.Domain} with the selector {sender.Selector} already.");
        }
    }

    private sealed class Row
    {
        public int TenantId { get; set; }

        public Guid Id { get; set; }

        public string Domain { get; set; } = "";

        public string Selector { get; set; } = "";

        public string DnsValue { get; set; } = "";

        public byte[] PrivateKey { get; set; } = [];

        public long CreatedAt { get; set; }

        public SenderDomain ToSender() => new()
        {
            Tenant = new TenantId(TenantId),
            Id = Id,
            Domain = Domain,
            Selector = Selector,
            DnsValue = DnsValue,
            CreatedAt = PostgreSqlValues.ToTime(CreatedAt),
        };
    }
}
