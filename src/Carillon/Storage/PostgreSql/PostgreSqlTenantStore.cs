using System.Text.Json;
using Carillon.Messages;
using Carillon.Security;
using Dapper;
using Npgsql;

namespace Carillon.Storage.PostgreSql;

internal sealed class PostgreSqlTenantStore(Func<PostgreSqlDatabase> database) : ITenantStore
{
    private static readonly SqlFile Sql = SqlFile.Load("PostgreSql/Tenants.sql");

    public async ValueTask<Tenant> CreateAsync(string key, string name, CancellationToken cancellationToken = default) =>
        await database().WriteAsync(async transaction => await CreateAsync(await transaction.ConnectionAsync(), key, name), cancellationToken);

    public async ValueTask<Tenant> CreateAsync(
        string key, string name, Func<TenantId, ApiKey> firstKey, CancellationToken cancellationToken = default) =>
        await database().WriteAsync(
            async transaction =>
            {
                var connection = await transaction.ConnectionAsync();
                var tenant = await CreateAsync(connection, key, name);
                await CreateKeyAsync(connection, firstKey(tenant.Id));
                return tenant;
            },
            cancellationToken);

    public async ValueTask<IReadOnlyList<Tenant>> AllAsync(CancellationToken cancellationToken = default) =>
        (await database().ListAsync<TenantRow>(Sql["all_tenants"], null, cancellationToken))
            .ConvertAll(row => new Tenant(new TenantId(row.Id), row.Key, row.Name));

    public async ValueTask CreateKeyAsync(ApiKey key, CancellationToken cancellationToken = default) =>
        await database().WriteAsync(async transaction => await CreateKeyAsync(await transaction.ConnectionAsync(), key), cancellationToken);

    public async ValueTask<ApiKey?> FindKeyAsync(byte[] hash, CancellationToken cancellationToken = default) =>
        (await database().FindAsync<KeyRow>(Sql["find_key"], new { hash }, cancellationToken))?.ToKey();

    public async ValueTask<ApiKey?> GetKeyAsync(Guid id, CancellationToken cancellationToken = default) =>
        (await database().FindAsync<KeyRow>(Sql["get_key"], new { id }, cancellationToken))?.ToKey();

    public async ValueTask<bool> ReplaceKeyAsync(ApiKey key, CancellationToken cancellationToken = default)
    {
        var parameters = new
        {
            id = key.Id,
            name = key.Name,
            perMinute = key.Limits.PerMinute,
            perDay = key.Limits.PerDay,
            isHeld = key.IsHeld,
            version = key.Version,
        };
        return await database().ExecuteAsync(Sql["replace_key"], parameters, cancellationToken) > 0;
    }

    public async ValueTask<IReadOnlyList<ApiKey>> ListKeysAsync(TenantId tenant, CancellationToken cancellationToken = default) =>
        (await database().ListAsync<KeyRow>(Sql["list_keys"], new { tenant = tenant.Value }, cancellationToken)).ConvertAll(row => row.ToKey());

    public async ValueTask<bool> RevokeKeyAsync(TenantId tenant, Guid id, DateTimeOffset at, CancellationToken cancellationToken = default) =>
        await database().ExecuteAsync(Sql["revoke_key"], new { tenant = tenant.Value, id, at = at.ToStored() }, cancellationToken) > 0;

    public async ValueTask<bool> AnyKeyAsync(CancellationToken cancellationToken = default) =>
        await database().FindAsync<bool>(Sql["any_key"], null, cancellationToken);

    private static async Task<Tenant> CreateAsync(NpgsqlConnection connection, string key, string name)
    {
        try
        {
            return new Tenant(new TenantId(await connection.QuerySingleAsync<int>(Sql["insert_tenant"].Text, new { key, name })), key, name);
        }
        catch (PostgresException e) when (PostgreSqlFaults.IsUniqueViolation(e))
        {
            throw new DuplicateKeyException("key", $"There is a tenant with the key '{key}' already.");
        }
    }

    private static async Task CreateKeyAsync(NpgsqlConnection connection, ApiKey key)
    {
        try
        {
            await connection.ExecuteAsync(Sql["insert_key"].Text, new
            {
                id = key.Id,
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
        catch (PostgresException e) when (PostgreSqlFaults.IsUniqueViolation(e))
        {
            throw new DuplicateKeyException("hash", "This API key is stored already.");
        }
    }

    private sealed class TenantRow
    {
        public int Id { get; set; }

        public string Key { get; set; } = "";

        public string Name { get; set; } = "";
    }

    private sealed class KeyRow
    {
        public Guid Id { get; set; }

        public int TenantId { get; set; }

        public string Name { get; set; } = "";

        public byte[] Hash { get; set; } = [];

        public string Scopes { get; set; } = "";

        public long CreatedAt { get; set; }

        public long? RevokedAt { get; set; }

        public int? PerMinute { get; set; }

        public int? PerDay { get; set; }

        public bool IsHeld { get; set; }

        public int Version { get; set; }

        public ApiKey ToKey() => new()
        {
            Id = Id,
            Tenant = new TenantId(TenantId),
            Name = Name,
            Hash = Hash,
            Scopes = JsonSerializer.Deserialize(Scopes, StorageJson.Stored.IReadOnlyListString)!,
            CreatedAt = PostgreSqlValues.ToTime(CreatedAt),
            RevokedAt = PostgreSqlValues.ToTime(RevokedAt),
            Limits = new RecipientLimits(PerMinute, PerDay),
            IsHeld = IsHeld,
            Version = Version,
        };
    }
}
