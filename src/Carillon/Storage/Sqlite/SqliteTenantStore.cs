using System.Text.Json;
using Carillon.Messages;
using Carillon.Security;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Carillon.Storage.Sqlite;

internal sealed class SqliteTenantStore(Func<SqliteWriter> writer, SqliteReaders readers) : ITenantStore
{
    private static readonly SqlFile Sql = SqlFile.Load("Sqlite/Tenants.sql");

    public async ValueTask<Tenant> CreateAsync(string key, string name, CancellationToken cancellationToken = default) =>
        await writer().RunAsync(session => Create(session.Connection, key, name), cancellationToken);

    public async ValueTask<Tenant> CreateAsync(
        string key, string name, Func<TenantId, ApiKey> firstKey, CancellationToken cancellationToken = default) =>
        await writer().RunAsync(
            session =>
            {
                var tenant = Create(session.Connection, key, name);
                CreateKey(session.Connection, firstKey(tenant.Id));
                return tenant;
            },
            cancellationToken);

    public async ValueTask<IReadOnlyList<Tenant>> AllAsync(CancellationToken cancellationToken = default) =>
        await readers.ReadAsync<IReadOnlyList<Tenant>>(
            connection =>
            [
                .. connection.Query<TenantRow>(Sql["all_tenants"].Text).Select(row => new Tenant(new TenantId((int)row.Id), row.Key, row.Name)),
            ],
            cancellationToken);

    public async ValueTask CreateKeyAsync(ApiKey key, CancellationToken cancellationToken = default) =>
        await writer().RunAsync(session => CreateKey(session.Connection, key), cancellationToken);

    public async ValueTask<ApiKey?> FindKeyAsync(byte[] hash, CancellationToken cancellationToken = default) =>
        await readers.ReadAsync(
            connection => connection.QuerySingleOrDefault<KeyRow>(Sql["find_key"].Text, new { hash })?.ToKey(), cancellationToken);

    public async ValueTask<ApiKey?> GetKeyAsync(Guid id, CancellationToken cancellationToken = default) =>
        await readers.ReadAsync(
            connection => connection.QuerySingleOrDefault<KeyRow>(Sql["get_key"].Text, new { id = id.ToBytes() })?.ToKey(), cancellationToken);

    public async ValueTask<bool> ReplaceKeyAsync(ApiKey key, CancellationToken cancellationToken = default) =>
        await writer().RunAsync(
            session => session.Connection.Execute(Sql["replace_key"].Text, new
            {
                id = key.Id.ToBytes(),
                name = key.Name,
                perMinute = key.Limits.PerMinute,
                perDay = key.Limits.PerDay,
                isHeld = key.IsHeld,
                version = key.Version,
            }) > 0,
            cancellationToken);

    public async ValueTask<IReadOnlyList<ApiKey>> ListKeysAsync(TenantId tenant, CancellationToken cancellationToken = default) =>
        await readers.ReadAsync<IReadOnlyList<ApiKey>>(
            connection => [.. connection.Query<KeyRow>(Sql["list_keys"].Text, new { tenant = tenant.Value }).Select(row => row.ToKey())],
            cancellationToken);

    public async ValueTask<bool> RevokeKeyAsync(TenantId tenant, Guid id, DateTimeOffset at, CancellationToken cancellationToken = default) =>
        await writer().RunAsync(
            session => session.Connection.Execute(
                Sql["revoke_key"].Text, new { tenant = tenant.Value, id = id.ToBytes(), at = at.ToStored() }) > 0,
            cancellationToken);

    public async ValueTask<bool> AnyKeyAsync(CancellationToken cancellationToken = default) =>
        await readers.ReadAsync(connection => connection.ExecuteScalar<long>(Sql["any_key"].Text) != 0, cancellationToken);

    private static Tenant Create(SqliteConnection connection, string key, string name)
    {
        try
        {
            return new Tenant(new TenantId((int)connection.QuerySingle<long>(Sql["insert_tenant"].Text, new { key, name })), key, name);
        }
        catch (SqliteException e) when (SqliteFaults.IsUniqueViolation(e))
        {
            throw new DuplicateKeyException("key", $"There is a tenant with the key '{key}' already.");
        }
    }

    private static void CreateKey(SqliteConnection connection, ApiKey key)
    {
        try
        {
            connection.Execute(Sql["insert_key"].Text, new
            {
                id = key.Id.ToBytes(),
                tenant = key.Tenant.Value,
                name = key.Name,
                hash = key.Hash,
                scopes = JsonSerializer.Serialize(key.Scopes, StorageJson.Stored.IReadOnlyListString),
                created = key.CreatedAt.ToStored(),
                revoked = key.RevokedAt.ToStored(),
                perMinute = key.Limits.PerMinute,
                perDay = key.Limits.PerDay,
                isHeld = key.IsHeld,
                version = key.Version,
            });
        }
        catch (SqliteException e) when (SqliteFaults.IsUniqueViolation(e))
        {
            throw new DuplicateKeyException("hash", "This API key is stored already.");
        }
    }

    private sealed class TenantRow
    {
        public long Id { get; set; }

        public string Key { get; set; } = "";

        public string Name { get; set; } = "";
    }

    private sealed class KeyRow
    {
        public byte[] Id { get; set; } = [];

        public long TenantId { get; set; }

        public string Name { get; set; } = "";

        public byte[] Hash { get; set; } = [];

        public string Scopes { get; set; } = "";

        public long CreatedAt { get; set; }

        public long? RevokedAt { get; set; }

        public long? PerMinute { get; set; }

        public long? PerDay { get; set; }

        public long IsHeld { get; set; }

        public long Version { get; set; }

        public ApiKey ToKey() => new()
        {
            Id = SqliteValues.ToGuid(Id),
            Tenant = new TenantId((int)TenantId),
            Name = Name,
            Hash = Hash,
            Scopes = JsonSerializer.Deserialize(Scopes, StorageJson.Stored.IReadOnlyListString)!,
            CreatedAt = SqliteValues.ToTime(CreatedAt),
            RevokedAt = SqliteValues.ToTime(RevokedAt),
            Limits = new RecipientLimits((int?)PerMinute, (int?)PerDay),
            IsHeld = IsHeld != 0,
            Version = (int)Version,
        };
    }
}
