using System.Text.Json;
using Carillon.Messages;
using Carillon.Templates;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Carillon.Storage.Sqlite;

internal sealed class SqliteTemplateStore(Func<SqliteWriter> writer, SqliteReaders readers) : ITemplateStore
{
    private static readonly SqlFile Sql = SqlFile.Load("Sqlite/Templates.sql");

    public async ValueTask CreateAsync(Template template, CancellationToken cancellationToken = default) =>
        await writer().RunAsync(session => Create(session.Connection, template), cancellationToken);

    public async ValueTask<Template?> GetAsync(TenantId tenant, Guid id, CancellationToken cancellationToken = default) =>
        await readers.ReadAsync(
            connection => connection
                .QuerySingleOrDefault<Row>(Sql["get_template"].Text, new { tenant = tenant.Value, id = id.ToBytes() })?.ToTemplate(tenant),
            cancellationToken);

    public async ValueTask<Template?> GetByKeyAsync(TenantId tenant, string key, CancellationToken cancellationToken = default) =>
        await readers.ReadAsync(
            connection => connection.QuerySingleOrDefault<Row>(Sql["get_template_by_key"].Text, new { tenant = tenant.Value, key })?.ToTemplate(tenant),
            cancellationToken);

    public async ValueTask<TemplateVersion?> GetVersionAsync(TenantId tenant, Guid versionId, CancellationToken cancellationToken = default) =>
        await readers.ReadAsync(
            connection => connection
                .QuerySingleOrDefault<Row>(Sql["get_version"].Text, new { tenant = tenant.Value, id = versionId.ToBytes() })?.ToVersion(),
            cancellationToken);

    public async ValueTask<IReadOnlyList<Template>> ListAsync(
        TenantId tenant, string? afterKey, int limit, CancellationToken cancellationToken = default) =>
        await readers.ReadAsync<IReadOnlyList<Template>>(
            connection =>
            [
                .. connection
                    .Query<Row>(Sql["list_templates"].Text, new { tenant = tenant.Value, after = afterKey ?? "", limit })
                    .Select(row => row.ToTemplate(tenant)),
            ],
            cancellationToken);

    private static void Create(SqliteConnection connection, Template template)
    {
        try
        {
            connection.Execute(Sql["insert_template"].Text, new
            {
                tenant = template.Tenant.Value,
                id = template.Id.ToBytes(),
                key = template.Key,
                name = template.Name,
                description = template.Description,
                category = template.Category,
                type = template.Type,
                active = template.IsActive,
                published = template.Published?.Id.ToBytes(),
                created = template.CreatedAt.ToStored(),
                updated = template.UpdatedAt.ToStored(),
            });
        }
        catch (SqliteException e) when (SqliteFaults.IsUniqueViolation(e))
        {
            throw new DuplicateKeyException("key", $"There is a template with the key '{template.Key}' already.");
        }

        if (template.Published is not { } version) return;
        connection.Execute(Sql["insert_version"].Text, new
        {
            tenant = template.Tenant.Value,
            id = version.Id.ToBytes(),
            template = version.TemplateId.ToBytes(),
            number = version.Number,
            document = JsonSerializer.Serialize(version.Document, StorageJson.Stored.TemplateDocument),
            published = version.PublishedAt.ToStored(),
        });
    }

    private sealed class Row
    {
        public byte[] Id { get; set; } = [];

        public string Key { get; set; } = "";

        public string Name { get; set; } = "";

        public string? Description { get; set; }

        public string? Category { get; set; }

        public string? Type { get; set; }

        public long IsActive { get; set; }

        public long CreatedAt { get; set; }

        public long UpdatedAt { get; set; }

        public byte[]? VersionId { get; set; }

        public long Number { get; set; }

        public string Document { get; set; } = "";

        public long? PublishedAt { get; set; }

        public Template ToTemplate(TenantId tenant) => new()
        {
            Tenant = tenant,
            Id = SqliteValues.ToGuid(Id),
            Key = Key,
            Name = Name,
            Description = Description,
            Category = Category,
            Type = Type,
            IsActive = IsActive != 0,
            CreatedAt = SqliteValues.ToTime(CreatedAt),
            UpdatedAt = SqliteValues.ToTime(UpdatedAt),
            Published = VersionId is null ? null : ToVersion(),
        };

        public TemplateVersion ToVersion() => new()
        {
            Id = SqliteValues.ToGuid(VersionId!),
            TemplateId = SqliteValues.ToGuid(Id),
            Number = (int)Number,
            Document = JsonSerializer.Deserialize(Document, StorageJson.Stored.TemplateDocument)!,
            PublishedAt = SqliteValues.ToTime(PublishedAt),
        };
    }
}
