using System.Text.Json;
using Carillon.Messages;
using Carillon.Providers;
using Dapper;
using Npgsql;

namespace Carillon.Storage.PostgreSql;

internal sealed class PostgreSqlProviderStore(Func<PostgreSqlDatabase> database) : IProviderStore
{
    private static readonly SqlFile Sql = SqlFile.Load("PostgreSql/Providers.sql");

    public async ValueTask<IdempotencyRecord?> CreateAsync(
        Provider provider, byte[]? sealedCredentials, IdempotencyRecord? idempotency = null, CancellationToken cancellationToken = default) =>
        await database().WriteAsync(
            async transaction =>
            {
                if (await PostgreSqlKeys.AddAsync(transaction, provider.Tenant, idempotency, provider.CreatedAt) is { } existing) return existing;
                await WriteAsync(await transaction.ConnectionAsync(), "insert_provider", provider, sealedCredentials);
                return null;
            },
            cancellationToken);

    public async ValueTask<bool> ReplaceAsync(Provider provider, byte[]? sealedCredentials, CancellationToken cancellationToken = default) =>
        await database().WriteAsync(
            async transaction => await WriteAsync(await transaction.ConnectionAsync(), "replace_provider", provider, sealedCredentials) > 0, cancellationToken);

    public async ValueTask<(Provider Provider, byte[]? SealedCredentials)?> GetAsync(
        TenantId tenant, Guid id, CancellationToken cancellationToken = default) =>
        await database().FindAsync<Row>(Sql["get_provider"], new { tenant = tenant.Value, id }, cancellationToken) is { } row
            ? (row.ToProvider(), row.Credentials)
            : null;

    public async ValueTask<IReadOnlyList<(Provider Provider, byte[]? SealedCredentials)>> ListAsync(
        TenantId tenant, Channel? channel, Guid? after, int limit, CancellationToken cancellationToken = default)
    {
        var parameters = new { tenant = tenant.Value, channel = (int?)channel, after = after ?? Guid.Empty, limit };
        return (await database().ListAsync<Row>(Sql["list_providers"], parameters, cancellationToken)).ConvertAll(row => (row.ToProvider(), row.Credentials));
    }

    public async ValueTask<IReadOnlyList<(Provider Provider, byte[]? SealedCredentials)>> AllAsync(CancellationToken cancellationToken = default) =>
        (await database().ListAsync<Row>(Sql["all_providers"], null, cancellationToken)).ConvertAll(row => (row.ToProvider(), row.Credentials));

    public async ValueTask<bool> ForgetOutlivedAsync(DateTimeOffset now, CancellationToken cancellationToken = default)
    {
        // Looked for first: a statement tells every node of a change, whether or not there was any.
        var parameters = new { now = now.ToStored() };
        return await database().FindAsync<bool>(Sql["any_outlived"], parameters, cancellationToken)
            && await database().ExecuteAsync(Sql["drop_outlived"], parameters, cancellationToken) > 0;
    }

    private static async Task<int> WriteAsync(NpgsqlConnection connection, string statement, Provider provider, byte[]? credentials)
    {
        try
        {
            return await connection.ExecuteAsync(Sql[statement].Text, new
            {
                tenant = provider.Tenant.Value,
                id = provider.Id,
                name = provider.Name,
                channel = (int)provider.Channel,
                kind = provider.Kind,
                settings = provider.Settings.GetRawText(),
                credentials,
                priority = provider.Priority,
                weight = provider.Weight,
                isDefault = provider.IsDefault,
                enabled = provider.Enabled,
                maxConcurrency = provider.MaxConcurrency,
                policy = provider.Policy.IsEmpty ? null : JsonSerializer.Serialize(provider.Policy, StorageJson.Stored.ProviderPolicy),
                version = provider.Version,
                created = provider.CreatedAt.ToStored(),
                updated = provider.UpdatedAt.ToStored(),
                deleted = provider.DeletedAt?.ToStored(),
                previous = provider.Previous?.Sealed,
                previousUntil = provider.Previous?.ValidUntil.ToStored(),
                rotated = provider.CredentialsRotatedAt?.ToStored(),
            });
        }
        catch (PostgresException e) when (PostgreSqlFaults.IsUniqueViolation(e))
        {
            throw new DuplicateKeyException("name", $"There is a provider named '{provider.Name}' already.");
        }
    }

    private sealed class Row
    {
        public int TenantId { get; set; }

        public Guid Id { get; set; }

        public string Name { get; set; } = "";

        public short Channel { get; set; }

        public string Kind { get; set; } = "";

        public string Settings { get; set; } = "";

        public byte[]? Credentials { get; set; }

        public int Priority { get; set; }

        public int Weight { get; set; }

        public bool IsDefault { get; set; }

        public bool Enabled { get; set; }

        public int MaxConcurrency { get; set; }

        public string? Policy { get; set; }

        public int Version { get; set; }

        public long? DeletedAt { get; set; }

        public long CreatedAt { get; set; }

        public long UpdatedAt { get; set; }

        public byte[]? PreviousCredentials { get; set; }

        public long? PreviousUntil { get; set; }

        public long? CredentialsRotatedAt { get; set; }

        public Provider ToProvider() => new()
        {
            Tenant = new TenantId(TenantId),
            Id = Id,
            Name = Name,
            Channel = (Channel)Channel,
            Kind = Kind,
            Settings = JsonElement.Parse(Settings),
            HasCredentials = Credentials is not null,
            Priority = Priority,
            Weight = Weight,
            IsDefault = IsDefault,
            Enabled = Enabled,
            MaxConcurrency = MaxConcurrency,
            Policy = Policy is null ? ProviderPolicy.None : JsonSerializer.Deserialize(Policy, StorageJson.Stored.ProviderPolicy)!,
            Version = Version,
            DeletedAt = PostgreSqlValues.ToTime(DeletedAt),
            CreatedAt = PostgreSqlValues.ToTime(CreatedAt),
            UpdatedAt = PostgreSqlValues.ToTime(UpdatedAt),
            Previous = PreviousCredentials is null ? null : new PreviousCredentials(PreviousCredentials, PostgreSqlValues.ToTime(PreviousUntil!.Value)),
            CredentialsRotatedAt = PostgreSqlValues.ToTime(CredentialsRotatedAt),
        };
    }
}
