-- name: insert_provider
INSERT INTO provider (tenant_id, id, name, channel, kind, settings, credentials, priority, weight, is_default, enabled,
  max_concurrency, policy, version, created_at, updated_at, deleted_at, previous_credentials, previous_until, credentials_rotated_at)
VALUES (@tenant, @id, @name, @channel, @kind, @settings, @credentials, @priority, @weight, @isDefault, @enabled,
  @maxConcurrency, @policy, @version, @created, @updated, @deleted, @previous, @previousUntil, @rotated);

-- name: replace_provider
UPDATE provider SET name = @name, kind = @kind, settings = @settings, credentials = @credentials, priority = @priority,
  weight = @weight, is_default = @isDefault, enabled = @enabled, max_concurrency = @maxConcurrency, policy = @policy,
  version = @version, updated_at = @updated, deleted_at = @deleted, previous_credentials = @previous, previous_until = @previousUntil,
  credentials_rotated_at = @rotated
WHERE tenant_id = @tenant AND id = @id AND version = @version - 1 AND deleted_at IS NULL;

-- name: get_provider
SELECT tenant_id AS TenantId, id AS Id, name AS Name, channel AS Channel, kind AS Kind, settings AS Settings,
  credentials AS Credentials, priority AS Priority, weight AS Weight, is_default AS IsDefault, enabled AS Enabled,
  max_concurrency AS MaxConcurrency, policy AS Policy, version AS Version, created_at AS CreatedAt, updated_at AS UpdatedAt,
  deleted_at AS DeletedAt, previous_credentials AS PreviousCredentials, previous_until AS PreviousUntil,
  credentials_rotated_at AS CredentialsRotatedAt
FROM provider WHERE tenant_id = @tenant AND id = @id AND deleted_at IS NULL;

-- name: list_providers
SELECT tenant_id AS TenantId, id AS Id, name AS Name, channel AS Channel, kind AS Kind, settings AS Settings,
  credentials AS Credentials, priority AS Priority, weight AS Weight, is_default AS IsDefault, enabled AS Enabled,
  max_concurrency AS MaxConcurrency, policy AS Policy, version AS Version, created_at AS CreatedAt, updated_at AS UpdatedAt,
  deleted_at AS DeletedAt, previous_credentials AS PreviousCredentials, previous_until AS PreviousUntil,
  credentials_rotated_at AS CredentialsRotatedAt
FROM provider
WHERE tenant_id = @tenant AND id > @after AND deleted_at IS NULL AND (@channel IS NULL OR channel = @channel)
ORDER BY id LIMIT @limit;

-- name: all_providers
SELECT tenant_id AS TenantId, id AS Id, name AS Name, channel AS Channel, kind AS Kind, settings AS Settings,
  credentials AS Credentials, priority AS Priority, weight AS Weight, is_default AS IsDefault, enabled AS Enabled,
  max_concurrency AS MaxConcurrency, policy AS Policy, version AS Version, created_at AS CreatedAt, updated_at AS UpdatedAt,
  deleted_at AS DeletedAt, previous_credentials AS PreviousCredentials, previous_until AS PreviousUntil,
  credentials_rotated_at AS CredentialsRotatedAt
FROM provider ORDER BY tenant_id, id;

-- name: any_outlived
SELECT EXISTS (SELECT 1 FROM provider WHERE previous_until <= @now);

-- name: drop_outlived
UPDATE provider SET previous_credentials = NULL, previous_until = NULL WHERE previous_until <= @now;
