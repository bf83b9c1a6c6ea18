-- name: insert_template
INSERT INTO template (tenant_id, id, key, name, description, category, type, is_active, published_id, created_at, updated_at)
VALUES (@tenant, @id, @key, @name, @description, @category, @type, @active, @published, @created, @updated);

-- name: insert_version
INSERT INTO template_version (tenant_id, id, template_id, number, document, published_at)
VALUES (@tenant, @id, @template, @number, @document, @published);

-- name: get_template
SELECT t.id AS Id, t.key AS Key, t.name AS Name, t.description AS Description, t.category AS Category, t.type AS Type,
  t.is_active AS IsActive, t.created_at AS CreatedAt, t.updated_at AS UpdatedAt,
  v.id AS VersionId, v.number AS Number, v.document AS Document, v.published_at AS PublishedAt
FROM template t LEFT JOIN template_version v ON v.tenant_id = t.tenant_id AND v.id = t.published_id
WHERE t.tenant_id = @tenant AND t.id = @id;

-- name: get_template_by_key
SELECT t.id AS Id, t.key AS Key, t.name AS Name, t.description AS Description, t.category AS Category, t.type AS Type,
  t.is_active AS IsActive, t.created_at AS CreatedAt, t.updated_at AS UpdatedAt,
  v.id AS VersionId, v.number AS Number, v.document AS Document, v.published_at AS PublishedAt
FROM template t LEFT JOIN template_version v ON v.tenant_id = t.tenant_id AND v.id = t.published_id
WHERE t.tenant_id = @tenant AND t.key = @key;

-- name: list_templates
SELECT t.id AS Id, t.key AS Key, t.name AS Name, t.description AS Description, t.category AS Category, t.type AS Type,
  t.is_active AS IsActive, t.created_at AS CreatedAt, t.updated_at AS UpdatedAt,
  v.id AS VersionId, v.number AS Number, v.document AS Document, v.published_at AS PublishedAt
FROM template t LEFT JOIN template_version v ON v.tenant_id = t.tenant_id AND v.id = t.published_id
WHERE t.tenant_id = @tenant AND t.key > @after
ORDER BY t.key LIMIT @limit;

-- name: get_version
SELECT id AS VersionId, template_id AS Id, number AS Number, document AS Document, published_at AS PublishedAt
FROM template_version WHERE tenant_id = @tenant AND id = @id;
