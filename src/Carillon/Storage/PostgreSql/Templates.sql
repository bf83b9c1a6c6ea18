-- name: insert_template
INSERT INTO template (tenant_id, id, key, name, description, category, type, is_active, published_id, revision, created_at, updated_at)
VALUES (@tenant, @id, @key, @name, @description, @category, @type, @active, @published, @revision, @created, @updated);

-- name: replace_template
UPDATE template SET key = @key, name = @name, description = @description, category = @category, type = @type, is_active = @active,
  published_id = @published, revision = @revision, updated_at = @updated, deleted_at = @deleted
WHERE tenant_id = @tenant AND id = @id AND revision = @revision - 1 AND deleted_at IS NULL;

-- name: insert_version
INSERT INTO template_version (tenant_id, id, template_id, number, document, published_at, created_at, revision)
VALUES (@tenant, @id, @template, @number, @document, @published, @created, @revision);

-- name: replace_draft
UPDATE template_version SET document = @document, published_at = @published, revision = @revision
WHERE tenant_id = @tenant AND id = @id AND revision = @revision - 1 AND published_at IS NULL
  AND EXISTS (SELECT 1 FROM template t WHERE t.tenant_id = @tenant AND t.id = @template AND t.deleted_at IS NULL);

-- name: lock_template
SELECT 1 FROM template WHERE tenant_id = @tenant AND id = @template AND deleted_at IS NULL FOR UPDATE;

-- name: next_number
SELECT coalesce((SELECT max(v.number) FROM template_version v WHERE v.tenant_id = t.tenant_id AND v.template_id = t.id), 0) + 1
FROM template t WHERE t.tenant_id = @tenant AND t.id = @template AND t.deleted_at IS NULL;

-- name: get_template
SELECT t.id AS Id, t.key AS Key, t.name AS Name, t.description AS Description, t.category AS Category, t.type AS Type,
  t.is_active AS IsActive, t.revision AS TemplateRevision, t.created_at AS CreatedAt, t.updated_at AS UpdatedAt,
  v.id AS VersionId, v.number AS Number, v.document AS Document, v.published_at AS PublishedAt, v.created_at AS VersionCreatedAt,
  v.revision AS Revision
FROM template t LEFT JOIN template_version v ON v.tenant_id = t.tenant_id AND v.id = t.published_id
WHERE t.tenant_id = @tenant AND t.id = @id AND t.deleted_at IS NULL;

-- name: get_template_by_key
SELECT t.id AS Id, t.key AS Key, t.name AS Name, t.description AS Description, t.category AS Category, t.type AS Type,
  t.is_active AS IsActive, t.revision AS TemplateRevision, t.created_at AS CreatedAt, t.updated_at AS UpdatedAt,
  v.id AS VersionId, v.number AS Number, v.document AS Document, v.published_at AS PublishedAt, v.created_at AS VersionCreatedAt,
  v.revision AS Revision
FROM template t LEFT JOIN template_version v ON v.tenant_id = t.tenant_id AND v.id = t.published_id
WHERE t.tenant_id = @tenant AND t.key = @key AND t.deleted_at IS NULL;

-- name: list_templates
SELECT t.id AS Id, t.key AS Key, t.name AS Name, t.description AS Description, t.category AS Category, t.type AS Type,
  t.is_active AS IsActive, t.revision AS TemplateRevision, t.created_at AS CreatedAt, t.updated_at AS UpdatedAt,
  v.id AS VersionId, v.number AS Number, v.document AS Document, v.published_at AS PublishedAt, v.created_at AS VersionCreatedAt,
  v.revision AS Revision
FROM template t LEFT JOIN template_version v ON v.tenant_id = t.tenant_id AND v.id = t.published_id
WHERE t.tenant_id = @tenant AND t.key > @after AND t.deleted_at IS NULL
  AND (@category::text IS NULL OR t.category = @category) AND (@type::text IS NULL OR t.type = @type)
  AND (@active::boolean IS NULL OR t.is_active = @active)
ORDER BY t.key LIMIT @limit;

-- name: get_version
SELECT id AS VersionId, template_id AS Id, number AS Number, document AS Document, published_at AS PublishedAt,
  created_at AS VersionCreatedAt, revision AS Revision
FROM template_version WHERE tenant_id = @tenant AND id = @id;

-- name: get_version_by_number
SELECT id AS VersionId, template_id AS Id, number AS Number, document AS Document, published_at AS PublishedAt,
  created_at AS VersionCreatedAt, revision AS Revision
FROM template_version WHERE tenant_id = @tenant AND template_id = @template AND number = @number;

-- name: published_before
SELECT id AS VersionId, template_id AS Id, number AS Number, document AS Document, published_at AS PublishedAt,
  created_at AS VersionCreatedAt, revision AS Revision
FROM template_version
WHERE tenant_id = @tenant AND template_id = @template AND number < @number AND published_at IS NOT NULL
ORDER BY number DESC LIMIT 1;

-- name: list_versions
SELECT id AS VersionId, number AS Number, published_at AS PublishedAt, created_at AS CreatedAt, revision AS Revision
FROM template_version
WHERE tenant_id = @tenant AND template_id = @template AND number < @before
ORDER BY number DESC LIMIT @limit;
