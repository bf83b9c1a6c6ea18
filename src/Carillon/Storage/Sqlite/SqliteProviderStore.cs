using System.Text.Json;
using Carillon.Messages;
using Carillon.Providers;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Carillon.Storage.Sqlite;

internal sealed class SqliteProviderStore(Func<SqliteWriter> writer, SqliteReaders readers) : IProviderStore
{
    private static readonly SqlFile Sql = SqlFile.Load("Sqlite/Providers.sql");

    public async ValueTask<IdempotencyRecord?> CreateAsync(
        Provider provider, byte[]? sealedCredentials, IdempotencyRecord? idempotency = null, CancellationToken cancellationToken = default) =>
        await writer().RunAsync(
            session =>
            {
                if (SqliteIdempotency.Add(session, provider.Tenant, idempotency, provider.CreatedAt) is { } existing) return existing;
                Write(session.Connection, "insert_provider", provider, sealedCredentials);
                return null;
            },
            cancellationToken);

    public async ValueTask<bool> ReplaceAsync(Provider provider, byte[]? sealedCredentials, CancellationToken cancellationToken = default) =>
        await writer().RunAsync(session => Write(session.Connection, "replace_provider", provider, sealedCredentials) > 0, cancellationToken);

    public async ValueTask<(Provider Provider, byte[]? SealedCredentials)?> GetAsync(
        TenantId tenant, Guid id, CancellationToken cancellationToken = default) =>
        await readers.ReadAsync<(Provider, byte[]?)?>(
            connection => connection.QuerySingleOrDefault<Row>(Sql["get_provider"].Text, new { tenant = tenant.Value, id = id.ToBytes() }) is { } row
                ? (row.ToProvider(), row.Credentials)
                : null,
            cancellationToken);

    public async ValueTask<IReadOnlyList<(Provider Provider, byte[]? SealedCredentials)>> ListAsync(
        TenantId tenant, Channel? channel, Guid? after, int limit, CancellationToken cancellationToken = default) =>
        await readers.ReadAsync<IReadOnlyList<(Provider, byte[]?)>>(
            connection =>
            [
                .. connection
                    .Query<Row>(Sql["list_providers"].Text, new { tenant = tenant.Value, channel = (int?)channel, after = after?.ToBytes() ?? [], limit })
                    .Select(row => (row.ToProvider(), row.Credentials)),
            ],
            cancellationToken);

    public async ValueTask<IReadOnlyList<(Provider Provider, byte[]? SealedCredentials)>> AllAsync(CancellationToken cancellationToken = default) =>
        await readers.ReadAsync<IReadOnlyList<(Provider, byte[]?)>>(
            connection => [.. connection.Query<Row>(Sql["all_providers"].Text).Select(row => (row.ToProvider(), row.Credentials))], cancellationToken);

    public async ValueTask<bool> ForgetOutlivedAsync(DateTimeOffset now, CancellationToken cancellationToken = default)
    {
        var parameters = new { now = now.ToStored() };
        return await readers.ReadAsync(connection => connection.ExecuteScalar<long>(Sql["any_outlived"].Text, parameters) != 0, cancellationToken)
            && await writer().RunAsync(session => session.Connection.Execute(Sql["drop_outlived"].Text, parameters) > 0, cancellationToken);
    }

    private static int Write(SqliteConnection connection, string statement, Provider provider, byte[]? credentials)
    {
        try
        {
            return connection.Execute(Sql[statement].Text, new
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

        public string? Policy { get; set; }

        public long Version { get; set; }

        public long? DeletedAt { get; set; }

        public long CreatedAt { get; set; }

        public long UpdatedAt { get; set; }

        public byte[]? PreviousCredentials { get; set; }

        public long? PreviousUntil { get; set; }

        public long? CredentialsRotatedAt { get; set; }

        public Provider ToProvider() => new()
        {
            Tenant = new TenantId((int)TenantId),
            Id = SqliteValues.ToGuid(Id),
            Name = Name,
            Channel = (Channel)Channel,
            Kind = Kind,
            Settings = JsonElement.Parse(Settings),
            HasCredentials = Credentials is not null,
            Priority = (int)Priority,
            Weight = (int)Weight,
            IsDefault = IsDefault != 0,
            Enabled = Enabled != 0,
            MaxConcurrency = (int)MaxConcurrency,
            Policy = Policy is null ? ProviderPolicy.None : JsonSerializer.Deserialize(Policy, StorageJson.Stored.ProviderPolicy)!,
            Version = (int)Version,
            DeletedAt = SqliteValues.ToTime(DeletedAt),
            CreatedAt = SqliteValues.ToTime(CreatedAt),
            UpdatedAt = SqliteValues.ToTime(UpdatedAt),
            Previous = PreviousCredentials is null ? null : new PreviousCredentials(PreviousCredentials, SqliteValues.ToTime(PreviousUntil!.Value)),
            CredentialsRotatedAt = SqliteValues.ToTime(CredentialsRotatedAt),
        };
    }
}
