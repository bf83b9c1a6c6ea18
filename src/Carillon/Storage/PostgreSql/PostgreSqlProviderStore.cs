using System.Text.Json;
using Carillon.Messages;
using Carillon.Providers;
using Dapper;
using Npgsql;

namespace Carillon.Storage.PostgreSql;

internal sealed class PostgreSqlProviderStore(Func<PostgreSqlDatabase> database) : IProviderStore
{
    private static readonly SqlFile Sql = SqlFile.Load("PostgreSql/Providers.sql");

    public async ValueTask CreateAsync(Provider provider, byte[]? sealedCredentials, CancellationToken cancellationToken = default) =>
        await database().WriteAsync(async transaction => await CreateAsync(await transaction.ConnectionAsync(), provider, sealedCredentials), cancellationToken);

    public async ValueTask<IReadOnlyList<(Provider Provider, byte[]? SealedCredentials)>> AllAsync(CancellationToken cancellationToken = default) =>
        (await database().ListAsync<Row>(Sql["all_providers"], null, cancellationToken)).ConvertAll(row => (row.ToProvider(), row.Credentials));

    private static async Task CreateAsync(NpgsqlConnection connection, Provider provider, byte[]? credentials)
    {
        try
        {
            await connection.ExecuteAsync(Sql["insert_provider"].Text, new
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
                created = provider.CreatedAt.ToStored(),
                updated = provider.UpdatedAt.ToStored(),
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

        public long CreatedAt { get; set; }

        public long UpdatedAt { get; set; }

        public Provider ToProvider() => new()
        {
            Tenant = new TenantId(TenantId),
            Id = Id,
            Name = Name,
            Channel = (Channel)Channel,
            Kind = Kind,
            Settings = JsonElement.Parse(Settings),
            Priority = Priority,
            Weight = Weight,
            IsDefault = IsDefault,
            Enabled = Enabled,
            MaxConcurrency = MaxConcurrency,
            CreatedAt = PostgreSqlValues.ToTime(CreatedAt),
            UpdatedAt = PostgreSqlValues.ToTime(UpdatedAt),
        };
    }
}
