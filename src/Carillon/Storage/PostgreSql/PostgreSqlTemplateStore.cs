using System.Text.Json;
using Carillon.Messages;
using Carillon.Templates;
using Dapper;
using Npgsql;

namespace Carillon.Storage.PostgreSql;

internal sealed class PostgreSqlTemplateStore(Func<PostgreSqlDatabase> database) : ITemplateStore
{
    private static readonly SqlFile Sql = SqlFile.Load("PostgreSql/Templates.sql");

    public async ValueTask CreateAsync(Template template, CancellationToken cancellationToken = default) =>
        await database().WriteAsync(async transaction => await CreateAsync(await transaction.ConnectionAsync(), template), cancellationToken);

    public async ValueTask<Template?> GetAsync(TenantId tenant, Guid id, CancellationToken cancellationToken = default) =>
        (await database().FindAsync<Row>(Sql["get_template"], new { tenant = tenant.Value, id }, cancellationToken))?.ToTemplate(tenant);

    public async ValueTask<Template?> GetByKeyAsync(TenantId tenant, string key, CancellationToken cancellationToken = default) =>
        (await database().FindAsync<Row>(Sql["get_template_by_key"], new { tenant = tenant.Value, key }, cancellationToken))?.ToTemplate(tenant);

    public async ValueTask<TemplateVersion?> GetVersionAsync(TenantId tenant, Guid versionId, CancellationToken cancellationToken = default) =>
        (await database().FindAsync<Row>(Sql["get_version"], new { tenant = tenant.Value, id = versionId }, cancellationToken))?.ToVersion();

    public async ValueTask<IReadOnlyList<Template>> ListAsync(
        TenantId tenant, string? afterKey, int limit, CancellationToken cancellationToken = default) =>
        (await database().ListAsync<Row>(Sql["list_templates"], new { tenant = tenant.Value, after = afterKey ?? "", limit }, cancellationToken))
            .ConvertAll(row => row.ToTemplate(tenant));

    private static async Task CreateAsync(NpgsqlConnection connection, Template template)
    {
        try
        {
            await connection.ExecuteAsync(Sql["insert_template"].Text, new
            {
                tenant = template.Tenant.Value,
                id = template.Id,
                key = template.Key,
                name = template.Name,
                description = template.Description,
                category = template.Category,
                type = template.Type,
                active = template.IsActive,
                published = template.Published?.Id,
                created = template.CreatedAt.ToStored(),
                updated = template.UpdatedAt.ToStored(),
            });
        }
        catch (PostgresException e) when (PostgreSqlFaults.IsUniqueViolation(e))
        {
            throw new DuplicateKeyException("key", $"There is a template with the key '{template.Key}' already.");
        }

        if (template.Published is not { } version) return;
        await connection.ExecuteAsync(Sql["insert_version"].Text, new
        {
            tenant = template.Tenant.Value,
            id = version.Id,
            template = version.TemplateId,
            number = version.Number,
            document = JsonSerializer.Serialize(version.Document, StorageJson.Stored.TemplateDocument),
            published = version.PublishedAt.ToStored(),
        });
    }

    private sealed class Row
    {
        public Guid Id { get; set; }

        public string Key { get; set; } = "";

        public string Name { get; set; } = "";

        public string? Description { get; set; }

        public string? Category { get; set; }

        public string? Type { get; set; }

        public bool IsActive { get; set; }

        public long CreatedAt { get; set; }

        public long UpdatedAt { get; set; }

        public Guid? VersionId { get; set; }

        public int Number { get; set; }

        public string Document { get; set; } = "";

        public long? PublishedAt { get; set; }

        public Template ToTemplate(TenantId tenant) => new()
        {
            Tenant = tenant,
            Id = Id,
            Key = Key,
            Name = Name,
            Description = Description,
            Category = Category,
            Type = Type,
            IsActive = IsActive,
            CreatedAt = PostgreSqlValues.ToTime(CreatedAt),
            UpdatedAt = PostgreSqlValues.ToTime(UpdatedAt),
            Published = VersionId is null ? null : ToVersion(),
        };

        public TemplateVersion ToVersion() => new()
        {
            Id = VersionId!.Value,
            TemplateId = Id,
            Number = Number,
            Document = JsonSerializer.Deserialize(Document, StorageJson.Stored.TemplateDocument)!,
            PublishedAt = PostgreSqlValues.ToTime(PublishedAt),
        };
    }
}
