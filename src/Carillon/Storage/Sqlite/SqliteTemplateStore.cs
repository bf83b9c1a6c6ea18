using System.Text.Json;
using Carillon.Messages;
using Carillon.Templates;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Carillon.Storage.Sqlite;

internal sealed class SqliteTemplateStore(Func<SqliteWriter> writer, SqliteReaders readers) : ITemplateStore
{
    private static readonly SqlFile Sql = SqlFile.Load("Sqlite/Templates.sql");

    public async ValueTask<IdempotencyRecord?> CreateAsync(
        Template template, TemplateVersion version, IdempotencyRecord? idempotency = null, CancellationToken cancellationToken = default) =>
        await writer().RunAsync(
            session =>
            {
                if (SqliteIdempotency.Add(session, template.Tenant, idempotency, template.CreatedAt) is { } existing) return existing;
                Write(session.Connection, "insert_template", template);
                Write(session.Connection, "insert_version", template.Tenant, version);
                return null;
            },
            cancellationToken);

    public async ValueTask<bool> ReplaceAsync(Template template, CancellationToken cancellationToken = default) =>
        await writer().RunAsync(session => Write(session.Connection, "replace_template", template) > 0, cancellationToken);

    public async ValueTask<VersionAddition> AddVersionAsync(
        TenantId tenant, TemplateVersion version, Func<TemplateVersion, IdempotencyRecord>? idempotency = null, CancellationToken cancellationToken = default) =>
        await writer().RunAsync(
            session =>
            {
                var number = session.Connection.QuerySingleOrDefault<long?>(
                    Sql["next_number"].Text, new { tenant = tenant.Value, template = version.TemplateId.ToBytes() });
                if (number is null) return default;
                var numbered = version with { Number = (int)number };
                if (SqliteIdempotency.Add(session, tenant, idempotency?.Invoke(numbered), version.CreatedAt) is { } existing) return new VersionAddition(null, existing);
                Write(session.Connection, "insert_version", tenant, numbered);
                return new VersionAddition(numbered, null);
            },
            cancellationToken);

    public async ValueTask<bool> ReplaceDraftAsync(TenantId tenant, TemplateVersion version, CancellationToken cancellationToken = default) =>
        await writer().RunAsync(session => Write(session.Connection, "replace_draft", tenant, version) > 0, cancellationToken);

    public async ValueTask<bool> PublishAsync(Template template, TemplateVersion version, CancellationToken cancellationToken = default) =>
        await writer().RunAsync(
            session =>
            {
                session.Savepoint();
                var both = Write(session.Connection, "replace_draft", template.Tenant, version) > 0
                    && Write(session.Connection, "replace_template", template) > 0;
                if (both) session.ReleaseSavepoint();
                else session.RollbackToSavepoint();
                return both;
            },
            cancellationToken);

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

    public async ValueTask<TemplateVersion?> GetVersionAsync(
        TenantId tenant, Guid templateId, int number, CancellationToken cancellationToken = default) =>
        await readers.ReadAsync(
            connection => connection
                .QuerySingleOrDefault<Row>(Sql["get_version_by_number"].Text, new { tenant = tenant.Value, template = templateId.ToBytes(), number })
                ?.ToVersion(),
            cancellationToken);

    public async ValueTask<TemplateVersion?> PublishedBeforeAsync(
        TenantId tenant, Guid templateId, int number, CancellationToken cancellationToken = default) =>
        await readers.ReadAsync(
            connection => connection
                .QuerySingleOrDefault<Row>(Sql["published_before"].Text, new { tenant = tenant.Value, template = templateId.ToBytes(), number })
                ?.ToVersion(),
            cancellationToken);

    public async ValueTask<IReadOnlyList<TemplateVersionSummary>> ListVersionsAsync(
        TenantId tenant, Guid templateId, int? before, int limit, CancellationToken cancellationToken = default) =>
        await readers.ReadAsync<IReadOnlyList<TemplateVersionSummary>>(
            connection =>
            [
                .. connection
                    .Query<Row>(
                        Sql["list_versions"].Text,
                        new { tenant = tenant.Value, template = templateId.ToBytes(), before = before ?? int.MaxValue, limit })
                    .Select(row => new TemplateVersionSummary(
                        SqliteValues.ToGuid(row.VersionId!), (int)row.Number, (int)row.Revision, SqliteValues.ToTime(row.CreatedAt),
                        SqliteValues.ToTime(row.PublishedAt))),
            ],
            cancellationToken);

    public async ValueTask<IReadOnlyList<Template>> ListAsync(TenantId tenant, TemplateQuery query, CancellationToken cancellationToken = default) =>
        await readers.ReadAsync<IReadOnlyList<Template>>(
            connection =>
            [
                .. connection
                    .Query<Row>(
                        Sql["list_templates"].Text,
                        new
                        {
                            tenant = tenant.Value,
                            after = query.AfterKey ?? "",
                            category = query.Category,
                            type = query.Type,
                            active = query.IsActive,
                            limit = query.Limit,
                        })
                    .Select(row => row.ToTemplate(tenant)),
            ],
            cancellationToken);

    private static int Write(SqliteConnection connection, string statement, Template template)
    {
        try
        {
            return connection.Execute(Sql[statement].Text, new
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
                revision = template.Revision,
                created = template.CreatedAt.ToStored(),
                updated = template.UpdatedAt.ToStored(),
                deleted = template.DeletedAt?.ToStored(),
            });
        }
        catch (SqliteException e) when (SqliteFaults.IsUniqueViolation(e))
        {
            throw new DuplicateKeyException("key", $"There is a template with the key '{template.Key}' already.");
        }
    }

    private static int Write(SqliteConnection connection, string statement, TenantId tenant, TemplateVersion version) =>
        connection.Execute(Sql[statement].Text, new
        {
            tenant = tenant.Value,
            id = version.Id.ToBytes(),
            template = version.TemplateId.ToBytes(),
            number = version.Number,
            document = JsonSerializer.Serialize(version.Document, StorageJson.Stored.TemplateDocument),
            published = version.PublishedAt?.ToStored(),
            created = version.CreatedAt.ToStored(),
            revision = version.Revision,
        });

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

        public long TemplateRevision { get; set; }

        public byte[]? VersionId { get; set; }

        public long VersionCreatedAt { get; set; }

        public long Revision { get; set; }

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
            Revision = (int)TemplateRevision,
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
            Revision = (int)Revision,
            CreatedAt = SqliteValues.ToTime(VersionCreatedAt),
            PublishedAt = SqliteValues.ToTime(PublishedAt),
        };
    }
}
