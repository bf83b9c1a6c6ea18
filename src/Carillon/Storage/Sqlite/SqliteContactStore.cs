using System.Text.Json;
using Carillon.Contacts;
using Carillon.Messages;
using Dapper;

namespace Carillon.Storage.Sqlite;

internal sealed class SqliteContactStore(SqliteReaders readers) : IContactStore
{
    private static readonly SqlFile Sql = SqlFile.Load("Sqlite/Contacts.sql");

    public async ValueTask<Contact?> GetAsync(TenantId tenant, string id, CancellationToken cancellationToken = default) =>
        await readers.ReadAsync(
            connection =>
            {
                var key = new { tenant = tenant.Value, id };
                if (connection.QuerySingleOrDefault<ContactRow>(Sql["get_contact"].Text, key) is not { } row) return null;
                var addresses = connection.Query<AddressRow>(Sql["get_addresses"].Text, key);
                return new Contact
                {
                    Tenant = tenant,
                    Id = row.Id,
                    Name = row.Name,
                    Locale = row.Locale,
                    TimeZone = row.TimeZone,
                    Attributes = row.Attributes is null ? null : JsonElement.Parse(row.Attributes),
                    Addresses = [.. addresses.Select(a => new ContactAddress((Channel)a.Channel, a.Identifier, a.IsPrimary != 0, a.IsVerified != 0))],
                };
            },
            cancellationToken);

    public async ValueTask<string?> FindByAddressAsync(
        TenantId tenant, IReadOnlyList<Channel> channels, string identifier, CancellationToken cancellationToken = default) =>
        await readers.ReadAsync(
            connection => connection.QueryFirstOrDefault<string>(
                Sql["find_by_address"].Text, new { tenant = tenant.Value, channels = "[" + string.Join(',', channels.Select(c => (int)c)) + "]", identifier }),
            cancellationToken);

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
        public long Channel { get; set; }

        public string Identifier { get; set; } = "";

        public long IsPrimary { get; set; }

        public long IsVerified { get; set; }
    }
}
