-- name: insert_provider
INSERT INTO provider (tenant_id, id, name, channel, kind, settings, credentials, priority, weight, is_default, enabled,
  max_concurrency, created_at, updated_at)
VALUES (@tenant, @id, @name, @channel, @kind, @settings, @credentials, @priority, @weight, @isDefault, @enabled,
  @maxConcurrency, @created, @updated);

-- name: all_providers
SELECT tenant_id AS TenantId, id AS Id, name AS Name, channel AS Channel, kind AS Kind, settings AS Settings,
  credentials AS Credentials, priority AS Priority, weight AS Weight, is_default AS IsDefault, enabled AS Enabled,
  max_concurrency AS MaxConcurrency, created_at AS CreatedAt, updated_at AS UpdatedAt
FROM provider ORDER BY tenant_id, id;
