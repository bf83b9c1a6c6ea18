-- Bytes 2 to 5 of what is sealed are the id of the encryption key.

-- name: count_provider_credentials
SELECT substr(credentials, 2, 4) AS KeyId, count(*) AS Count FROM provider WHERE credentials IS NOT NULL GROUP BY 1;

-- name: count_previous_credentials
SELECT substr(previous_credentials, 2, 4) AS KeyId, count(*) AS Count FROM provider WHERE previous_credentials IS NOT NULL GROUP BY 1;

-- name: count_sender_keys
SELECT substr(private_key, 2, 4) AS KeyId, count(*) AS Count FROM sender_domain WHERE private_key IS NOT NULL GROUP BY 1;

-- name: count_notification_secrets
SELECT substr(secrets, 2, 4) AS KeyId, count(*) AS Count FROM notification WHERE secrets IS NOT NULL GROUP BY 1;

-- name: list_provider_credentials
SELECT tenant_id AS Tenant, id AS Owner, credentials AS Sealed FROM provider
WHERE credentials IS NOT NULL AND substr(credentials, 2, 4) = @keyId AND id > @after
ORDER BY id LIMIT @limit;

-- name: list_previous_credentials
SELECT tenant_id AS Tenant, id AS Owner, previous_credentials AS Sealed FROM provider
WHERE previous_credentials IS NOT NULL AND substr(previous_credentials, 2, 4) = @keyId AND id > @after
ORDER BY id LIMIT @limit;

-- name: list_sender_keys
SELECT tenant_id AS Tenant, id AS Owner, private_key AS Sealed FROM sender_domain
WHERE private_key IS NOT NULL AND substr(private_key, 2, 4) = @keyId AND id > @after
ORDER BY id LIMIT @limit;

-- name: list_notification_secrets
SELECT tenant_id AS Tenant, id AS Owner, secrets AS Sealed FROM notification
WHERE secrets IS NOT NULL AND substr(secrets, 2, 4) = @keyId AND id > @after
ORDER BY id LIMIT @limit;

-- name: replace_provider_credentials
UPDATE provider SET credentials = @made WHERE tenant_id = @tenant AND id = @owner AND credentials = @was;

-- name: replace_previous_credentials
UPDATE provider SET previous_credentials = @made WHERE tenant_id = @tenant AND id = @owner AND previous_credentials = @was;

-- name: replace_sender_keys
UPDATE sender_domain SET private_key = @made WHERE tenant_id = @tenant AND id = @owner AND private_key = @was;

-- name: replace_notification_secrets
UPDATE notification SET secrets = @made WHERE tenant_id = @tenant AND id = @owner AND secrets = @was;
