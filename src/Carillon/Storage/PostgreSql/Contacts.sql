-- name: get_contact
SELECT id AS Id, name AS Name, locale AS Locale, time_zone AS TimeZone, attributes AS Attributes
FROM contact WHERE tenant_id = @tenant AND id = @id;

-- name: get_addresses
SELECT channel AS Channel, identifier AS Identifier, is_primary AS IsPrimary, is_verified AS IsVerified
FROM contact_address WHERE tenant_id = @tenant AND contact_id = @id ORDER BY position;

-- name: find_by_address
SELECT contact_id FROM contact_address
WHERE hashtextextended(identifier, tenant_id) = hashtextextended(@identifier, @tenant) AND identifier = @identifier AND tenant_id + 0 = @tenant
  AND channel = ANY (@channels)
ORDER BY is_verified DESC, contact_id LIMIT 1;
