-- name: insert_tenant
INSERT INTO tenant (key, name) VALUES (@key, @name) RETURNING id;

-- name: all_tenants
SELECT id AS Id, key AS Key, name AS Name FROM tenant ORDER BY id;

-- name: insert_key
INSERT INTO api_key (id, tenant_id, name, hash, scopes, created_at, revoked_at, recipients_per_minute, recipients_per_day, is_held, version)
VALUES (@id, @tenant, @name, @hash, @scopes, @created, @revoked, @perMinute, @perDay, @isHeld, @version);

-- name: find_key
SELECT id AS Id, tenant_id AS TenantId, name AS Name, hash AS Hash, scopes AS Scopes, created_at AS CreatedAt, revoked_at AS RevokedAt,
  recipients_per_minute AS PerMinute, recipients_per_day AS PerDay, is_held AS IsHeld, version AS Version
FROM api_key WHERE hash = @hash;

-- name: any_key
SELECT EXISTS (SELECT 1 FROM api_key);

-- name: list_keys
SELECT id AS Id, tenant_id AS TenantId, name AS Name, hash AS Hash, scopes AS Scopes, created_at AS CreatedAt, revoked_at AS RevokedAt,
  recipients_per_minute AS PerMinute, recipients_per_day AS PerDay, is_held AS IsHeld, version AS Version
FROM api_key WHERE tenant_id = @tenant ORDER BY id;

-- name: revoke_key
UPDATE api_key SET revoked_at = coalesce(revoked_at, @at) WHERE tenant_id = @tenant AND id = @id;

-- name: get_key
SELECT id AS Id, tenant_id AS TenantId, name AS Name, hash AS Hash, scopes AS Scopes, created_at AS CreatedAt, revoked_at AS RevokedAt,
  recipients_per_minute AS PerMinute, recipients_per_day AS PerDay, is_held AS IsHeld, version AS Version
FROM api_key WHERE id = @id;

-- name: replace_key
UPDATE api_key SET name = @name, recipients_per_minute = @perMinute, recipients_per_day = @perDay, is_held = @isHeld, version = @version
WHERE id = @id AND version = @version - 1;
