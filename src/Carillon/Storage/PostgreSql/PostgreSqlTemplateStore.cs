using System.Text.Json;
using Carillon.Messages;
using Carillon.Templates;
using Dapper;
using Npgsql;

namespace Carillon.Storage.PostgreSql;

internal sealed class PostgreSqlTemplateStore(Func<PostgreSqlDatabase> database) : ITemplateStore
{
    private static readonly SqlFile Sql = SqlFile.Load("PostgreSql/Templates.sql");

    public async ValueTask<IdempotencyRecord?> CreateAsync(
        Template template, TemplateVersion version, IdempotencyRecord? idempotency = null, CancellationToken cancellationToken = default) =>
        await database().WriteAsync(
            async transaction =>
            {
                if (await PostgreSqlKeys.AddAsync(transaction, template.Tenant, idempotency, template.CreatedAt) is { } existing) return existing;
                var connection = await transaction.ConnectionAsync();
                await WriteAsync(connection, "insert_template", template);
                await WriteAsync(connection, "insert_version", template.Tenant, version);
                return null;
            },
            cancellationToken);

    public async ValueTask<bool> ReplaceAsync(Template template, CancellationToken cancellationToken = default) =>
        await database().WriteAsync(
            async transaction => await WriteAsync(await transaction.ConnectionAsync(), "replace_template", template) > 0, cancellationToken);

    public async ValueTask<VersionAddition> AddVersionAsync(
        TenantId tenant, TemplateVersion version, Func<TemplateVersion, IdempotencyRecord>? idempotency = null, CancellationToken cancellationToken = default) =>
        await database().WriteAsync(
            async transaction =>
            {
                var connection = await transaction.ConnectionAsync();
                // Of two at once, the second waits here, and then counts the first.
                var key = new { tenant = tenant.Value, template = version.TemplateId };
                await connection.ExecuteAsync(Sql["lock_template"].Text, key);
                if (await connection.QuerySingleOrDefaultAsync<int?>(Sql["next_number"].Text, key) is not { } number) return default;
                var numbered = version with { Number = number };
                if (await PostgreSqlKeys.AddAsync(transaction, tenant, idempotency?.Invoke(numbered), version.CreatedAt) is { } existing)
                    return new VersionAddition(null, existing);
                await WriteAsync(connection, "insert_version", tenant, numbered);
                return new VersionAddition(numbered, null);
            },
            cancellationToken);

    public async ValueTask<bool> ReplaceDraftAsync(TenantId tenant, TemplateVersion version, CancellationToken cancellationToken = default) =>
        await database().WriteAsync(
            async transaction => await WriteAsync(await transaction.ConnectionAsync(), "replace_draft", tenant, version) > 0, cancellationToken);

    public async ValueTask<bool> PublishAsync(Template template, TemplateVersion version, CancellationToken cancellationToken = default)
    {
        try
        {
            return await database().WriteAsync(
                async transaction =>
                {
                    var connection = await transaction.ConnectionAsync();
                    return await WriteAsync(connection, "replace_draft", template.Tenant, version) > 0
                        && await WriteAsync(connection, "replace_template", template) > 0
                            ? true
                            : throw new OnlyOneException();
                },
                cancellationToken);
        }
        catch (OnlyOneException)
        {
            return false;
        }
    }

    public async ValueTask<Template?> GetAsync(TenantId tenant, Guid id, CancellationToken cancellationToken = default) =>
        (await database().FindAsync<Row>(Sql["get_template"], new { tenant = tenant.Value, id }, cancellationToken))?.ToTemplate(tenant);

    public async ValueTask<Template?> GetByKeyAsync(TenantId tenant, string key, CancellationToken cancellationToken = default) =>
        (await database().FindAsync<Row>(Sql["get_template_by_key"], new { tenant = tenant.Value, key }, cancellationToken))?.ToTemplate(tenant);

    public async ValueTask<TemplateVersion?> GetVersionAsync(TenantId tenant, Guid versionId, CancellationToken cancellationToken = default) =>
        (await database().FindAsync<Row>(Sql["get_version"], new { tenant = tenant.Value, id = versionId }, cancellationToken))?.ToVersion();

    public async ValueTask<TemplateVersion?> GetVersionAsync(
        TenantId tenant, Guid templateId, int number, CancellationToken cancellationToken = default) =>
        (await database().FindAsync<Row>(
            Sql["get_version_by_number"], new { tenant = tenant.Value, template = templateId, number }, cancellationToken))?.ToVersion();

    public async ValueTask<TemplateVersion?> PublishedBeforeAsync(
        TenantId tenant, Guid templateId, int number, CancellationToken cancellationToken = default) =>
        (await database().FindAsync<Row>(
            Sql["published_before"], new { tenant = tenant.Value, template = templateId, number }, cancellationToken))?.ToVersion();

    public async ValueTask<IReadOnlyList<TemplateVersionSummary>> ListVersionsAsync(
        TenantId tenant, Guid templateId, int? before, int limit, CancellationToken cancellationToken = default)
    {
        var parameters = new { tenant = tenant.Value, template = templateId, before = before ?? int.MaxValue, limit };
        return (await database().ListAsync<Row>(Sql["list_versions"], parameters, cancellationToken)).ConvertAll(row => new TemplateVersionSummary(
            row.VersionId!.Value, row.Number, row.Revision, PostgreSqlValues.ToTime(row.CreatedAt), PostgreSqlValues.ToTime(row.PublishedAt)));
    }

    public async ValueTask<IReadOnlyList<Template>> ListAsync(TenantId tenant, TemplateQuery query, CancellationToken cancellationToken = default)
    {
        var parameters = new
        {
            tenant = tenant.Value,
            after = query.AfterKey ?? "",
            category = query.Category,
            type = query.Type,
            active = query.IsActive,
            limit = query.Limit,
        };
        return (await database().ListAsync<Row>(Sql["list_templates"], parameters, cancellationToken)).ConvertAll(row => row.ToTemplate(tenant));
    }

    private static async Task<int> WriteAsync(NpgsqlConnection connection, string statement, Template template)
    {
        try
        {
            return await connection.ExecuteAsync(Sql[statement].Text, new
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
                revision = template.Revision,
                created = template.CreatedAt.ToStored(),
                updated = template.UpdatedAt.ToStored(),
                deleted = template.DeletedAt?.ToStored(),
            });
        }
        catch (PostgresException e) when (PostgreSqlFaults.IsUniqueViolation(e))
        {
            throw new DuplicateKeyException("key", $"There is a template with the key '{template.Key}' already.");
        }
    }

    private static async Task<int> WriteAsync(NpgsqlConnection connection, string statement, TenantId tenant, TemplateVersion version) =>
        await connection.ExecuteAsync(Sql[statement].Text, new
        {
            tenant = tenant.Value,
            id = version.Id,
            template = version.TemplateId,
            number = version.Number,
            document = JsonSerializer.Serialize(version.Document, StorageJson.Stored.TemplateDocument),
            published = version.PublishedAt?.ToStored(),
            created = version.CreatedAt.ToStored(),
            revision = version.Revision,
        });

    /// <summary>The draft could be replaced and its template not: neither is.</summary>
    private sealed class OnlyOneException : Exception;

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

        public int TemplateRevision { get; set; }

        public Guid? VersionId { get; set; }

        public long VersionCreatedAt { get; set; }

        public int Revision { get; set; }

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
            Revision = TemplateRevision,
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
            Revision = Revision,
            CreatedAt = PostgreSqlValues.ToTime(VersionCreatedAt),
            PublishedAt = PostgreSqlValues.ToTime(PublishedAt),
        };
    }
}
