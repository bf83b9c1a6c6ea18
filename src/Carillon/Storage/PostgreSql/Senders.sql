-- name: insert_sender
INSERT INTO sender_domain (tenant_id, id, domain, selector, dns_value, private_key, created_at)
VALUES (@tenant, @id, @domain, @selector, @dnsValue, @privateKey, @created);

-- name: all_senders
SELECT tenant_id AS TenantId, id AS Id, domain AS Domain, selector AS Selector, dns_value AS DnsValue, private_key AS PrivateKey,
  created_at AS CreatedAt
FROM sender_domain ORDER BY tenant_id, id;

-- name: list_senders
SELECT tenant_id AS TenantId, id AS Id, domain AS Domain, selector AS Selector, dns_value AS DnsValue, created_at AS CreatedAt
FROM sender_domain WHERE tenant_id = @tenant ORDER BY id;

-- name: delete_sender
DELETE FROM sender_domain WHERE tenant_id = @tenant AND id = @id;
