using System.Text.Json;
using Carillon.Messages;
using Carillon.Providers;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Carillon.Storage.Sqlite;

internal sealed class SqliteProviderStore(Func<SqliteWriter> writer, SqliteReaders readers) : IProviderStore
{
    private static readonly SqlFile Sql = SqlFile.Load("Sqlite/Providers.sql");

    public async ValueTask CreateAsync(Provider provider, byte[]? sealedCredentials, CancellationToken cancellationToken = default) =>
        await writer().RunAsync(session => Create(session.Connection, provider, sealedCredentials), cancellationToken);

    public async ValueTask<IReadOnlyList<(Provider Provider, byte[]? SealedCredentials)>> AllAsync(CancellationToken cancellationToken = default) =>
        await readers.ReadAsync<IReadOnlyList<(Provider, byte[]?)>>(
            connection => [.. connection.Query<Row>(Sql["all_providers"].Text).Select(row => (row.ToProvider(), row.Credentials))], cancellationToken);

    private static void Create(SqliteConnection connection, Provider provider, byte[]? credentials)
    {
        try
        {
            connection.Execute(Sql["insert_provider"].Text, new
            {
                tenant = provider.Tenant.Value,
                id = provider.Id.ToBytes(),
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
        catch (SqliteException e) when (SqliteFaults.IsUniqueViolation(e))
        {
            throw new DuplicateKeyException("name", $"There is a provider named '{provider.Name}' already.");
        }
    }

    private sealed class Row
    {
        public long TenantId { get; set; }

        public byte[] Id { get; set; } = [];

        public string Name { get; set; } = "";

        public long Channel { get; set; }

        public string Kind { get; set; } = "";

        public string Settings { get; set; } = "";

        public byte[]? Credentials { get; set; }

        public long Priority { get; set; }

        public long Weight { get; set; }

        public long IsDefault { get; set; }

        public long Enabled { get; set; }

        public long MaxConcurrency { get; set; }

        public long CreatedAt { get; set; }

        public long UpdatedAt { get; set; }

        public Provider ToProvider() => new()
        {
            Tenant = new TenantId((int)TenantId),
            Id = SqliteValues.ToGuid(Id),
            Name = Name,
            Channel = (Channel)Channel,
            Kind = Kind,
            Settings = JsonElement.Parse(Settings),
            Priority = (int)Priority,
            Weight = (int)Weight,
            IsDefault = IsDefault != 0,
            Enabled = Enabled != 0,
            MaxConcurrency = (int)MaxConcurrency,
            CreatedAt = SqliteValues.ToTime(CreatedAt),
            UpdatedAt = SqliteValues.ToTime(UpdatedAt),
        };
    }
}
