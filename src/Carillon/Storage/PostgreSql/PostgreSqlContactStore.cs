using System.Text.Json;
using Carillon.Contacts;
using Carillon.Messages;
using Dapper;

namespace Carillon.Storage.PostgreSql;

internal sealed class PostgreSqlContactStore(Func<PostgreSqlDatabase> database) : IContactStore
{
    private static readonly SqlFile Sql = SqlFile.Load("PostgreSql/Contacts.sql");

    public async ValueTask<Contact?> GetAsync(TenantId tenant, string id, CancellationToken cancellationToken = default) =>
        await database().ReadAsync(
            async connection =>
            {
                var key = new { tenant = tenant.Value, id };
                if (await connection.QuerySingleOrDefaultAsync<ContactRow>(Sql["get_contact"].Text, key) is not { } row) return null;
                var addresses = await connection.QueryAsync<AddressRow>(Sql["get_addresses"].Text, key);
                return new Contact
                {
                    Tenant = tenant,
                    Id = row.Id,
                    Name = row.Name,
                    Locale = row.Locale,
                    TimeZone = row.TimeZone,
                    Attributes = row.Attributes is null ? null : JsonElement.Parse(row.Attributes),
                    Addresses = [.. addresses.Select(a => new ContactAddress((Channel)a.Channel, a.Identifier, a.IsPrimary, a.IsVerified))],
                };
            },
            cancellationToken);

    public async ValueTask<string?> FindByAddressAsync(
        TenantId tenant, IReadOnlyList<Channel> channels, string identifier, CancellationToken cancellationToken = default) =>
        await database().FindAsync<string>(
            Sql["find_by_address"], new { tenant = tenant.Value, channels = channels.Select(c => (int)c).ToArray(), identifier }, cancellationToken);

    private sealed class ContactRow
    {
        public string Id { get; set; } = "";

        public string? Name { get; set; }

        public string? Locale { get; set; }

        public string? TimeZone { get; set; }

        public string? Attributes { get; set; }
    }

    private sealed class AddressRow
    {
        public short Channel { get; set; }

        public string Identifier { get; set; } = "";

        public bool IsPrimary { get; set; }

        public bool IsVerified { get; set; }
    }
}
